//! What a workspace's rules make of requests.

mod grant;
mod info;
mod nearness;
mod on_phone;
mod online;
mod reader;
mod unbound;

use ciborium::Value;

use crate::{
    ctap::status::Status,
    platform::Denial,
    testing::device::{CLIENT_DATA_HASH, Device, bytes, map, text},
};

const SITE: &str = "example.com";

/// Why the last request was refused.
fn denial(device: &Device) -> Option<Denial> {
    device.user.take_notices().pop().map(|notice| notice.denial)
}

/// A silent getAssertion, as clients make to find out what is here.
fn look(device: &Device, id: &[u8]) -> Result<Value, Status> {
    let allowed = map([("id", bytes(id)), ("type", text("public-key"))]);
    device.send(
        0x02,
        map([
            (1, text(SITE)),
            (2, bytes(&CLIENT_DATA_HASH)),
            (3, Value::Array(vec![allowed])),
            (5, map([("up", Value::Bool(false))])),
        ]),
    )
}

/// getAssertion without an allow list.
fn discover(device: &Device) -> Result<Value, Status> {
    device.send(0x02, map([(1, text(SITE)), (2, bytes(&CLIENT_DATA_HASH))]))
}

fn next(device: &Device) -> Result<Value, Status> {
    device.raw(&[0x08])
}
