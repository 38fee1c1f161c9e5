//! What is answered to each picture.

use proptest::prelude::*;

use super::{
    super::*,
    link,
    pictures::{Code, Dice, Picture, Pose},
};

fn scan_picture(picture: &Picture) -> Result<ActivationLink, ScanError> {
    let pixels = picture.bytes();
    let Picture { width, height, .. } = *picture;
    scan(&Luminance { width, height, stride: width, pixels: &pixels })
}

fn desk() -> Picture {
    Picture::plain(640, 360, 200.0)
}

/// Puts a code of three pixels a module there.
fn showing(picture: Picture, text: &str, x: f32, y: f32) -> Picture {
    let pose = Pose { x, y, module: 3.0, roll: 0.0, pitch: 0.0, yaw: 0.0 };
    picture.with(&Code::of(text), pose, 10.0, 245.0)
}

#[test]
fn a_picture_without_a_code_has_nothing() {
    for picture in
        [desk(), desk().cluttered(&mut Dice::new(3)), desk().grainy(&mut Dice::new(4), 40.0)]
    {
        assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::NothingFound);
    }
}

#[test]
fn another_code_is_something_else() {
    for text in ["https://example.org/", "WIFI:T:WPA;S:guests;P:letmein;;", "12345"] {
        let picture = showing(desk(), text, 320.0, 180.0);
        assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::SomethingElse, "{text}");
    }
}

#[test]
fn a_code_that_fills_its_picture_is_read_however_few_its_modules_are() {
    for text in ["12345", "https://example.com/", "https://example.com/a/little/longer"] {
        for module in 3_u8..=14 {
            let module = f32::from(module);
            let code = Code::of(text);
            let side = (code.side as f32 + 8.0) * module;
            let pose =
                Pose { x: side / 2.0, y: side / 2.0, module, roll: 0.0, pitch: 0.0, yaw: 0.0 };
            let picture = Picture::plain(side as usize, side as usize, 255.0);
            let picture = picture.with(&code, pose, 0.0, 255.0);
            let read = scan_picture(&picture).unwrap_err();
            assert_eq!(read, ScanError::SomethingElse, "{text}, {module} pixels a module");
        }
    }
}

#[test]
fn a_link_is_found_beside_another_code() {
    let wanted = link(1, false).text();
    let picture = showing(desk(), "https://example.org/", 150.0, 180.0);
    let picture = showing(picture, &wanted, 450.0, 180.0);
    assert_eq!(*scan_picture(&picture).unwrap().text(), *wanted);
}

#[test]
fn two_links_are_several_and_one_shown_twice_is_one() {
    let (one, two) = (link(1, false).text(), link(2, false).text());
    let both = |left: &str, right: &str| {
        scan_picture(&showing(showing(desk(), left, 160.0, 180.0), right, 480.0, 180.0))
    };
    assert_eq!(both(&one, &two).unwrap_err(), ScanError::Several(2));
    assert_eq!(*both(&one, &one).unwrap().text(), *one);
}

#[test]
fn a_damaged_link_and_one_without_encryption_say_so() {
    let good = link(1, false).text();
    let cut = &good[..good.len() - 5];
    let picture = showing(desk(), cut, 320.0, 180.0);
    assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::Link(LinkError::Damaged));
    let open = good.replace("https://", "http://");
    let picture = showing(desk(), &open, 320.0, 180.0);
    assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::Link(LinkError::NotSecure));
}

#[test]
fn a_code_with_its_data_rubbed_out_cannot_be_read() {
    let picture = showing(desk(), &link(1, false).text(), 320.0, 180.0);
    let picture = picture.each(|x, y, value| {
        let inside = (x - 330.0).abs() < 45.0 && (y - 190.0).abs() < 45.0;
        if inside && (x as i32 / 3 + y as i32 / 3) % 2 == 0 { 255.0 - value } else { value }
    });
    assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::Unreadable);
}

#[test]
fn a_code_in_a_mirror_is_read() {
    let wanted = link(1, false).text();
    let mut picture = showing(desk(), &wanted, 320.0, 180.0);
    for row in picture.pixels.chunks_mut(picture.width) {
        row.reverse();
    }
    assert_eq!(*scan_picture(&picture).unwrap().text(), *wanted);
}

#[test]
fn a_small_code_on_a_large_screen_is_read() {
    let wanted = link(1, true).text();
    let picture = showing(Picture::plain(3840, 2160, 230.0), &wanted, 3100.0, 400.0);
    assert_eq!(*scan_picture(&picture).unwrap().text(), *wanted);
}

#[test]
fn rows_may_be_farther_apart_than_they_are_long() {
    let wanted = link(1, false).text();
    let picture = showing(desk(), &wanted, 320.0, 180.0);
    let mut pixels = Vec::new();
    for row in picture.bytes().chunks(640) {
        pixels.extend_from_slice(row);
        pixels.extend_from_slice(&[7; 24]);
    }
    pixels.truncate(664 * 359 + 640);
    let plane = Luminance { width: 640, height: 360, stride: 664, pixels: &pixels };
    assert_eq!(*scan(&plane).unwrap().text(), *wanted);
}

#[test]
fn sizes_that_do_not_fit_are_no_picture() {
    let pixels = vec![0; 10_000];
    let sizes = [
        (0, 100, 100),
        (100, 0, 100),
        (100, 101, 100),
        (100, 100, 99),
        (100, 100, 101),
        (usize::MAX, usize::MAX, usize::MAX),
        (16_385, 1, 16_385),
        (16_384, 16_384, 16_384),
        (1, 100, usize::MAX),
    ];
    for (width, height, stride) in sizes {
        let picture = Luminance { width, height, stride, pixels: &pixels };
        assert_eq!(scan(&picture).unwrap_err(), ScanError::NotAPicture, "{width} × {height}");
    }
}

#[test]
fn debug_shows_no_pixel() {
    let picture = Luminance { width: 2, height: 1, stride: 2, pixels: &[77, 99] };
    assert_eq!(format!("{picture:?}"), "Luminance(2 × 1)");
}

#[test]
fn a_sliver_has_nothing() {
    for (width, height) in [(16_384, 21), (21, 16_384), (16_384, 1), (1, 16_384), (1, 1), (42, 42)]
    {
        let picture = Picture::plain(width, height, 200.0);
        assert_eq!(scan_picture(&picture).unwrap_err(), ScanError::NothingFound);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_pixels_get_an_answer(
        width in 1_usize..90,
        height in 1_usize..90,
        bits in prop::collection::vec(any::<bool>(), 90 * 90),
        grain in 1_usize..5,
    ) {
        let pixels: Vec<u8> = (0..width * height)
            .map(|i| if bits[i / width / grain * 90 + i % width / grain] { 250 } else { 5 })
            .collect();
        let found = scan(&Luminance { width, height, stride: width, pixels: &pixels });
        prop_assert!(found.is_err());
    }
}
