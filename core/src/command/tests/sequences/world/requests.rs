//! The requests of the steps, and what their answers must be.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use ciborium::Value;

use super::{
    super::steps::{Assert, Ending, Make, Proof, SITES, Step},
    Known, Outcome, UV, World,
};
use crate::{
    command::tests::requests::{algorithm, auth_data, credential_id, descriptor},
    crypto::sha256,
    ctap::{cbor::Reader, status::Status},
    testing::device::{CLIENT_DATA_HASH, Device, bytes, encode, map, text},
};

const MC: u8 = 0x01;
const GA: u8 = 0x02;

fn decode(answer: &[u8]) -> Result<Value, Status> {
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

impl World {
    pub(super) fn send(&self, view: &Device, step: &Step, request: &[u8]) -> Outcome {
        let transaction = view.begin();
        assert!(view.authenticator.begin(view.source).is_err(), "two at a time");
        let handle = transaction.handle();
        if step.ending == Ending::Cancel {
            handle.cancel();
        }
        let mut future = pin!(transaction.ctap2(request));
        let context = &mut Context::from_waker(Waker::noop());
        if let Poll::Ready(answer) = future.as_mut().poll(context) {
            return Some(decode(&answer));
        }
        assert!(handle.waiting_for_user(), "waits for nobody");
        if step.ending == Ending::Drop {
            return None;
        }
        view.authenticator.cancel();
        let Poll::Ready(answer) = future.as_mut().poll(context) else { panic!("not cancelled") };
        assert_eq!(decode(&answer), Err(Status::KeepaliveCancel));
        Some(Err(Status::KeepaliveCancel))
    }

    /// pinUvAuthParam, pinUvAuthProtocol, and which token it is.
    fn prove(&self, proof: Proof, message: &[u8]) -> (Value, Value, Option<usize>) {
        let count = self.tokens.len();
        let index = match proof {
            Proof::None => return (Value::Null, Value::Null, None),
            Proof::Empty => return (bytes(&[]), Value::from(2), None),
            Proof::Wrong => return (bytes(&[7; 32]), Value::from(2), None),
            Proof::Latest => count.checked_sub(1),
            Proof::Earlier(index) => index.checked_rem(count),
        };
        let Some(index) = index else { return (Value::Null, Value::Null, None) };
        let token = &self.tokens[index];
        let client = self.device.pin_client(token.protocol);
        (client.param(&token.secret, message), client.number(), Some(index))
    }

    pub(super) fn make_credential(&mut self, step: &Step, view: &Device, make: &Make) {
        let (param, protocol, used) = self.prove(make.proof, &CLIENT_DATA_HASH);
        let option = |value: Option<bool>| value.map_or(Value::Null, Value::from);
        let options =
            map([("rk", Value::from(make.rk)), ("up", option(make.up)), ("uv", option(make.uv))]);
        let protect = make.protect.map(|level| map([("credProtect", Value::from(level))]));
        let request = map([
            (1, bytes(&CLIENT_DATA_HASH)),
            (2, map([("id", text(SITES[make.site]))])),
            (3, map([("id", bytes(&[make.user])), ("name", text("somebody"))])),
            (4, Value::Array(vec![algorithm(-7)])),
            (6, protect.unwrap_or(Value::Null)),
            (7, options),
            (8, param),
            (9, protocol),
        ]);
        let request = [&[1][..], &encode(&request)].concat();
        let Some(Ok(answer)) = self.send(view, step, &request) else { return };
        self.check_flags(step, &answer, used, MC);
        let known = Known {
            site: make.site,
            user: Some(make.user),
            id: credential_id(&answer).to_vec(),
            rk: make.rk,
            protect: make.protect.unwrap_or(1),
        };
        if known.rk {
            self.credentials.retain(|other| {
                !(other.rk && (other.site, other.user) == (known.site, known.user))
            });
        }
        self.credentials.push(known);
    }

    pub(super) fn get_assertion(&mut self, step: &Step, view: &Device, assert: &Assert) {
        let (param, protocol, used) = self.prove(assert.proof, &CLIENT_DATA_HASH);
        let allowed = assert.allow.and_then(|index| self.known(index));
        let site = allowed.as_ref().map_or(assert.site, |known| known.site);
        let list = allowed.as_ref().map(|known| Value::Array(vec![descriptor(&known.id)]));
        let option = |value: Option<bool>| value.map_or(Value::Null, Value::from);
        let request = map([
            (1, text(SITES[site])),
            (2, bytes(&CLIENT_DATA_HASH)),
            (3, list.unwrap_or(Value::Null)),
            (5, map([("up", option(assert.up)), ("uv", option(assert.uv))])),
            (6, param),
            (7, protocol),
        ]);
        let request = [&[2][..], &encode(&request)].concat();
        let Some(Ok(answer)) = self.send(view, step, &request) else { return };
        self.check_flags(step, &answer, used, GA);
        self.pending_verified = auth_data(&answer)[32] & UV != 0;
        let id = self.count(&answer);
        match allowed {
            Some(known) => assert_eq!(known.id, id),
            None => {
                let fits = |known: &Known| known.rk && known.site == site && known.id == id;
                assert!(self.credentials.iter().any(fits), "another site's");
            }
        }
    }

    fn known(&self, index: usize) -> Option<Known> {
        self.credentials.get(index.checked_rem(self.credentials.len())?).cloned()
    }

    pub(super) fn manage(
        &mut self,
        step: &Step,
        view: &Device,
        subcommand: u8,
        target: usize,
        proof: Proof,
    ) {
        let target = self.known(target);
        let id = target.as_ref().map_or(&[1; 32][..], |known| &known.id);
        let user = target.as_ref().and_then(|known| known.user).unwrap_or_default();
        let site = target.as_ref().map_or(0, |known| known.site);
        let parameters = match subcommand {
            4 => map([(1, bytes(&sha256(SITES[site].as_bytes())))]),
            6 => map([(2, descriptor(id))]),
            7 => {
                let user = map([("id", bytes(&[user])), ("displayName", text("Somebody"))]);
                map([(2, descriptor(id)), (3, user)])
            }
            _ => Value::Null,
        };
        let head = vec![subcommand];
        let done = self.subcommand(step, view, 0x0a, (subcommand, parameters), head, proof);
        if subcommand == 6 && matches!(done, Some(Ok(_))) {
            self.credentials.retain(|known| known.id != id);
        }
    }

    pub(super) fn subcommand(
        &self,
        step: &Step,
        view: &Device,
        command: u8,
        (subcommand, parameters): (u8, Value),
        mut message: Vec<u8>,
        proof: Proof,
    ) -> Outcome {
        if !parameters.is_null() {
            message.extend(encode(&parameters));
        }
        let (param, protocol, _) = self.prove(proof, &message);
        let request =
            map([(1, Value::from(subcommand)), (2, parameters), (3, protocol), (4, param)]);
        self.send(view, step, &[&[command][..], &encode(&request)].concat())
    }

    /// Reads, or writes the empty array: its first ten bytes, the rest, or (17) all at once.
    pub(super) fn blobs(&self, step: &Step, view: &Device, write: bool, offset: u8, proof: Proof) {
        let array = [&[0x80][..], &sha256(&[0x80])[..16]].concat();
        let request = if write {
            let (fragment, offset) = match offset {
                0 => (&array[..10], 0),
                10 => (&array[10..], 10),
                _ => (&array[..], 0),
            };
            let head = [&[0xff; 32][..], &[0x0c, 0, offset, 0, 0, 0]].concat();
            let (param, protocol, _) =
                self.prove(proof, &[head, sha256(fragment).to_vec()].concat());
            let length = if offset == 0 { Value::from(17) } else { Value::Null };
            map([(2, bytes(fragment)), (3, offset.into()), (4, length), (5, param), (6, protocol)])
        } else {
            map([(1, Value::from(17)), (3, Value::from(offset))])
        };
        let answer = self.send(view, step, &[&[0x0c][..], &encode(&request)].concat());
        if let Some(Ok(Value::Map(members))) = answer {
            assert_eq!(members, [(Value::from(1), bytes(&array[usize::from(offset)..]))]);
        }
    }

    pub(super) fn u2f_register(&mut self, view: &Device, site: usize) {
        let data = [CLIENT_DATA_HASH, sha256(SITES[site].as_bytes())].concat();
        let (answer, word) = u2f(view, 1, 3, &data);
        if word == 0x9000 {
            let length = usize::from(answer[66]);
            let id = answer[67..67 + length].to_vec();
            self.credentials.push(Known { site, user: None, id, rk: false, protect: 1 });
        }
    }

    pub(super) fn u2f_authenticate(&mut self, view: &Device, credential: usize, control: u8) {
        let Some(known) = self.known(credential) else { return };
        let site = sha256(SITES[known.site].as_bytes());
        let length = u8::try_from(known.id.len()).unwrap();
        let data = [&CLIENT_DATA_HASH[..], &site, &[length], &known.id].concat();
        let (answer, word) = u2f(view, 2, control, &data);
        if word == 0x9000 {
            assert_eq!(answer[0] & UV, 0, "U2F verifies nobody");
            let count = u32::from_be_bytes([answer[1], answer[2], answer[3], answer[4]]);
            self.counted(&known.id, count);
        }
    }
}

/// Sends it twice: the first may only put the prompt up.
fn u2f(view: &Device, instruction: u8, control: u8, data: &[u8]) -> (Vec<u8>, u16) {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    let head = [0, instruction, control, 0, 0, length[0], length[1]];
    let apdu = [&head[..], data, &[0, 0]].concat();
    match view.u2f(&apdu) {
        (_, 0x6985) => view.u2f(&apdu),
        answer => answer,
    }
}
