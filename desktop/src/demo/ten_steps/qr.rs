//! The QR code on its way from the panel to the phone: a picture in a file.

use std::{fs, path::Path};

use pocketkey_core::{
    activation::{Luminance, scan},
    protocol::ActivationLink,
};
use pocketkey_workspace::qr::Qr;

use crate::demo::report::{Party, Refused};

/// Pixels of a module.
const SCALE: usize = 6;

/// Draws the code of a link.
///
/// # Errors
/// Where the link is too long, or the file cannot be written.
pub fn save(link: &str, file: &Path) -> Result<(), Refused> {
    let picture = Qr::of(link).and_then(|code| code.png(SCALE));
    let picture = picture.map_err(|error| Refused::by_demo(error.to_string()))?;
    fs::write(file, picture).map_err(|error| Refused::by_demo(error.to_string()))
}

/// Reads the code, as a phone reads what its camera shows.
///
/// # Errors
/// Where there is none.
pub fn read(file: &Path) -> Result<ActivationLink, Refused> {
    let picture = image::open(file).map_err(|error| Refused::by_demo(error.to_string()))?;
    let picture = picture.into_luma8();
    let width = usize::try_from(picture.width()).unwrap_or_default();
    let height = usize::try_from(picture.height()).unwrap_or_default();
    scan(&Luminance { width, height, stride: width, pixels: picture.as_raw() })
        .map_err(|error| Refused { by: Party::Phone, why: error.to_string() })
}
