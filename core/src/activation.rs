//! How a phone becomes a key of a workspace: from the picture of a QR to a membership.
//!
//! ```text
//! picture ───────── scan ───────────────────────▶ ActivationLink
//! ActivationLink ── Authenticator::invitation ──▶ Invitation    what the workspace offers, verified
//! Invitation ────── Authenticator::accept ──────▶ MemberStatus  the person agreed, the workspace too
//! ```
//!
//! What is sent is stored before. Where the answer is lost, [`Authenticator::resume_activation`] sends
//! the very same again; nothing of it is in force before the workspace has answered.

mod credential;
mod enrol;
mod error;
mod invitation;
mod scan;
#[cfg(test)]
mod tests;

pub use enrol::PendingActivation;
pub use error::ActivationError;
pub use invitation::Invitation;
pub use scan::{Luminance, ScanError, scan};

#[allow(unused_imports, reason = "linked to from the text above")]
use crate::Authenticator;
