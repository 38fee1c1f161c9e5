//! What is fixed for this model of authenticator: getInfo and the metadata statement both take it
//! from here.

/// The AAGUID of Pocketkey, aef2a09e-4959-42c4-b43a-639dc21ac6b1.
pub const AAGUID: [u8; 16] = [
    0xae, 0xf2, 0xa0, 0x9e, 0x49, 0x59, 0x42, 0xc4, 0xb4, 0x3a, 0x63, 0x9d, 0xc2, 0x1a, 0xc6, 0xb1,
];

/// A number that grows with each release: major × 10 000 + minor × 100 + patch.
pub const FIRMWARE_VERSION: u64 = 100;

/// How many discoverable credentials there may be.
pub const MAX_DISCOVERABLE: u64 = 100_000;

/// How many credentials an allow list or exclude list may name in one request.
pub const MAX_CREDENTIALS_IN_LIST: u64 = 24;

/// The longest credential ID that is ever made, in bytes; it fits a U2F key handle.
pub const MAX_CREDENTIAL_ID: u64 = 255;

// A list that is as long as promised, of IDs that are, fits one message: each is a map with two members
// and their names, 22 bytes and the ID; what else a request has may take 900.
const _: () = assert!(MAX_CREDENTIALS_IN_LIST * (MAX_CREDENTIAL_ID + 22) + 900 < 7609);

/// How many relying parties may learn the minimum PIN length.
pub const MAX_MIN_PIN_LENGTH_RP_IDS: u64 = 8;

/// The longest serialized large-blob array, in bytes.
pub const MAX_LARGE_BLOB_ARRAY: u64 = 65_536;
