//! What must hold over a sequence of requests.

use std::collections::HashMap;

use ciborium::Value;

use crate::{
    device::Device,
    form,
    killer::{Ctap, bytes, map, member, named, text},
};

const MAKE_CREDENTIAL: u8 = 0x01;
const GET_ASSERTION: u8 = 0x02;
const CLIENT_PIN: u8 = 0x06;
const RESET: u8 = 0x07;
const NEXT_ASSERTION: u8 = 0x08;

/// The flag that says that the user was verified (WebAuthn §6.1).
pub const UV: u8 = 0x04;

/// Remembers what earlier requests have shown.
#[derive(Default)]
pub struct Watch {
    retries: Option<u8>,
    counters: HashMap<Vec<u8>, u32>,
    /// Whether the assertion that the next one goes on with said that the user was verified.
    goes_on_verified: bool,
}

/// The authenticator data of an answer.
#[derive(Debug, Clone)]
pub struct AuthData {
    /// UP, UV and the others.
    pub flags: u8,
    /// The signature counter.
    pub count: u32,
    /// Of a registration: the credential's ID.
    pub attested: Option<Vec<u8>>,
}

impl AuthData {
    /// Reads it out of the answer of a registration or an assertion.
    pub fn of(answer: &Value) -> Option<Self> {
        let data = member(answer, 2)?.as_bytes()?;
        assert!(data.len() >= 37, "authenticator data of {} bytes", data.len());
        let attested = (data[32] & 0x40 != 0).then(|| {
            let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
            data[55..55 + length].to_vec()
        });
        let count = u32::from_be_bytes([data[33], data[34], data[35], data[36]]);
        Some(Self { flags: data[32], count, attested })
    }
}

impl Watch {
    /// Looks at an answer. `verified`: whether the person was verified for it, or the request carried a
    /// token that is good for the UV flag.
    pub fn answered(&mut self, request: &[u8], answer: &[u8], verified: bool) {
        let command = request.first().copied().unwrap_or_default();
        let data = form::body(answer).as_ref().and_then(|answer| match command {
            MAKE_CREDENTIAL | GET_ASSERTION | NEXT_ASSERTION => AuthData::of(answer),
            _ => None,
        });
        if let Some(data) = &data {
            let before = command == NEXT_ASSERTION && self.goes_on_verified;
            assert!(data.flags & UV == 0 || verified || before, "UV, and nobody was verified");
        }
        let goes_on = matches!(command, GET_ASSERTION | NEXT_ASSERTION);
        self.goes_on_verified = goes_on && data.as_ref().is_some_and(|data| data.flags & UV != 0);
        if goes_on && let (Some(data), Some(answer)) = (data, form::body(answer)) {
            let credential = member(&answer, 1).and_then(|credential| text(credential, "id"));
            if let Some(id) = credential.and_then(Value::as_bytes) {
                self.counted(id, data.count);
            }
        }
        if command == RESET && answer == [0] {
            self.was_reset();
        }
    }

    /// Everything was erased.
    pub fn was_reset(&mut self) {
        *self = Self::default();
    }

    /// A credential's counter has this value now.
    pub fn counted(&mut self, id: &[u8], count: u32) {
        let before = self.counters.insert(id.to_vec(), count).unwrap_or(0);
        assert!(count > before, "a counter went from {before} to {count}");
    }

    /// Asks for the PIN retries, which ends what getNextAssertion could go on with. They may have risen
    /// only where the last request `may_rise` them.
    pub fn retries(&mut self, device: &Device, may_rise: bool) {
        self.goes_on_verified = false;
        let request = [&[CLIENT_PIN][..], &crate::killer::encode(&map(vec![(2, Value::from(1))]))];
        let answer = device.call(&request.concat());
        let now = form::body(&answer)
            .and_then(|answer| member(&answer, 3)?.as_integer())
            .and_then(|retries| u8::try_from(retries).ok());
        if let (Some(before), Some(now), false) = (self.retries, now, may_rise) {
            assert!(now <= before, "PIN retries rose from {before} to {now}");
        }
        self.retries = now;
    }

    /// A wrong PIN was compared with the right one: that has cost a retry.
    pub fn has_cost_a_retry(&mut self, device: &Device) {
        let before = self.retries;
        self.retries(device, false);
        assert!(self.retries < before, "a free attempt: {before:?} to {:?}", self.retries);
    }

    /// Whether it is a request for a PIN command or a reset that was granted.
    pub fn may_raise_retries(request: &[u8], answer: &[u8]) -> bool {
        matches!(request.first(), Some(&(CLIENT_PIN | RESET))) && answer.first() == Some(&0)
    }
}

/// A phone with a PIN and some accounts, as a request may find it.
pub fn furnish(device: &Device, pin: Option<&str>) {
    let mut client = Ctap::new(device.clone());
    for (site, user) in [("example.com", 1), ("example.com", 2), ("other.org", 1)] {
        let user = named(vec![("id", bytes(&[user])), ("name", Value::from("somebody"))]);
        let algorithm = named(vec![("alg", Value::from(-7)), ("type", Value::from("public-key"))]);
        let made = client.send(
            MAKE_CREDENTIAL,
            vec![
                (1, bytes(&[0xcd; 32])),
                (2, named(vec![("id", Value::from(site))])),
                (3, user),
                (4, Value::Array(vec![algorithm])),
                (7, named(vec![("rk", Value::from(true))])),
            ],
        );
        made.expect("in memory").expect("a registration");
    }
    if let Some(pin) = pin {
        client.set_pin(pin).expect("in memory").expect("a first PIN");
    }
    device.prompts();
}
