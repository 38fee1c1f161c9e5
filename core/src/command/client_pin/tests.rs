//! PINs, retries and tokens, through whole requests under both protocols.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod built_in;
mod durable;
mod malformed;
mod permissions;
mod persistent;
mod policy;
mod retries;
mod token_life;

use crate::testing::device::Device;

const PIN: &str = "1234";
const WRONG: &str = "4321";
const SITE: &str = "example.com";

const MC: u8 = 0x01;
const GA: u8 = 0x02;
const CM: u8 = 0x04;
const LBW: u8 = 0x10;
const ACFG: u8 = 0x20;
const PCMR: u8 = 0x40;

/// A device whose PIN is [`PIN`].
fn with_pin() -> Device {
    let device = Device::new();
    device.pin_client(2).set_pin(PIN).unwrap();
    device
}
