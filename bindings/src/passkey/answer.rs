//! Reading the authenticator's own answers. They are canonical; anything else is a fault of ours, and
//! reported as CTAP's OTHER.

use pocketkey_core::ctap::{
    cbor::{CborError, Key, Reader, Writer},
    status::Status,
};

use super::{Assertion, CreatedCredential};
use crate::{RequestError, types::Account};

/// rpIdHash ‖ flags ‖ signCount ‖ aaguid, before an attested credential's length (WebAuthn §6.1, §6.5.2).
const BEFORE_LENGTH: usize = 32 + 1 + 4 + 16;

fn fault() -> RequestError {
    let status = Status::Other;
    RequestError::Refused { status: status.code(), name: status.name().to_owned() }
}

impl From<CborError> for RequestError {
    fn from(_: CborError) -> Self {
        fault()
    }
}

pub(super) fn created(answer: &[u8]) -> Result<CreatedCredential, RequestError> {
    let (mut format, mut data, mut statement) = (None, None, None);
    Reader::whole(answer, |reader| {
        reader.map(|key, reader| -> Result<(), CborError> {
            match key {
                Key::Int(1) => format = Some(reader.text()?),
                Key::Int(2) => data = Some(reader.bytes()?),
                Key::Int(3) => statement = Some(reader.with_raw(Reader::skip)?.1),
                _ => reader.skip()?,
            }
            Ok(())
        })
    })?;
    let data = data.ok_or_else(fault)?;
    let mut object = Writer::new();
    object.map(|map| {
        map.text("fmt", |value| value.text(format.unwrap_or("none")));
        map.text("attStmt", |value| match statement {
            Some(statement) => value.raw(statement),
            None => value.map(|_| {}),
        });
        map.text("authData", |value| value.bytes(data));
    });
    let (id, public_key) = attested(data).ok_or_else(fault)?;
    Ok(CreatedCredential {
        id: id.to_vec(),
        authenticator_data: data.to_vec(),
        attestation_object: object.finish(),
        public_key: public_key.to_vec(),
    })
}

/// The ID and the COSE key of an attested credential.
fn attested(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = data.get(BEFORE_LENGTH..)?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    // Extensions may follow the key.
    let mut reader = Reader::new(rest);
    let (_, key) = reader.with_raw::<_, CborError>(Reader::skip).ok()?;
    Some((id, key))
}

pub(super) fn asserted(answer: &[u8]) -> Result<Assertion, RequestError> {
    let (mut id, mut data, mut signature, mut user) = (None, None, None, None);
    Reader::whole(answer, |reader| {
        reader.map(|key, reader| -> Result<(), CborError> {
            match key {
                Key::Int(1) => reader.map(|key, reader| -> Result<(), CborError> {
                    match key {
                        Key::Text("id") => id = Some(reader.bytes()?.to_vec()),
                        _ => reader.skip()?,
                    }
                    Ok(())
                })?,
                Key::Int(2) => data = Some(reader.bytes()?.to_vec()),
                Key::Int(3) => signature = Some(reader.bytes()?.to_vec()),
                Key::Int(4) => user = Some(account(reader)?),
                _ => reader.skip()?,
            }
            Ok(())
        })
    })?;
    Ok(Assertion {
        credential_id: id.ok_or_else(fault)?,
        authenticator_data: data.ok_or_else(fault)?,
        signature: signature.ok_or_else(fault)?,
        user,
    })
}

fn account(reader: &mut Reader<'_>) -> Result<Account, CborError> {
    let mut account = Account { name: None, display_name: None, id: Vec::new() };
    reader.map(|key, reader| -> Result<(), CborError> {
        match key {
            Key::Text("id") => account.id = reader.bytes()?.to_vec(),
            Key::Text("name") => account.name = Some(reader.text()?.to_owned()),
            Key::Text("displayName") => account.display_name = Some(reader.text()?.to_owned()),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(account)
}
