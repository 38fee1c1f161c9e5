//! The credential for the workspace's own sign-in: what a browser and makeCredential would do
//! together (WebAuthn §5.1.3, CTAP 2.3 §6.1.2), with the phone as both.

use serde_json::json;

use super::{ActivationError, Invitation};
use crate::{
    credential::{CredProtect, Credential, Discoverable},
    crypto::sha256,
    ctap::{
        auth_data::{self, AttestedCredential, AuthenticatorData},
        cbor::Writer,
        entity::UserEntity,
    },
    model::AAGUID,
    platform::{Authorization, KeyHandle, Platform, PublicKey},
    protocol::{AttestationResponse, Base64Url, DeviceKey, Enrolment, RegistrationCredential},
    transport::Transport,
};

/// A new credential, and the answer that a relying party gets for it.
pub(super) struct Made {
    pub credential: Credential,
    pub answer: RegistrationCredential,
}

/// Makes the credential around a key, for the person who has just agreed. It attests itself, over
/// client data that names the device key: so neither stands without the other.
pub(super) fn make(
    invitation: &Invitation,
    platform: &Platform,
    base_epoch: u32,
    (key, public_key): (KeyHandle, &PublicKey),
    device: &DeviceKey,
    authorization: Option<&Authorization>,
) -> Result<Made, ActivationError> {
    let options = &invitation.offer.options;
    let client_data = json!({
        "type": "webauthn.create",
        "challenge": options.challenge.text(),
        "origin": invitation.offer.issuer,
        "crossOrigin": false,
        (Enrolment::CLIENT_DATA_DEVICE): device.thumbprint().text(),
    })
    .to_string();

    let rng = platform.rng.as_ref();
    let cose_key = cose_key(public_key);
    let credential = Credential {
        id: Credential::new_stored_id(rng).map_err(|_| ActivationError::Platform)?,
        key,
        algorithm: public_key.algorithm,
        // The workspace's page finds it without a name, and only for whoever is verified.
        protect: CredProtect::UvRequired,
        seed: Credential::new_seed(rng).map_err(|_| ActivationError::Platform)?,
        base_epoch,
        third_party_payment: false,
        discoverable: Some(Discoverable {
            user: UserEntity {
                id: options.user.id.0.clone(),
                name: Some(options.user.name.clone()),
                display_name: Some(options.user.display_name.clone()),
            },
            public_key: cose_key.clone(),
            ..Discoverable::default()
        }),
    };
    let data = AuthenticatorData {
        rp_id_hash: &sha256(options.rp.id.as_bytes()),
        // Not backup-eligible: it never leaves this phone.
        flags: auth_data::UP | auth_data::UV,
        sign_count: 0,
        attested: Some(AttestedCredential {
            aaguid: &AAGUID,
            credential_id: &credential.id,
            public_key: &cose_key,
        }),
        extensions: None,
    }
    .encode();
    let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
    let signature = platform
        .key_store
        .sign(&credential.key, &signed, authorization)
        .map_err(|_| ActivationError::Platform)?;
    let answer = RegistrationCredential {
        id: Base64Url(credential.id.clone()),
        raw_id: Base64Url(credential.id.clone()),
        kind: crate::protocol::PublicKeyType::PublicKey,
        response: AttestationResponse {
            client_data_json: Base64Url(client_data.into_bytes()),
            attestation_object: Base64Url(self_attested(&credential, &data, &signature)),
            transports: [Transport::Usb, Transport::Nfc, Transport::Internal]
                .map(|transport| transport.name().to_owned())
                .to_vec(),
        },
    };
    Ok(Made { credential, answer })
}

/// The attestation object (WebAuthn §6.5) in the packed format, self attestation (§8.2).
fn self_attested(credential: &Credential, data: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(|map| {
        map.text("fmt", |value| value.text("packed"));
        map.text("attStmt", |value| {
            value.map(|statement| {
                statement.text("alg", |value| value.int(credential.algorithm.cose_id()));
                statement.text("sig", |value| value.bytes(signature));
            });
        });
        map.text("authData", |value| value.bytes(data));
    });
    out.finish()
}

fn cose_key(public_key: &PublicKey) -> Vec<u8> {
    let mut out = Writer::new();
    public_key.algorithm.write_cose_key(&public_key.bytes, &mut out);
    out.finish()
}
