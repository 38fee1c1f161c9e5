//! Finding the activation link in a picture.

mod corners;
mod finder;
mod gray;
mod grid;
mod plane;
mod search;

#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

use self::gray::Gray;
use crate::protocol::{ActivationLink, LinkError};

/// A picture's brightness, as a camera's Y plane or a decoded file gives it: rows from the top, a
/// byte for each pixel, 0 is black.
#[derive(Clone, Copy)]
pub struct Luminance<'a> {
    /// Pixels in a row, 1 to [`MAX_SIDE`](Self::MAX_SIDE).
    pub width: usize,
    /// Rows, 1 to [`MAX_SIDE`](Self::MAX_SIDE).
    pub height: usize,
    /// Bytes from the beginning of one row to that of the next, at least `width`.
    pub stride: usize,
    /// The rows. The last may end with its last pixel.
    pub pixels: &'a [u8],
}

impl Luminance<'_> {
    /// The longest side, in pixels.
    pub const MAX_SIDE: usize = 16_384;
    /// The most pixels: those of a picture of 8000 × 8000.
    pub const MAX_AREA: usize = 64_000_000;
}

impl std::fmt::Debug for Luminance<'_> {
    /// Without the pixels: they may show a ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Luminance({} × {})", self.width, self.height)
    }
}

/// Why a picture gave no activation link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Its sizes do not fit together, or are more than is looked at.
    #[error(
        "this is not a picture that can be looked at: its sides may have up to {} pixels, and it up to {} million",
        Luminance::MAX_SIDE,
        Luminance::MAX_AREA / 1_000_000
    )]
    NotAPicture,
    /// No QR code.
    #[error(
        "no QR code was found: show all of it, with its white border, larger and in better light"
    )]
    NothingFound,
    /// Something that looks like a QR code, but cannot be read.
    #[error("a QR code was found that cannot be read: come closer, hold still, and avoid glare")]
    Unreadable,
    /// One or more QR codes, none of which is an activation link.
    #[error(
        "the QR code is not that of a Pocketkey workspace: scan the one that the admin panel or its e-mail shows"
    )]
    SomethingElse,
    /// An activation link that cannot be used.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Activation links that differ: which one is meant is for the person to say.
    #[error("the picture shows {0} different activation codes: show only the one to use")]
    Several(usize),
}

/// Finds the activation link in a picture, whichever way up. A picture of 1280 × 720 takes some tens of
/// milliseconds, one without a code up to some hundreds.
///
/// # Errors
/// Any [`ScanError`].
pub fn scan(picture: &Luminance<'_>) -> Result<ActivationLink, ScanError> {
    let gray = Gray::copy(picture).ok_or(ScanError::NotAPicture)?;
    let mut seen = Seen::default();
    search::search(&gray, |found| {
        seen.unreadable |= found.unreadable;
        for text in found.texts {
            seen.take(&text);
        }
        !seen.links.is_empty()
    });
    seen.verdict()
}

/// What the codes of a picture said.
#[derive(Default)]
struct Seen {
    links: Vec<(Zeroizing<String>, ActivationLink)>,
    refused: Option<LinkError>,
    something_else: bool,
    unreadable: bool,
}

impl Seen {
    fn take(&mut self, text: &str) {
        match ActivationLink::parse(text) {
            Ok(link) => {
                let text = link.text();
                if self.links.iter().all(|(known, _)| *known != text) {
                    self.links.push((text, link));
                }
            }
            Err(LinkError::NotALink) => self.something_else = true,
            Err(error) => self.refused = Some(error),
        }
    }

    fn verdict(mut self) -> Result<ActivationLink, ScanError> {
        match (self.links.pop(), self.links.len()) {
            (Some((_, link)), 0) => Ok(link),
            (Some(_), others) => Err(ScanError::Several(others + 1)),
            (None, _) => Err(match self.refused {
                Some(error) => error.into(),
                None if self.something_else => ScanError::SomethingElse,
                None if self.unreadable => ScanError::Unreadable,
                None => ScanError::NothingFound,
            }),
        }
    }
}
