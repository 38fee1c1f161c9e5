//! Which protocol a client speaks (§11.4.3.4): it reads what there is and writes its choice, a single bit.

/// FIDO U2F 1.1.
const U2F_1_1: u8 = 0x80;
/// FIDO U2F 1.2.
const U2F_1_2: u8 = 0x40;
/// FIDO2.
const FIDO2: u8 = 0x20;

/// What a MSG carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    U2f,
    Fido2,
}

/// A client has chosen none of the protocols that are served, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client chose no protocol that is served")]
pub struct UnknownRevision;

/// The value of the bitfield.
pub(super) const fn bitfield(serves_u2f: bool) -> u8 {
    if serves_u2f { U2F_1_1 | U2F_1_2 | FIDO2 } else { FIDO2 }
}

impl Revision {
    pub(super) const fn chosen(value: &[u8], serves_u2f: bool) -> Result<Self, UnknownRevision> {
        match value {
            [FIDO2] => Ok(Self::Fido2),
            [U2F_1_1 | U2F_1_2] if serves_u2f => Ok(Self::U2f),
            _ => Err(UnknownRevision),
        }
    }
}
