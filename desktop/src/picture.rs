//! Pictures in files, as a camera's luminance plane.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::{Duration, Instant};

use image::{DynamicImage, ImageError, ImageReader, Limits};
use pocketkey_core::activation::{Luminance, ScanError, scan};
use pocketkey_core::protocol::ActivationLink;
use serde_json::json;

use crate::cli::ScanArgs;
use crate::output;

#[cfg(test)]
mod tests;

/// As much memory as decoding may take, in bytes.
const MEMORY: u64 = 512 << 20;

/// Why a file gave no activation link.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// It cannot be read.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is no picture, or a damaged one.
    #[error(
        "{path} is not a picture that can be read ({error}): take one as PNG, JPEG, GIF, WebP or BMP"
    )]
    NotAPicture {
        /// The file.
        path: String,
        /// What the decoder said.
        error: ImageError,
    },
    /// It shows no link.
    #[error("{path}: {error}")]
    Scan {
        /// The file.
        path: String,
        /// What it shows instead.
        error: ScanError,
    },
}

/// `pocketkey phone scan`: prints the link that a picture shows.
///
/// # Errors
/// Any [`PictureError`].
pub fn run(args: &ScanArgs) -> Result<(), Box<dyn Error>> {
    let (link, took) = read(&args.image)?;
    if args.json {
        output::line(json!({
            "event": "scanned",
            "link": *link.text(),
            "origin": link.origin,
            "pinned": link.pin.is_some(),
            "ms": took.as_millis(),
        }))?;
    } else {
        output::line(link.text().as_str())?;
    }
    Ok(())
}

/// The link that the picture in a file shows, and how long it took to find it.
///
/// # Errors
/// Any [`PictureError`].
pub fn read(path: &Path) -> Result<(ActivationLink, Duration), PictureError> {
    let name = || path.display().to_string();
    let io = |error| PictureError::Io { path: name(), error };
    let file = File::open(path).map_err(io)?;
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(io)?;
    let mut limits = Limits::default();
    let side = u32::try_from(Luminance::MAX_SIDE).ok();
    (limits.max_image_width, limits.max_image_height) = (side, side);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| match error {
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            io(error)
        }
        error => PictureError::NotAPicture { path: name(), error },
    })?;
    let (width, height) = (picture.width(), picture.height());
    let pixels = luminance(&picture);
    let begun = Instant::now();
    let size = |side: u32| usize::try_from(side).unwrap_or(usize::MAX);
    let picture = Luminance {
        width: size(width),
        height: size(height),
        stride: size(width),
        pixels: &pixels,
    };
    let link = scan(&picture).map_err(|error| PictureError::Scan { path: name(), error })?;
    Ok((link, begun.elapsed()))
}

/// What is transparent shows white paper.
fn luminance(picture: &DynamicImage) -> Vec<u8> {
    if !picture.color().has_alpha() {
        return picture.to_luma8().into_raw();
    }
    picture
        .to_luma_alpha8()
        .pixels()
        .map(|pixel| {
            let [brightness, opacity] = pixel.0.map(u32::from);
            let mixed = (brightness * opacity + 255 * (255 - opacity)) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        })
        .collect()
}
