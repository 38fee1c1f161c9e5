//! The message layer of CTAP 2.3: canonical CBOR, requests, status codes, authenticator data.

pub mod auth_data;
pub mod cbor;
pub mod cose;
pub mod entity;
pub mod request;
pub mod status;
