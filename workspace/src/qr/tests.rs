use super::{QUIET_ZONE, Qr, QrError};

const LINK: &str = "https://keys.example/activate#t=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\
                    &k=BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA\
                    &p=CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCA";

/// What a camera's library reads in the picture.
pub(crate) fn read(png: &[u8]) -> Vec<String> {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let side = |pixels: u32| usize::try_from(pixels).unwrap();
    let (width, height) = (side(info.width), side(info.height));
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
}

#[test]
fn a_png_reads_as_the_text_it_was_made_of() {
    for text in [LINK, "a", "grüße & <more>"] {
        assert_eq!(read(&Qr::of(text).unwrap().png(4).unwrap()), [text]);
    }
}

#[test]
fn the_quiet_zone_is_light_on_every_side() {
    let qr = Qr::of(LINK).unwrap();
    let last = qr.width() - QUIET_ZONE;
    for (y, row) in qr.rows.iter().enumerate() {
        assert_eq!(row.len(), qr.width());
        for (x, dark) in row.iter().enumerate() {
            let outside = [x, y].iter().any(|place| *place < QUIET_ZONE || *place >= last);
            assert!(!(outside && *dark), "{x}, {y} is dark");
        }
    }
    assert!(qr.rows[QUIET_ZONE][QUIET_ZONE], "the first finder pattern begins where it should");
}

#[test]
fn the_svg_draws_the_same_modules_as_the_png() {
    let qr = Qr::of(LINK).unwrap();
    let svg = qr.svg("code");
    let path = svg.split("fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let mut drawn = vec![vec![false; qr.width()]; qr.width()];
    for run in path.split('z').filter(|run| !run.is_empty()) {
        let (place, rest) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
        let (x, y) = place.split_once(' ').unwrap();
        let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
        let length: usize = rest.split('v').next().unwrap().parse().unwrap();
        drawn[y][x..x + length].fill(true);
    }
    assert_eq!(drawn, qr.rows);
}

#[test]
fn a_label_cannot_leave_its_element() {
    let svg = Qr::of("x").unwrap().svg("</title><script>\"&");
    assert!(svg.contains("<title>&lt;/title&gt;&lt;script&gt;&quot;&amp;</title>"));
    assert!(!svg.contains("<script"));
}

#[test]
fn what_no_code_or_picture_holds_is_refused() {
    assert_eq!(Qr::of(&"x".repeat(2332)).err(), Some(QrError::TooLong));
    let qr = Qr::of(&"x".repeat(2331)).unwrap();
    assert_eq!(qr.png(0).err(), Some(QrError::TooLarge));
    assert_eq!(qr.png(23).err(), Some(QrError::TooLarge));
    assert_eq!(qr.png(usize::MAX).err(), Some(QrError::TooLarge));
    assert!(qr.png(22).is_ok());
}
