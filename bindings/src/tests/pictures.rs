//! Pictures of activation codes: the camera's of `bindings/vectors/pictures`, which Kotlin and Swift read too.

use std::{fs, path::Path};

use crate::{LuminancePlane, ScanError, read_activation_code};

/// A file of the netpbm format PGM.
fn pgm(file: &[u8]) -> LuminancePlane {
    let mut lines = file.splitn(4, |byte| *byte == b'\n');
    let mut text = || std::str::from_utf8(lines.next().unwrap()).unwrap();
    assert_eq!(text(), "P5");
    let (width, height) = text().split_once(' ').unwrap();
    let (width, height) = (width.parse().unwrap(), height.parse().unwrap());
    assert_eq!(text(), "255");
    let pixels = lines.next().unwrap().to_vec();
    LuminancePlane { width, height, stride: width, pixels, rotation: 0 }
}

fn camera() -> (LuminancePlane, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/pictures");
    let link = fs::read_to_string(folder.join("desk.txt")).unwrap();
    (pgm(&fs::read(folder.join("desk.pgm")).unwrap()), link.trim().to_owned())
}

#[test]
fn a_code_is_read_in_rows_that_are_apart_and_by_any_rotation() {
    let (picture, link) = camera();
    for rotation in [0, 90, 180, 270] {
        let mut pixels = Vec::new();
        for row in picture.pixels.chunks(picture.width.try_into().unwrap()) {
            pixels.extend_from_slice(row);
            pixels.extend_from_slice(&[0x55; 9]);
        }
        pixels.truncate(pixels.len() - 9);
        let stride = picture.width + 9;
        let plane = LuminancePlane { stride, pixels, rotation, ..picture };
        assert_eq!(read_activation_code(plane), Ok(link.clone()));
    }
}

#[test]
fn a_rotation_that_no_camera_says_is_refused() {
    let (picture, _) = camera();
    for rotation in [1, 45, 360, u32::MAX] {
        let plane = LuminancePlane { rotation, ..picture.clone() };
        assert_eq!(read_activation_code(plane), Err(ScanError::NotAPicture));
    }
}

#[test]
fn a_picture_that_shows_nothing_says_so() {
    let plane = |width, height, stride, bytes| LuminancePlane {
        width,
        height,
        stride,
        pixels: vec![128; bytes],
        rotation: 0,
    };
    assert_eq!(read_activation_code(plane(64, 64, 80, 64 * 80)), Err(ScanError::NothingFound));
    assert_eq!(read_activation_code(plane(64, 64, 80, 10)), Err(ScanError::NotAPicture));
    assert_eq!(read_activation_code(plane(0, 0, 0, 0)), Err(ScanError::NotAPicture));
    let huge = plane(u32::MAX, u32::MAX, u32::MAX, 1);
    assert_eq!(read_activation_code(huge), Err(ScanError::NotAPicture));
}
