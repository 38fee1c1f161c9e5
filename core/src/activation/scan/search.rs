//! Looking for codes in one picture in several ways, the cheapest and most successful first.

use zeroize::Zeroizing;

use super::{
    corners::corners,
    finder::finders,
    gray::{Dark, Gray, SMALLEST_CODE},
    grid::{self, Read},
};

/// The longest side of a picture that is looked at in every way, in pixels. A larger one is made
/// smaller first, and looked at as it is in the end.
const WORKED_ON: usize = 1600;
/// The longest side of a picture that is enlarged.
const ENLARGED: usize = 1300;
/// The longest side of a picture that may be nothing but a small code: a camera's are larger.
const FILLED: usize = 640;

/// What one way of looking found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What the codes say that could be read.
    pub texts: Vec<Zeroizing<String>>,
    /// Whether there is one that could not.
    pub unreadable: bool,
}

/// Looks in one way after the other, until `enough` is content with what one of them found.
pub(super) fn search(picture: &Gray, mut enough: impl FnMut(Found) -> bool) {
    let long = picture.width.max(picture.height);
    if picture.width.min(picture.height) < SMALLEST_CODE {
        return;
    }
    let reduced = (long > WORKED_ON).then(|| picture.reduced(long.div_ceil(WORKED_ON))).flatten();
    let gray = reduced.as_ref().unwrap_or(picture);
    let side = gray.width.max(gray.height);
    let half = gray.reduced(2);
    let at_half = |look: &dyn Fn(&Gray) -> Found| half.as_ref().map_or_else(Found::default, look);
    let ways: [&dyn Fn() -> Found; 9] = [
        &|| look(gray, side / 24, 2),
        // Grain, and the glow of a screen.
        &|| at_half(&|half| look(half, side / 160, 0)),
        // Out of focus.
        &|| at_half(&|half| look(&half.clone().sharpened(2), side / 48, 2)),
        // The edge of a shadow.
        &|| look(gray, side / 80, 2),
        // Light on dark.
        &|| at_half(&|half| look(&half.clone().inverted(), side / 48, 2)),
        // Well out of focus.
        &|| look(&gray.clone().sharpened(4), side / 24, 2),
        // Few modules, which fill the picture.
        &|| if side <= FILLED { look(gray, side / 8, 2) } else { Found::default() },
        // Tiny.
        &|| if side <= ENLARGED { look(&gray.doubled(), side / 12, 2) } else { Found::default() },
        // Small, in a large picture.
        &|| reduced.as_ref().map_or_else(Found::default, |_| look(picture, long / 24, 2)),
    ];
    for way in ways {
        if enough(way()) {
            break;
        }
    }
}

/// Looks for codes. What counts as dark is told by [`Dark::of`].
fn look(gray: &Gray, radius: usize, bias: u32) -> Found {
    let dark = Dark::of(gray, radius.max(2), bias);
    let finders = finders(&dark);
    let mut used = Vec::new();
    let mut found = Found::default();
    for corners in corners(&dark, &finders) {
        if corners.indices.iter().any(|index| used.contains(index)) {
            continue;
        }
        for side in corners.sides(&dark) {
            match grid::read(gray, &corners, side) {
                Read::NoCode => {}
                Read::Unreadable => found.unreadable = true,
                Read::Text(text) => {
                    found.texts.push(text);
                    used.extend(corners.indices);
                    break;
                }
            }
        }
    }
    found
}
