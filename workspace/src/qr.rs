//! QR codes of links, as SVG for pages and as PNG for messages. Dark on light whatever the page's
//! colours, with the quiet zone that ISO/IEC 18004 asks for: cameras need both.

#[cfg(test)]
pub(crate) mod tests;

use std::fmt::Write;

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code (ISO/IEC 18004 §6.3.8).
const QUIET_ZONE: usize = 4;

/// A QR code. It shows what it was made of, which may be a secret: it has no `Debug`.
#[derive(Clone)]
pub struct Qr {
    /// Rows of modules, quiet zone included; true is dark.
    rows: Vec<Vec<bool>>,
}

/// Why there is no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More than a code can hold.
    #[error("the text is too long for a QR code")]
    TooLong,
    /// The picture would be too large.
    #[error("the picture of the QR code would be too large")]
    TooLarge,
}

impl Qr {
    /// The code of a text, with error correction level M: a fold or a thumb's width may be missing,
    /// and a link with a pin still has modules that a phone tells apart on a screen.
    ///
    /// # Errors
    /// [`QrError::TooLong`] beyond 2,331 bytes.
    pub fn of(text: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M)
            .map_err(|_| QrError::TooLong)?;
        let width = code.width();
        let light = || std::iter::repeat_n(false, QUIET_ZONE);
        let margin = || std::iter::repeat_n(vec![false; width + 2 * QUIET_ZONE], QUIET_ZONE);
        let colors = code.into_colors();
        let rows = colors.chunks(width).map(|row| {
            let modules = row.iter().map(|color| *color == Color::Dark);
            light().chain(modules).chain(light()).collect()
        });
        Ok(Self { rows: margin().chain(rows).chain(margin()).collect() })
    }

    /// How many modules a side has, quiet zone included.
    #[must_use]
    pub fn width(&self) -> usize {
        self.rows.len()
    }

    /// An `<svg>` element to stand in a page, named `label` for those who cannot see it. It has no
    /// size of its own, and needs neither script nor style.
    #[must_use]
    pub fn svg(&self, label: &str) -> String {
        let width = self.width();
        let mut path = String::new();
        for (y, row) in self.rows.iter().enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run.first() == Some(&true) {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{x} {y}h{}v1h-{0}z", run.len());
                }
                x += run.len();
            }
        }
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" role="img" shape-rendering="crispEdges"><title>{}</title><path fill="#fff" d="M0 0h{width}v{width}h-{width}z"/><path fill="#000" d="{path}"/></svg>"##,
            escaped(label)
        )
    }

    /// A PNG, black on white, with modules of `scale` × `scale` pixels.
    ///
    /// # Errors
    /// [`QrError::TooLarge`] where a side would be longer than 4,096 pixels, or have none.
    pub fn png(&self, scale: usize) -> Result<Vec<u8>, QrError> {
        let side = self.width().checked_mul(scale).filter(|side| (1..=4096).contains(side));
        let side = side.ok_or(QrError::TooLarge)?;
        let pixels = u32::try_from(side).map_err(|_| QrError::TooLarge)?;
        let mut data = Vec::with_capacity(side.div_ceil(8) * side);
        for row in &self.rows {
            let line: Vec<bool> =
                row.iter().flat_map(|dark| std::iter::repeat_n(*dark, scale)).collect();
            let bytes: Vec<u8> = line.chunks(8).map(light_bits).collect();
            for _ in 0..scale {
                data.extend_from_slice(&bytes);
            }
        }
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, pixels, pixels);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder
            .write_header()
            .and_then(|mut writer| writer.write_image_data(&data))
            .map_err(|_| QrError::TooLarge)?;
        Ok(png)
    }
}

/// Up to eight pixels as bits, the first one highest; light is 1.
fn light_bits(pixels: &[bool]) -> u8 {
    pixels
        .iter()
        .zip([128, 64, 32, 16, 8, 4, 2, 1])
        .filter(|(dark, _)| !**dark)
        .map(|(_, b)| b)
        .sum()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
