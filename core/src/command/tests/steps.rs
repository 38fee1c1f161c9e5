//! Steps that the tests of several commands take.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use ciborium::Value;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::requests::{
    auth_data, credential_id, descriptor, get_assertion, make_credential, options,
};
use crate::{
    ctap::{cbor::Reader, status::Status},
    testing::device::{CLIENT_DATA_HASH, Device, PinClient, bytes, encode, map, member},
};

/// The site of most tests.
pub(super) const RP: &str = "example.com";
/// The PIN of most tests.
pub(super) const PIN: &str = "1234";

/// Permissions (§6.5.5.7).
pub(super) const MC: u8 = 0x01;
pub(super) const GA: u8 = 0x02;
pub(super) const LBW: u8 = 0x10;
pub(super) const ACFG: u8 = 0x20;

/// Flags of authenticator data.
pub(super) const UP: u8 = 0x01;
pub(super) const UV: u8 = 0x04;
pub(super) const AT: u8 = 0x40;
pub(super) const ED: u8 = 0x80;

/// The options of makeCredential that make it discoverable.
pub(super) fn rk() -> (i64, Value) {
    (7, options(&[("rk", true)]))
}

/// makeCredential at [`RP`].
pub(super) fn try_register(
    device: &Device,
    user: &[u8],
    more: Vec<(i64, Value)>,
) -> Result<Value, Status> {
    device.send(1, make_credential(RP, user, more))
}

pub(super) fn register(device: &Device, user: &[u8], more: Vec<(i64, Value)>) -> Value {
    try_register(device, user, more).unwrap()
}

/// A discoverable credential; gives its ID.
pub(super) fn register_discoverable(device: &Device, user: &[u8]) -> Vec<u8> {
    credential_id(&register(device, user, vec![rk()])).to_vec()
}

/// getAssertion at [`RP`].
pub(super) fn sign_in(device: &Device, more: Vec<(i64, Value)>) -> Result<Value, Status> {
    device.send(2, get_assertion(RP, more))
}

/// An allow list or exclude list.
pub(super) fn list(ids: &[&[u8]]) -> Value {
    Value::Array(ids.iter().map(|id| descriptor(id)).collect())
}

/// The allow list of getAssertion with one entry.
pub(super) fn allow(id: &[u8]) -> (i64, Value) {
    (3, list(&[id]))
}

/// A device with a PIN, and no built-in verification.
pub(super) fn device_with_pin() -> Device {
    let device = Device::new();
    device.pin_client(2).set_pin(PIN).unwrap();
    device
}

/// A proof of a token from the PIN: pinUvAuthParam and pinUvAuthProtocol for makeCredential.
pub(super) fn mc_proof(device: &Device) -> Vec<(i64, Value)> {
    proof(device, MC, 8)
}

/// The same for getAssertion.
pub(super) fn ga_proof(device: &Device) -> Vec<(i64, Value)> {
    proof(device, GA, 6)
}

fn proof(device: &Device, permission: u8, key: i64) -> Vec<(i64, Value)> {
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, permission, Some(RP)).unwrap();
    vec![(key, client.param(&token, &CLIENT_DATA_HASH)), (key + 1, client.number())]
}

/// authenticatorConfig, with a token where one is given.
pub(super) fn config(
    device: &Device,
    subcommand: u8,
    parameters: Value,
    token: Option<(&PinClient<'_>, &[u8])>,
) -> Result<Value, Status> {
    let mut message = vec![0xff; 32];
    message.extend([0x0d, subcommand]);
    if !parameters.is_null() {
        message.extend(encode(&parameters));
    }
    let (protocol, param) = token.map_or((Value::Null, Value::Null), |(client, token)| {
        (client.number(), client.param(token, &message))
    });
    device.send(0x0d, map([(1, subcommand.into()), (2, parameters), (3, protocol), (4, param)]))
}

/// Switches alwaysUv with whatever the device wants as proof.
pub(super) fn toggle_always_uv(device: &Device) {
    let client = device.pin_client(2);
    if let Ok(token) = client.token_using_pin(PIN, ACFG, None) {
        config(device, 2, Value::Null, Some((&client, &token))).unwrap();
    } else if let Ok(token) = client.token_using_uv(ACFG, None) {
        config(device, 2, Value::Null, Some((&client, &token))).unwrap();
    } else {
        config(device, 2, Value::Null, None).unwrap();
    }
    device.user.take_prompts();
}

pub(super) fn flags(answer: &Value) -> u8 {
    auth_data(answer)[32]
}

/// What follows the fixed part of authenticator data: the COSE_Key, where there is one, and the
/// extension outputs. Both must be canonical, and nothing may follow.
fn tail(answer: &Value) -> (Option<Value>, Option<Value>) {
    let data = auth_data(answer);
    let flags = flags(answer);
    let start = if flags & AT == 0 { 37 } else { 55 + credential_id(answer).len() };
    let mut reader = Reader::new(&data[start..]);
    let mut item = |flag: u8| {
        (flags & flag != 0).then(|| {
            let ((), raw) = reader.with_raw(Reader::skip).expect("canonical CBOR");
            ciborium::from_reader(raw).unwrap()
        })
    };
    let (key, extensions): (_, Option<Value>) = (item(AT), item(ED));
    reader.end().unwrap();
    (key, extensions)
}

/// The new credential's COSE_Key.
pub(super) fn cose_key(answer: &Value) -> Value {
    tail(answer).0.unwrap()
}

/// The extension outputs.
pub(super) fn extensions(answer: &Value) -> Option<Value> {
    tail(answer).1
}

/// One extension's output.
pub(super) fn output(answer: &Value, name: &str) -> Option<Value> {
    extensions(answer).and_then(|outputs| crate::testing::device::named(&outputs, name).cloned())
}

/// The new ES256 credential's public key, 04 ‖ x ‖ y.
pub(super) fn public_key(answer: &Value) -> Vec<u8> {
    let key = cose_key(answer);
    let coordinate = |label| member(&key, label).unwrap().as_bytes().unwrap().clone();
    [vec![4], coordinate(-2), coordinate(-3)].concat()
}

/// Whether an ES256 signature is right.
pub(super) fn verifies(public_key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, public_key).verify(message, signature).is_ok()
}

/// The user.id in the answer of getAssertion.
pub(super) fn user_id(answer: &Value) -> Vec<u8> {
    let user = member(answer, 4).expect("a user");
    crate::testing::device::named(user, "id").unwrap().as_bytes().unwrap().clone()
}

/// The bytes of a request.
pub(super) fn request(command: u8, parameters: &Value) -> Vec<u8> {
    [vec![command], encode(parameters)].concat()
}

/// A waker that remembers being woken.
#[derive(Default)]
pub(super) struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Woken {
    pub(super) fn poll<T>(
        self: &Arc<Self>,
        future: Pin<&mut (impl Future<Output = T> + ?Sized)>,
    ) -> Poll<T> {
        self.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(self));
        future.poll(&mut Context::from_waker(&waker))
    }

    pub(super) fn was_woken(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// An extension input.
pub(super) fn extension(name: &'static str, input: Value) -> Value {
    map([(name, input)])
}

/// A byte string of `length` bytes.
pub(super) fn blob(length: usize) -> Value {
    bytes(&vec![0xb1; length])
}
