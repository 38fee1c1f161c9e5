//! How a phone becomes a key of a workspace: from the picture of a QR to a membership.

mod scan;

pub use scan::{Luminance, ScanError, scan};
