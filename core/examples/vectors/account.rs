//! Registering, signing in, and what is refused.

use ciborium::Value;

use crate::{
    killer::{Ctap, Token, bytes, encode, map, member, named},
    phone::{Client, Phone},
    record::Session,
};

pub const MAKE_CREDENTIAL: u8 = 0x01;
pub const GET_ASSERTION: u8 = 0x02;
pub const GET_INFO: u8 = 0x04;
const RESET: u8 = 0x07;
const NEXT_ASSERTION: u8 = 0x08;
const SELECTION: u8 = 0x0b;

const EDDSA: i64 = -8;
const HASH: [u8; 32] = [0xcd; 32];
const SITE: &str = "example.com";

/// What a command is given, by number.
type Parameters = Vec<(i64, Value)>;

/// A registration with EdDSA, whose signatures are the same each time.
#[derive(Clone)]
pub struct Registration {
    pub user: u8,
    pub discoverable: bool,
    /// Whether the phone's own verification is asked for.
    pub verify: bool,
    pub extensions: Value,
    pub exclude: Value,
    pub token: Option<Token>,
}

impl Registration {
    pub fn of(user: u8) -> Self {
        Self {
            user,
            discoverable: true,
            verify: true,
            extensions: Value::Null,
            exclude: Value::Null,
            token: None,
        }
    }

    fn parameters(&self) -> Parameters {
        let name = format!("user{}", self.user);
        let display_name = format!("User {} \u{e9}", self.user);
        let user = named(vec![
            ("id", bytes(&[self.user; 16])),
            ("name", Value::from(name)),
            ("displayName", Value::from(display_name)),
        ]);
        let (param, protocol) = prove(self.token.as_ref());
        let mut options = vec![("rk", Value::from(self.discoverable))];
        if self.verify {
            options.push(("uv", Value::from(true)));
        }
        let options = named(options);
        vec![
            (1, bytes(&HASH)),
            (2, named(vec![("id", Value::from(SITE)), ("name", Value::from("Example"))])),
            (3, user),
            (4, Value::Array(vec![algorithm(EDDSA)])),
            (5, self.exclude.clone()),
            (6, self.extensions.clone()),
            (7, options),
            (8, param),
            (9, protocol),
        ]
    }
}

fn algorithm(id: i64) -> Value {
    named(vec![("alg", Value::from(id)), ("type", Value::from("public-key"))])
}

fn prove(token: Option<&Token>) -> (Value, Value) {
    token.map_or((Value::Null, Value::Null), |token| token.prove(&HASH))
}

pub fn descriptors(id: &[u8]) -> Value {
    Value::Array(vec![named(vec![("id", bytes(id)), ("type", Value::from("public-key"))])])
}

/// Registers; gives the credential's ID.
pub fn register(client: &mut Client, name: &str, new: &Registration) -> Option<Vec<u8>> {
    client.wire.next(name);
    let made = client.send(MAKE_CREDENTIAL, new.parameters()).unwrap().ok()?;
    let data = member(&made, 2)?.as_bytes()?;
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    Some(data[55..55 + length].to_vec())
}

pub fn sign_in(client: &mut Client, name: &str, allow: Value, more: Parameters) {
    client.wire.next(name);
    let head = vec![(1, Value::from(SITE)), (2, bytes(&HASH)), (3, allow)];
    let _ = client.send(GET_ASSERTION, [head, more].concat()).unwrap();
}

pub fn sign_in_with(client: &mut Client, name: &str, token: &Token) {
    let (param, protocol) = prove(Some(token));
    sign_in(client, name, Value::Null, vec![(6, param), (7, protocol)]);
}

fn raw(client: &mut Client, name: &str, request: &[u8]) {
    client.wire.next(name).ctap2(request);
}

pub fn passkeys() -> Session {
    let about = "Passkeys on a phone that verifies its owner: made, used, excluded, erased.";
    let mut client = Ctap::new(Phone::new(about, true, true));
    raw(&mut client, "getInfo of a new phone", &[GET_INFO]);
    raw(&mut client, "selection", &[SELECTION]);
    let first = Registration::of(1);
    let id = register(&mut client, "a passkey", &first).unwrap();
    sign_in(&mut client, "signing in with it", Value::Null, vec![]);
    sign_in(&mut client, "signing in with it by its ID", descriptors(&id), vec![]);
    let silent = named(vec![("up", Value::from(false))]);
    sign_in(&mut client, "looking for it without anybody", descriptors(&id), vec![(5, silent)]);
    let wanted = named(vec![("uv", Value::from(true))]);
    sign_in(&mut client, "signing in verified", Value::Null, vec![(5, wanted)]);
    let hidden = Registration { discoverable: false, ..Registration::of(2) };
    let hidden = register(&mut client, "a credential that is not discoverable", &hidden).unwrap();
    sign_in(&mut client, "signing in with that", descriptors(&hidden), vec![]);
    let excluded = Registration { exclude: descriptors(&id), ..Registration::of(3) };
    register(&mut client, "a passkey where there is one already", &excluded);
    let extensions = named(vec![
        ("credProtect", Value::from(3)),
        ("credBlob", bytes(b"a small blob")),
        ("minPinLength", Value::from(true)),
    ]);
    let extended = Registration { extensions, ..Registration::of(4) };
    register(&mut client, "a passkey with extensions", &extended);
    let blob = named(vec![("credBlob", Value::from(true))]);
    sign_in(&mut client, "signing in with its blob", Value::Null, vec![(4, blob)]);
    client.wire.declines(true);
    register(&mut client, "a passkey that the person does not want", &Registration::of(5));
    sign_in(&mut client, "signing in where the person declines", Value::Null, vec![]);
    raw(&mut client, "a reset that the person declines", &[RESET]);
    client.wire.declines(false);
    raw(&mut client, "a reset", &[RESET]);
    sign_in(&mut client, "signing in when everything is erased", Value::Null, vec![]);
    raw(&mut client, "getInfo after it", &[GET_INFO]);
    client.wire.finish()
}

pub fn accounts() -> Session {
    let about = "Several accounts, listed to a client one after the other.";
    let mut client = Ctap::new(Phone::new(about, true, false));
    for user in 1..=3 {
        register(&mut client, &format!("account {user}"), &Registration::of(user));
    }
    let wanted = || vec![(5, named(vec![("uv", Value::from(true))]))];
    sign_in(&mut client, "the newest of three accounts, verified", Value::Null, wanted());
    raw(&mut client, "the second", &[NEXT_ASSERTION]);
    raw(&mut client, "the third", &[NEXT_ASSERTION]);
    raw(&mut client, "there is no fourth", &[NEXT_ASSERTION]);
    sign_in(&mut client, "the newest once more, without names", Value::Null, vec![]);
    client.wire.wait(31_000);
    raw(&mut client, "the second, too late", &[NEXT_ASSERTION]);
    client.wire.finish()
}

pub fn errors() -> Session {
    let about = "Requests that are refused, each with the status of the standard.";
    let mut client = Ctap::new(Phone::new(about, true, true));
    let parameters = |change: &dyn Fn(&mut Parameters)| {
        let mut parameters = Registration::of(1).parameters();
        change(&mut parameters);
        [vec![MAKE_CREDENTIAL], encode(&map(parameters))].concat()
    };
    let replaced = |key: i64, value: Value| {
        parameters(&move |all| {
            all.retain(|(number, _)| *number != key);
            all.push((key, value.clone()));
        })
    };
    let whole = parameters(&|_| {});
    let requests: Vec<(&str, Vec<u8>)> = vec![
        ("nothing at all", vec![]),
        ("a command that does not exist", vec![0x05]),
        ("the preview of credential management, without parameters", vec![0x41]),
        ("a registration without parameters", vec![MAKE_CREDENTIAL]),
        ("a registration that is cut off", whole[..whole.len() - 3].to_vec()),
        ("a registration with something after it", [whole.as_slice(), &[0]].concat()),
        ("a map with a key twice", vec![GET_ASSERTION, 0xa2, 1, 0x61, b'a', 1, 0x61, b'a']),
        ("keys in the wrong order", {
            let hash = [&[0x58, 0x20], &HASH[..]].concat();
            [&[GET_ASSERTION, 0xa2, 2], hash.as_slice(), &[1, 0x61, b'a']].concat()
        }),
        (
            "a number that is longer than it has to be",
            vec![GET_ASSERTION, 0xa1, 0x18, 1, 0x61, b'a'],
        ),
        ("a map of indefinite length", vec![GET_ASSERTION, 0xbf, 1, 0x61, b'a', 0xff]),
        ("a text that is no UTF-8", vec![GET_ASSERTION, 0xa1, 1, 0x61, 0xff]),
        ("five levels of arrays", vec![GET_ASSERTION, 0x81, 0x81, 0x81, 0x81, 0x81, 0]),
        ("an array in place of a map", vec![GET_ASSERTION, 0x80]),
        ("a site that is a number", replaced(2, Value::from(2))),
        ("no user", parameters(&|all| all.retain(|(key, _)| *key != 3))),
        ("no algorithm that is known", replaced(4, Value::Array(vec![algorithm(-257)]))),
        ("no algorithm", replaced(4, Value::Array(vec![]))),
        ("presence that is not wanted", replaced(7, named(vec![("up", Value::from(false))]))),
        ("a PIN proof of no protocol", replaced(8, bytes(&[0; 32]))),
        ("a sign-in where there is nothing", {
            let parameters = map(vec![(1, Value::from(SITE)), (2, bytes(&HASH))]);
            [vec![GET_ASSERTION], encode(&parameters)].concat()
        }),
        ("a sign-in with an option of registrations", {
            let options = named(vec![("rk", Value::from(true))]);
            let parameters = map(vec![(1, Value::from(SITE)), (2, bytes(&HASH)), (5, options)]);
            [vec![GET_ASSERTION], encode(&parameters)].concat()
        }),
        ("the next of nothing", vec![NEXT_ASSERTION]),
        ("a PIN command that does not exist", vec![6, 0xa2, 1, 2, 2, 0x18, 0x63]),
        ("a configuration that does not exist", vec![0x0d, 0xa1, 1, 0x18, 0x63]),
        ("fingerprints, which there are none", vec![0x09, 0xa1, 1, 1]),
        ("a message that is too long", [vec![MAKE_CREDENTIAL], vec![0; 7609]].concat()),
    ];
    for (name, request) in requests {
        raw(&mut client, name, &request);
    }
    client.wire.finish()
}
