//! The requests of the steps.

use ciborium::Value;
use pocketkey_core::platform::Clock as _;
use ring::digest;

use super::{
    super::steps::{Assert, Make, Proof, SITES, pick},
    Issued, Known, TOKEN_LIFE, World, optional,
};
use crate::{
    device::Device,
    form,
    killer::{bytes, encode, map, named},
    watch::AuthData,
};

const MC: u8 = 0x01;
const GA: u8 = 0x02;
const LBW: u8 = 0x10;
const UP: u8 = 0x01;
const CLIENT_DATA_HASH: [u8; 32] = [0xcd; 32];

fn sha256(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, data).as_ref().to_vec()
}

fn descriptor(id: &[u8]) -> Value {
    named(vec![("id", bytes(id)), ("type", Value::from("public-key"))])
}

/// Text keys whose value is not there are left out.
fn options(entries: Vec<(&str, Value)>) -> Value {
    let there: Vec<_> = entries.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if there.is_empty() { Value::Null } else { named(there) }
}

impl World {
    /// Sends a request and holds its answer to the promises. `used`: the token that it carries, and
    /// the permission that the request needs of it.
    pub(super) fn send(
        &mut self,
        view: &Device,
        request: &[u8],
        used: Option<(usize, u8)>,
    ) -> Vec<u8> {
        let answer = view.call(request);
        let now = self.device.clock.now();
        let good = |issued: &Issued, permission| {
            issued.permissions & permission != 0 && now - issued.at < TOKEN_LIFE
        };
        let proven = used.is_some_and(|(index, permission)| {
            self.tokens.get(index).is_some_and(|issued| good(issued, permission))
        });
        let verified = self.device.was_verified() || proven;
        self.device.prompts();
        self.watch.answered(request, &answer, verified);
        let present = form::body(&answer)
            .filter(|_| matches!(request.first(), Some(&(MC | GA))))
            .and_then(|answer| AuthData::of(&answer))
            .is_some_and(|data| data.flags & UP != 0);
        if present {
            // §6.1: presence uses up what the token was for, but writing large blobs.
            self.tokens.iter_mut().for_each(|issued| issued.permissions &= LBW);
        }
        answer
    }

    /// pinUvAuthParam, pinUvAuthProtocol, and which token it is.
    fn prove(&self, proof: Proof, message: &[u8]) -> (Value, Value, Option<usize>) {
        let index = match proof {
            Proof::None => None,
            Proof::Empty => return (bytes(&[]), Value::from(2), None),
            Proof::Wrong => return (bytes(&[7; 32]), Value::from(2), None),
            Proof::Latest => self.tokens.len().checked_sub(1),
            Proof::Earlier(index) => usize::from(index).checked_rem(self.tokens.len()),
        };
        let Some(index) = index else { return (Value::Null, Value::Null, None) };
        let (param, protocol) = self.tokens[index].token.prove(message);
        (param, protocol, Some(index))
    }

    pub(super) fn make_credential(&mut self, view: &Device, make: &Make) {
        let (param, protocol, used) = self.prove(make.proof, &CLIENT_DATA_HASH);
        let site = usize::from(make.site) % SITES.len();
        let user = make.user % 4;
        let protect = make.protect.map(|level| level % 5);
        let exclude = make.exclude.and_then(|index| pick(&self.credentials, index));
        let algorithm = named(vec![("alg", Value::from(-7)), ("type", Value::from("public-key"))]);
        let request = map(vec![
            (1, bytes(&CLIENT_DATA_HASH)),
            (2, named(vec![("id", Value::from(SITES[site]))])),
            (3, named(vec![("id", bytes(&[user])), ("name", Value::from("somebody"))])),
            (4, Value::Array(vec![algorithm])),
            (5, exclude.map_or(Value::Null, |known| Value::Array(vec![descriptor(&known.id)]))),
            (6, options(vec![("credProtect", optional(protect))])),
            (
                7,
                options(vec![
                    ("rk", Value::from(make.rk)),
                    ("up", optional(make.up)),
                    ("uv", optional(make.uv)),
                ]),
            ),
            (8, param),
            (9, protocol),
        ]);
        let request = [&[MC][..], &encode(&request)].concat();
        let answer = self.send(view, &request, used.map(|used| (used, MC)));
        let data = form::body(&answer).and_then(|answer| AuthData::of(&answer));
        let Some(id) = data.and_then(|data| data.attested) else { return };
        let level = protect.filter(|level| (1..=3).contains(level)).unwrap_or(1);
        let known = Known { site, user: Some(user), id, rk: make.rk, protect: level };
        if known.rk {
            self.credentials.retain(|other| {
                !(other.rk && (other.site, other.user) == (known.site, known.user))
            });
        }
        self.credentials.push(known);
    }

    pub(super) fn get_assertion(&mut self, view: &Device, assert: &Assert) {
        let (param, protocol, used) = self.prove(assert.proof, &CLIENT_DATA_HASH);
        let allowed = assert.allow.and_then(|index| pick(&self.credentials, index)).cloned();
        let site = allowed.as_ref().map_or(usize::from(assert.site) % SITES.len(), |one| one.site);
        let list = allowed.as_ref().map(|known| Value::Array(vec![descriptor(&known.id)]));
        let request = map(vec![
            (1, Value::from(SITES[site])),
            (2, bytes(&CLIENT_DATA_HASH)),
            (3, list.unwrap_or(Value::Null)),
            (5, options(vec![("up", optional(assert.up)), ("uv", optional(assert.uv))])),
            (6, param),
            (7, protocol),
        ]);
        let request = [&[GA][..], &encode(&request)].concat();
        self.send(view, &request, used.map(|used| (used, GA)));
    }

    /// An assertion without any proof, for these credentials only.
    pub(super) fn assertion(&mut self, view: &Device, site: &str, allow: &[Known]) -> Vec<u8> {
        let list = allow.iter().map(|known| descriptor(&known.id)).collect();
        let request = map(vec![
            (1, Value::from(site)),
            (2, bytes(&CLIENT_DATA_HASH)),
            (3, Value::Array(list)),
        ]);
        self.send(view, &[&[GA][..], &encode(&request)].concat(), None)
    }

    pub(super) fn manage(&mut self, view: &Device, subcommand: u8, target: u8, proof: Proof) {
        let target = pick(&self.credentials, target).cloned();
        let id = target.as_ref().map_or(&[1; 32][..], |known| &known.id);
        let user = target.as_ref().and_then(|known| known.user).unwrap_or_default();
        let site = target.as_ref().map_or(0, |known| known.site);
        let subcommand = subcommand % 9;
        let parameters = match subcommand {
            4 => map(vec![(1, bytes(&sha256(SITES[site].as_bytes())))]),
            6 => map(vec![(2, descriptor(id))]),
            7 => {
                let names = vec![("id", bytes(&[user])), ("displayName", Value::from("Somebody"))];
                map(vec![(2, descriptor(id)), (3, named(names))])
            }
            _ => Value::Null,
        };
        let head = vec![subcommand];
        let answer = self.subcommand(view, 0x0a, subcommand, parameters, head, proof);
        if subcommand == 6 && answer == [0] {
            self.credentials.retain(|known| known.id != id);
        }
    }

    pub(super) fn configure(
        &mut self,
        view: &Device,
        subcommand: u8,
        length: Option<u8>,
        force: bool,
        proof: Proof,
    ) {
        let subcommand = subcommand % 5;
        let parameters = match subcommand {
            3 => map(vec![
                (1, optional(length)),
                (3, if force { Value::from(true) } else { Value::Null }),
            ]),
            _ => Value::Null,
        };
        let head = [&[0xff; 32][..], &[0x0d, subcommand]].concat();
        self.subcommand(view, 0x0d, subcommand, parameters, head, proof);
    }

    fn subcommand(
        &mut self,
        view: &Device,
        command: u8,
        subcommand: u8,
        parameters: Value,
        mut message: Vec<u8>,
        proof: Proof,
    ) -> Vec<u8> {
        if !parameters.is_null() {
            message.extend(encode(&parameters));
        }
        let (param, protocol, _) = self.prove(proof, &message);
        let request =
            map(vec![(1, Value::from(subcommand)), (2, parameters), (3, protocol), (4, param)]);
        self.send(view, &[&[command][..], &encode(&request)].concat(), None)
    }

    /// Reads, or writes the empty array: its first ten bytes, the rest, or all at once.
    pub(super) fn blobs(&mut self, view: &Device, write: bool, offset: u8, proof: Proof) {
        let array = [&[0x80][..], &sha256(&[0x80])[..16]].concat();
        let request = if write {
            let (fragment, offset) = match offset % 3 {
                0 => (&array[..10], 0),
                1 => (&array[10..], 10),
                _ => (&array[..], 0),
            };
            let head = [&[0xff; 32][..], &[0x0c, 0, offset, 0, 0, 0]].concat();
            let (param, protocol, _) = self.prove(proof, &[head, sha256(fragment)].concat());
            let length = if offset == 0 { Value::from(17) } else { Value::Null };
            map(vec![
                (2, bytes(fragment)),
                (3, Value::from(offset)),
                (4, length),
                (5, param),
                (6, protocol),
            ])
        } else {
            map(vec![(1, Value::from(17)), (3, Value::from(offset))])
        };
        self.send(view, &[&[0x0c][..], &encode(&request)].concat(), None);
    }

    pub(super) fn u2f(
        &mut self,
        view: &Device,
        instruction: u8,
        control: u8,
        site: u8,
        credential: u8,
    ) {
        let known = pick(&self.credentials, credential).cloned();
        let site = known.as_ref().map_or(usize::from(site) % SITES.len(), |known| known.site);
        let mut data = [&CLIENT_DATA_HASH[..], &sha256(SITES[site].as_bytes())].concat();
        if let (2, Some(known)) = (instruction, &known) {
            data.push(u8::try_from(known.id.len()).expect("an ID is short"));
            data.extend(&known.id);
        }
        let length = u16::try_from(data.len()).expect("it is short").to_be_bytes();
        let head = [0, instruction, control, 0, 0, length[0], length[1]];
        let apdu = [&head[..], &data, &[0, 0]].concat();
        let mut answer = view.u2f(&apdu);
        if answer.ends_with(&[0x69, 0x85]) {
            answer = view.u2f(&apdu);
        }
        self.device.prompts();
        if !answer.ends_with(&[0x90, 0x00]) {
            return;
        }
        match (instruction, known) {
            (1, _) => {
                let length = usize::from(answer[66]);
                let id = answer[67..67 + length].to_vec();
                self.credentials.push(Known { site, user: None, id, rk: false, protect: 1 });
            }
            (2, Some(known)) => {
                assert_eq!(answer[0] & 0x04, 0, "U2F verifies nobody");
                let count = u32::from_be_bytes([answer[1], answer[2], answer[3], answer[4]]);
                self.watch.counted(&known.id, count);
            }
            _ => {}
        }
    }
}
