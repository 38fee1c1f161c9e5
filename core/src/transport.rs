//! The transports of CTAP 2.3 §11, as state machines that take bytes and time and give bytes.

pub mod ble;
pub mod hid;
mod message;
pub mod nfc;

pub use message::{Answer, Request};

/// The way by which a request reached the phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// CTAPHID (§11.2), through `/dev/uhid` or a socket.
    Usb,
    /// ISO 7816 over NFC (§11.3).
    Nfc,
    /// Bluetooth Low Energy GATT (§11.4).
    Ble,
    /// Hybrid: a tunnel, found by a Bluetooth advert (§11.5).
    Hybrid,
    /// The phone's own platform, as a passkey provider.
    Internal,
}

impl Transport {
    /// The name in getInfo's `transports` and in WebAuthn's `AuthenticatorTransport`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usb => "usb",
            Self::Nfc => "nfc",
            Self::Ble => "ble",
            Self::Hybrid => "hybrid",
            Self::Internal => "internal",
        }
    }
}
