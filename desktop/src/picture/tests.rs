#![allow(clippy::unwrap_used)]

use std::fs;

use image::{GrayAlphaImage, LumaA};

use super::*;
use crate::testing::Folder;

#[test]
fn what_is_no_picture_says_so_and_a_missing_file_too() {
    let folder = Folder::new();
    let path = folder.path().join("note.png");
    fs::write(&path, b"not a picture").unwrap();
    let error = read(&path).unwrap_err();
    assert!(matches!(error, PictureError::NotAPicture { .. }), "{error}");
    let error = read(&folder.path().join("nothing.png")).unwrap_err();
    assert!(matches!(error, PictureError::Io { .. }), "{error}");
}

#[test]
fn a_picture_that_claims_to_be_enormous_is_refused_before_it_is_made() {
    let folder = Folder::new();
    let path = folder.path().join("bomb.png");
    // A PNG's header alone: 60,000 × 60,000 pixels, 8 bits of gray.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend(60_000_u32.to_be_bytes());
    png.extend(60_000_u32.to_be_bytes());
    png.extend([8, 0, 0, 0, 0]);
    png.extend(0xa5b9_2a9e_u32.to_be_bytes());
    fs::write(&path, &png).unwrap();
    let PictureError::NotAPicture { error, .. } = read(&path).unwrap_err() else {
        unreachable!("it is refused")
    };
    assert!(matches!(error, ImageError::Limits(_)), "{error}");
}

#[test]
fn a_picture_without_a_code_says_what_to_do() {
    let folder = Folder::new();
    let path = folder.path().join("blank.png");
    image::GrayImage::new(100, 100).save(&path).unwrap();
    let error = read(&path).unwrap_err();
    assert!(matches!(error, PictureError::Scan { error: ScanError::NothingFound, .. }), "{error}");
}

#[test]
fn what_is_transparent_is_white() {
    let picture = GrayAlphaImage::from_fn(3, 1, |x, _| match x {
        0 => LumaA([0, 0]),
        1 => LumaA([0, 255]),
        _ => LumaA([100, 128]),
    });
    assert_eq!(luminance(&DynamicImage::ImageLumaA8(picture)), [255, 0, 177]);
}
