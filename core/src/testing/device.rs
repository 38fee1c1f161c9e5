//! A device on an in-memory store and a small client for it, as the tests of commands use them.
//!
//! Every answer is checked to be canonical before a test sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

mod errands;
mod joined;
mod pin_client;

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use ciborium::Value;
pub(crate) use errands::number;
pub(crate) use joined::{offline, online, reader};
pub(crate) use pin_client::PinClient;

use super::{FakeClock, ScriptedUser, SeededRng};
use crate::{
    Authenticator, Location, Source, Transaction,
    ctap::{
        cbor::{Reader, Writer},
        status::Status,
    },
    platform::{Courier, KeyStore, NoNetwork, Platform},
    software::SoftwareKeyStore,
    transport::Transport,
};

/// An authenticator with handles on all that surrounds it.
pub(crate) struct Device {
    pub authenticator: Authenticator,
    pub user: Arc<ScriptedUser>,
    pub clock: Arc<FakeClock>,
    pub source: Source,
}

pub(crate) const CLIENT_DATA_HASH: [u8; 32] = [0xcd; 32];

impl Device {
    /// In factory state, with a person who agrees to everything and no built-in verification.
    pub(crate) fn new() -> Self {
        Self::with_key_store(Arc::new(SoftwareKeyStore::new(&[7; 32])))
    }

    /// The same, with built-in verification that is ready.
    pub(crate) fn with_uv() -> Self {
        let device = Self::new();
        device.user.set_built_in_uv(Some(true));
        device
    }

    pub(crate) fn with_key_store(key_store: Arc<dyn KeyStore>) -> Self {
        Self::open(&Location::Memory, key_store)
    }

    pub(crate) fn open(location: &Location, key_store: Arc<dyn KeyStore>) -> Self {
        Self::open_with(location, key_store, Arc::new(NoNetwork), 1)
    }

    pub(crate) fn open_with(
        location: &Location,
        key_store: Arc<dyn KeyStore>,
        courier: Arc<dyn Courier>,
        seed: u64,
    ) -> Self {
        let user = Arc::new(ScriptedUser::default());
        let clock = Arc::new(FakeClock::default());
        let platform = Platform {
            key_store,
            user_verifier: user.clone(),
            clock: clock.clone(),
            rng: Arc::new(SeededRng::new(seed)),
            courier,
        };
        let authenticator = Authenticator::open(location, platform).unwrap();
        let source = Source::new(Transport::Usb, 1);
        Self { authenticator, user, clock, source }
    }

    pub(crate) fn begin(&self) -> Transaction {
        self.authenticator.begin(self.source).expect("no other transaction runs")
    }

    /// Sends a command byte and parameters as they are.
    pub(crate) fn raw(&self, request: &[u8]) -> Result<Value, Status> {
        let answer = now(self.begin().ctap2(request));
        let (&status, body) = answer.split_first().expect("an answer has a status");
        if status != 0 {
            assert!(body.is_empty(), "an error has no body");
            return Err(Status::from_code(status).expect("a status of the standard"));
        }
        if body.is_empty() {
            return Ok(Value::Null);
        }
        Reader::whole(body, Reader::skip).expect("the answer is canonical CBOR");
        Ok(ciborium::from_reader(body).unwrap())
    }

    /// Sends a command with a map of parameters with integer keys; the map is put in order.
    pub(crate) fn send(&self, command: u8, parameters: Value) -> Result<Value, Status> {
        let mut request = vec![command];
        request.extend(encode(&parameters));
        self.raw(&request)
    }

    /// Sends a U2F APDU; gives data and status word.
    pub(crate) fn u2f(&self, apdu: &[u8]) -> (Vec<u8>, u16) {
        let mut answer = now(self.begin().u2f(apdu));
        let word = answer.split_off(answer.len() - 2);
        (answer, u16::from_be_bytes([word[0], word[1]]))
    }

    /// authenticatorGetInfo.
    pub(crate) fn info(&self) -> Value {
        self.raw(&[0x04]).unwrap()
    }

    /// A client for PINs and tokens, speaking protocol one or two.
    pub(crate) fn pin_client(&self, protocol: u8) -> PinClient<'_> {
        PinClient::new(self, protocol)
    }
}

/// Runs a future that has no reason to wait.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the authenticator waits for somebody"),
    }
}

/// A map from pairs; entries whose value is null are left out.
pub(crate) fn map<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Value {
    Value::Map(
        entries
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.into(), value))
            .collect(),
    )
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(bytes.to_vec())
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The member of a map with an integer key.
pub(crate) fn member(value: &Value, key: i64) -> Option<&Value> {
    let entries = value.as_map().expect("a map");
    entries.iter().find(|(k, _)| *k == Value::from(key)).map(|(_, value)| value)
}

/// The member of a map with a text key.
pub(crate) fn named<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let entries = value.as_map().expect("a map");
    entries.iter().find(|(k, _)| k.as_text() == Some(key)).map(|(_, value)| value)
}

/// The canonical encoding.
pub(crate) fn encode(value: &Value) -> Vec<u8> {
    let mut out = Writer::new();
    write(value, &mut out);
    out.finish()
}

fn write(value: &Value, out: &mut Writer) {
    match value {
        Value::Integer(number) => out.int(i128::from(*number) as i64),
        Value::Bytes(bytes) => out.bytes(bytes),
        Value::Text(text) => out.text(text),
        Value::Bool(value) => out.bool(*value),
        Value::Array(items) => out.array(items.iter(), |out, item| write(item, out)),
        Value::Map(entries) => {
            let mut sorted: Vec<_> =
                entries.iter().map(|(key, value)| (encode(key), key, value)).collect();
            sorted.sort_by(|(a, ..), (b, ..)| {
                (a[0] >> 5, a.len(), a.as_slice()).cmp(&(b[0] >> 5, b.len(), b.as_slice()))
            });
            out.map(|map| {
                for (_, key, value) in sorted {
                    match key {
                        Value::Integer(number) => {
                            map.int(i128::from(*number) as i64, |out| write(value, out));
                        }
                        Value::Text(text) => map.text(text, |out| write(value, out)),
                        _ => panic!("a key of CTAP is an integer or a text"),
                    }
                }
            });
        }
        _ => panic!("CTAP has no such item"),
    }
}
