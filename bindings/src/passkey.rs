//! Passkeys for the phone's own platform: requests and answers as values, in place of CTAP's CBOR.

mod answer;

use std::sync::Arc;

use pocketkey_core::{
    algorithm,
    ctap::{cbor::Writer, status::Status},
};

use crate::{
    Authenticator, RequestError,
    authenticator::{Client, Message},
    types::{Account, Algorithm},
};

/// A passkey to be made (authenticatorMakeCredential).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CreationRequest {
    /// SHA-256 of the client data, 32 bytes.
    pub client_data_hash: Vec<u8>,
    /// The RP ID.
    pub rp_id: String,
    /// What the site calls itself.
    pub rp_name: Option<String>,
    /// Whose passkey it will be; `id` is 1 to 64 bytes.
    pub user: Account,
    /// What it may sign with, the most wanted first.
    pub algorithms: Vec<Algorithm>,
    /// Credentials of which none may be here already.
    pub exclude: Vec<Vec<u8>>,
    /// Whether it is found without its ID.
    pub discoverable: bool,
    /// Whether the user has to be verified.
    pub verify: bool,
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct CreatedCredential {
    /// The credential ID, at most 255 bytes.
    pub id: Vec<u8>,
    /// The authenticator data (WebAuthn §6.1).
    pub authenticator_data: Vec<u8>,
    /// The attestation object (WebAuthn §6.5.4), CBOR.
    pub attestation_object: Vec<u8>,
    /// The public key as a COSE_Key (RFC 9052 §7), CBOR.
    pub public_key: Vec<u8>,
}

/// A sign-in (authenticatorGetAssertion).
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct AssertionRequest {
    /// SHA-256 of the client data, 32 bytes.
    pub client_data_hash: Vec<u8>,
    /// The RP ID.
    pub rp_id: String,
    /// The credentials that will do; empty: any discoverable one.
    pub allow: Vec<Vec<u8>>,
    /// Whether the user has to be verified.
    pub verify: bool,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Assertion {
    /// The credential that signed.
    pub credential_id: Vec<u8>,
    /// The authenticator data, of which the signature is, with the client data's hash after it.
    pub authenticator_data: Vec<u8>,
    /// The signature: DER, at most 72 bytes, for ES256; 64 bytes for EdDSA.
    pub signature: Vec<u8>,
    /// Whose it is, where the credential is discoverable. Names come after verification only.
    pub user: Option<Account>,
}

impl Authenticator {
    /// Makes a passkey. `call` and `client` are those of [`ctap2`](Self::ctap2).
    ///
    /// # Errors
    /// Any [`RequestError`].
    pub async fn make_credential(
        self: Arc<Self>,
        call: u64,
        client: Client,
        request: CreationRequest,
    ) -> Result<CreatedCredential, RequestError> {
        let message = request.encode()?;
        answer::created(&self.request(call, client, message).await?)
    }

    /// Signs in with a passkey. Where several fit, the person chooses on the phone.
    ///
    /// # Errors
    /// Any [`RequestError`].
    pub async fn get_assertion(
        self: Arc<Self>,
        call: u64,
        client: Client,
        request: AssertionRequest,
    ) -> Result<Assertion, RequestError> {
        let message = request.encode()?;
        answer::asserted(&self.request(call, client, message).await?)
    }
}

impl Authenticator {
    /// The CBOR of a successful answer.
    async fn request(
        self: &Arc<Self>,
        call: u64,
        client: Client,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, RequestError> {
        let begun = self.begin(call, client)?;
        // What is told from here on is told of this request: there is one at a time.
        self.notices.take();
        let mut answer = begun.run(Message::Ctap2(message)).await.ok_or(RequestError::Closed)?;
        let status = answer.first().copied().unwrap_or(Status::Other.code());
        if let Some(notice) = self.notices.take()
            && status == Status::OperationDenied.code()
        {
            return Err(RequestError::Stopped { notice });
        }
        if status != Status::Ok.code() {
            let name = Status::from_code(status).unwrap_or(Status::Other).name().to_owned();
            return Err(RequestError::Refused { status, name });
        }
        answer.remove(0);
        Ok(answer)
    }
}

fn invalid(what: &str) -> RequestError {
    RequestError::Invalid { what: what.to_owned() }
}

fn check(client_data_hash: &[u8], rp_id: &str) -> Result<(), RequestError> {
    if client_data_hash.len() != 32 {
        return Err(invalid("a client data hash that has not 32 bytes"));
    }
    if rp_id.is_empty() {
        return Err(invalid("an empty RP ID"));
    }
    Ok(())
}

fn descriptors(out: &mut Writer, ids: &[Vec<u8>]) {
    out.array(ids.iter(), |out, id| {
        out.map(|map| {
            map.text("id", |value| value.bytes(id));
            map.text("type", |value| value.text("public-key"));
        });
    });
}

impl CreationRequest {
    fn encode(&self) -> Result<Vec<u8>, RequestError> {
        check(&self.client_data_hash, &self.rp_id)?;
        if !(1..=64).contains(&self.user.id.len()) {
            return Err(invalid("a user ID that has not 1 to 64 bytes"));
        }
        let mut out = Writer::after(vec![1]);
        out.map(|map| {
            map.int(1, |value| value.bytes(&self.client_data_hash));
            map.int(2, |value| {
                value.map(|map| {
                    map.text("id", |value| value.text(&self.rp_id));
                    if let Some(name) = &self.rp_name {
                        map.text("name", |value| value.text(name));
                    }
                });
            });
            map.int(3, |value| {
                value.map(|map| {
                    map.text("id", |value| value.bytes(&self.user.id));
                    if let Some(name) = &self.user.name {
                        map.text("name", |value| value.text(name));
                    }
                    if let Some(name) = &self.user.display_name {
                        map.text("displayName", |value| value.text(name));
                    }
                });
            });
            map.int(4, |value| {
                value.array(self.algorithms.iter(), |out, &wanted| {
                    let wanted = algorithm::Algorithm::from(wanted);
                    out.map(|map| {
                        map.text("alg", |value| value.int(wanted.cose_id()));
                        map.text("type", |value| value.text("public-key"));
                    });
                });
            });
            if !self.exclude.is_empty() {
                map.int(5, |value| descriptors(value, &self.exclude));
            }
            map.int(7, |value| {
                value.map(|map| {
                    map.text("rk", |value| value.bool(self.discoverable));
                    if self.verify {
                        map.text("uv", |value| value.bool(true));
                    }
                });
            });
        });
        Ok(out.finish())
    }
}

impl AssertionRequest {
    fn encode(&self) -> Result<Vec<u8>, RequestError> {
        check(&self.client_data_hash, &self.rp_id)?;
        let mut out = Writer::after(vec![2]);
        out.map(|map| {
            map.int(1, |value| value.text(&self.rp_id));
            map.int(2, |value| value.bytes(&self.client_data_hash));
            if !self.allow.is_empty() {
                map.int(3, |value| descriptors(value, &self.allow));
            }
            if self.verify {
                map.int(5, |value| value.map(|map| map.text("uv", |value| value.bool(true))));
            }
        });
        Ok(out.finish())
    }
}
