//! What a camera sees: pictures in which a QR may be, and what such a QR says.
//!
//! The input is a drawing of modules rather than pixels, so that a mutation changes a code and not
//! merely noise in it; a last part of it can be pixels of any value.

use pocketkey_core::activation::{Luminance, scan};

use crate::memory;

/// So many times the picture's own size may be taken: grey values, a mask, and what is found in it.
const TIMES: usize = 64;
/// And so much besides, whatever its size.
const BESIDES: usize = 4 << 20;

/// Four bytes say how wide the drawing is, how large its modules are, and how many bytes at the end
/// are pixels that are laid over it, and where; the rest are modules, a bit each.
pub fn run(data: &[u8]) {
    let [width, scale, noise, place, rest @ ..] = data else { return };
    let (modules, noise) = rest.split_at(rest.len().saturating_sub(usize::from(*noise)));
    let scale = usize::from(scale % 6) + 1;
    let columns = usize::from(width % 80) + 1;
    let rows = (modules.len() * 8) / columns;
    if rows == 0 || rows > 256 {
        return;
    }
    // A quiet zone of four modules, as every QR has.
    let (wide, high) = ((columns + 8) * scale, (rows + 8) * scale);
    let module = |x: usize, y: usize| {
        let (x, y) = ((x / scale).checked_sub(4)?, (y / scale).checked_sub(4)?);
        (x < columns && y < rows).then_some(())?;
        let bit = y * columns + x;
        Some(modules[bit / 8] & (0x80 >> (bit % 8)) != 0)
    };
    let mut pixels = Vec::with_capacity(wide * high);
    for y in 0..high {
        pixels.extend((0..wide).map(|x| if module(x, y) == Some(true) { 0 } else { 255 }));
    }
    let place = usize::from(*place) * pixels.len() / 256;
    for (pixel, value) in pixels.iter_mut().skip(place).zip(noise) {
        *pixel = *value;
    }
    let picture = Luminance { width: wide, height: high, stride: wide, pixels: &pixels };
    let _ = memory::within(TIMES * pixels.len() + BESIDES, || scan(&picture));
}
