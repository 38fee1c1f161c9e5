//! The list of credentials, for a client that holds a token for it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod changes;
mod enumeration;
mod proofs;
mod state;

use ciborium::Value;

use crate::{
    crypto::sha256,
    ctap::status::Status,
    testing::device::{Device, PinClient, bytes, map, member, named, text},
};

const PIN: &str = "1234";
const CM: u8 = 0x04;
const PCMR: u8 = 0x40;
const SITE: &str = "example.com";

/// Three credentials of [`SITE`], one of another site, and one that is not discoverable.
fn with_credentials() -> Device {
    let device = Device::new();
    for user in [b"1", b"2", b"3"] {
        device.register(SITE, user, true);
    }
    device.register("other.org", b"1", true);
    device.register("other.org", b"wrapped", false);
    device.pin_client(2).set_pin(PIN).unwrap();
    device
}

/// A subcommand that needs no proof.
fn next(device: &Device, subcommand: u8) -> Result<Value, Status> {
    device.send(0x0a, map([(1, Value::from(subcommand))]))
}

fn of_site(rp_id: &str) -> Value {
    map([(1, bytes(&sha256(rp_id.as_bytes())))])
}

fn descriptor(id: &[u8]) -> Value {
    map([("id", bytes(id)), ("type", text("public-key"))])
}

/// The RP ID in an answer of enumerateRPs.
fn rp_id(answer: &Value) -> String {
    named(member(answer, 3).unwrap(), "id").unwrap().as_text().unwrap().to_owned()
}

/// The user ID in an answer of enumerateCredentials.
fn user_id(answer: &Value) -> Vec<u8> {
    named(member(answer, 6).unwrap(), "id").unwrap().as_bytes().unwrap().clone()
}

/// The credential ID in an answer of enumerateCredentials.
fn credential_id(answer: &Value) -> Vec<u8> {
    named(member(answer, 7).unwrap(), "id").unwrap().as_bytes().unwrap().clone()
}

/// Every site, or the status of the first subcommand.
fn sites(client: &PinClient<'_>, device: &Device, token: &[u8]) -> Result<Vec<Value>, Status> {
    let mut all = vec![client.manage(token, 2, Value::Null)?];
    while let Ok(answer) = next(device, 3) {
        all.push(answer);
    }
    Ok(all)
}

/// Every credential of a site, or the status of the first subcommand.
fn credentials(
    client: &PinClient<'_>,
    device: &Device,
    token: &[u8],
    rp_id: &str,
) -> Result<Vec<Value>, Status> {
    let mut all = vec![client.manage(token, 4, of_site(rp_id))?];
    while let Ok(answer) = next(device, 5) {
        all.push(answer);
    }
    Ok(all)
}
