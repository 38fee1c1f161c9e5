//! What this library is.

/// This library: its version, and which optional parts it was built with.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct LibraryInfo {
    /// Its version, such as `0.1.0` (Semantic Versioning).
    pub version: String,
    /// Whether it has `BleLink`.
    pub ble: bool,
    /// Whether it reaches a workspace by itself, where an app gives no courier.
    pub network: bool,
    /// Whether it has a key store without hardware, for emulators and tests.
    pub software: bool,
}

/// What this library is. It takes no time, and needs no authenticator.
#[uniffi::export]
pub fn library_info() -> LibraryInfo {
    LibraryInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ble: cfg!(feature = "ble"),
        network: cfg!(feature = "network"),
        software: cfg!(feature = "software"),
    }
}
