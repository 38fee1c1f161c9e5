//! Registering, signing in, and managing what was registered.

use std::io;

use ciborium::Value;
use ring::digest;

use super::{Answer, Ctap, Token, Wire, bytes, encode, map, member, named, text};

const MAKE_CREDENTIAL: u8 = 0x01;
const GET_ASSERTION: u8 = 0x02;
const CREDENTIAL_MANAGEMENT: u8 = 0x0a;

/// What every request of these tests signs.
pub const CLIENT_DATA_HASH: [u8; 32] = [0xcd; 32];

/// What to register.
pub struct Registration<'a> {
    pub rp_id: &'a str,
    pub user: &'a [u8],
    pub name: &'a str,
    pub discoverable: bool,
    pub token: Option<&'a Token>,
}

/// What an assertion says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub id: Vec<u8>,
    pub flags: u8,
    pub count: u32,
}

/// An account, as credential management lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: Vec<u8>,
    pub user: Vec<u8>,
    pub name: Option<String>,
}

fn sha256(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, data).as_ref().to_vec()
}

pub fn descriptor(id: &[u8]) -> Value {
    named(vec![("id", bytes(id)), ("type", Value::from("public-key"))])
}

fn auth_data(answer: &Value) -> &[u8] {
    member(answer, 2).and_then(Value::as_bytes).expect("authenticator data")
}

impl<W: Wire> Ctap<W> {
    /// authenticatorMakeCredential with ES256; gives the credential's ID.
    pub fn register(&mut self, new: &Registration<'_>) -> io::Result<Result<Vec<u8>, u8>> {
        let (param, protocol) = prove(new.token, &CLIENT_DATA_HASH);
        let user = named(vec![("id", bytes(new.user)), ("name", Value::from(new.name))]);
        let algorithm = named(vec![("alg", Value::from(-7)), ("type", Value::from("public-key"))]);
        let answer = self.send(
            MAKE_CREDENTIAL,
            vec![
                (1, bytes(&CLIENT_DATA_HASH)),
                (2, named(vec![("id", Value::from(new.rp_id))])),
                (3, user),
                (4, Value::Array(vec![algorithm])),
                (7, named(vec![("rk", Value::from(new.discoverable))])),
                (8, param),
                (9, protocol),
            ],
        )?;
        Ok(answer.map(|answer| {
            let data = auth_data(&answer);
            let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
            data[55..55 + length].to_vec()
        }))
    }

    /// authenticatorGetAssertion, for one credential or any discoverable one.
    pub fn sign_in(
        &mut self,
        rp_id: &str,
        id: Option<&[u8]>,
        token: Option<&Token>,
    ) -> io::Result<Result<SignIn, u8>> {
        let (param, protocol) = prove(token, &CLIENT_DATA_HASH);
        let list = id.map_or(Value::Null, |id| Value::Array(vec![descriptor(id)]));
        let answer = self.send(
            GET_ASSERTION,
            vec![
                (1, Value::from(rp_id)),
                (2, bytes(&CLIENT_DATA_HASH)),
                (3, list),
                (6, param),
                (7, protocol),
            ],
        )?;
        Ok(answer.map(|answer| {
            let data = auth_data(&answer);
            let used = member(&answer, 1).and_then(|credential| text(credential, "id"));
            SignIn {
                id: used.and_then(Value::as_bytes).cloned().unwrap_or_default(),
                flags: data[32],
                count: u32::from_be_bytes([data[33], data[34], data[35], data[36]]),
            }
        }))
    }

    /// A subcommand of authenticatorCredentialManagement.
    pub fn manage(
        &mut self,
        subcommand: u8,
        parameters: Value,
        token: Option<&Token>,
    ) -> io::Result<Answer> {
        let mut message = vec![subcommand];
        if !parameters.is_null() {
            message.extend(encode(&parameters));
        }
        let (param, protocol) = prove(token, &message);
        let request =
            vec![(1, Value::from(subcommand)), (2, parameters), (3, protocol), (4, param)];
        self.send(CREDENTIAL_MANAGEMENT, request)
    }

    /// deleteCredential.
    pub fn delete(&mut self, id: &[u8], token: &Token) -> io::Result<Answer> {
        self.manage(6, map(vec![(2, descriptor(id))]), Some(token))
    }

    /// updateUserInformation.
    pub fn rename(
        &mut self,
        id: &[u8],
        user: &[u8],
        name: &str,
        token: &Token,
    ) -> io::Result<Answer> {
        let user = named(vec![("id", bytes(user)), ("name", Value::from(name))]);
        self.manage(7, map(vec![(2, descriptor(id)), (3, user)]), Some(token))
    }

    /// Every discoverable credential of a site.
    pub fn accounts(&mut self, rp_id: &str, token: &Token) -> io::Result<Result<Vec<Entry>, u8>> {
        let site = map(vec![(1, bytes(&sha256(rp_id.as_bytes())))]);
        let mut answer = match self.manage(4, site, Some(token))? {
            Ok(answer) => answer,
            Err(super::status::NO_CREDENTIALS) => return Ok(Ok(Vec::new())),
            Err(status) => return Ok(Err(status)),
        };
        let total = member(&answer, 9).and_then(Value::as_integer).expect("how many there are");
        let total = usize::try_from(total).expect("not too many");
        let mut accounts = Vec::new();
        loop {
            accounts.push(entry(&answer));
            if accounts.len() == total {
                return Ok(Ok(accounts));
            }
            answer = match self.manage(5, Value::Null, None)? {
                Ok(answer) => answer,
                Err(status) => return Ok(Err(status)),
            };
        }
    }
}

fn entry(answer: &Value) -> Entry {
    let user = member(answer, 6).expect("a user");
    let credential = member(answer, 7).expect("a credential");
    let blob = |map, key| text(map, key).and_then(Value::as_bytes).cloned().unwrap_or_default();
    Entry {
        id: blob(credential, "id"),
        user: blob(user, "id"),
        name: text(user, "name").and_then(Value::as_text).map(str::to_owned),
    }
}

fn prove(token: Option<&Token>, message: &[u8]) -> (Value, Value) {
    token.map_or((Value::Null, Value::Null), |token| token.prove(message))
}
