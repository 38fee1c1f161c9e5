//! What an enrolment must prove before anything becomes active. Its parts are bound to each other:
//!
//! ```text
//! ticket ◄─ offer (names its hash) ◄─ enrolment (names the offer's) ◄─ signed by the device key
//!             │ challenge                                                   ▲ thumbprint
//!             └────────► client data ────────────────────────────────────────┘
//!                           ▲ attested, together with the new credential, by its own key
//! ```

#[cfg(test)]
mod tests;

use pocketkey_core::protocol::{self, DeviceKey, Digest, Enrolment, JwsError};
use serde::Deserialize;
use webauthn_rs::prelude::{
    AttestationFormat, COSEAlgorithm, Credential, ParsedAttestationData, Passkey,
    PasskeyRegistration, RegisterPublicKeyCredential, Webauthn, WebauthnError,
};

/// The longest name of a device that is kept, in characters.
const MAX_DEVICE_NAME: usize = 64;

/// What an enrolment has proven.
#[derive(Debug)]
pub(super) struct Proven {
    /// What signs check-ins.
    pub(super) device_key: DeviceKey,
    /// What signs in.
    pub(super) passkey: Passkey,
    /// What the phone calls itself.
    pub(super) device_name: String,
}

/// Why an enrolment proves nothing. The phone is told only that it was refused; the log says this.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// It answers another offer.
    #[error("the enrolment answers another offer")]
    OtherOffer,
    /// The credential's attestation belongs to another device key.
    #[error("the credential was made for another device key")]
    OtherDevice,
    /// The credential does not verify.
    #[error("the credential does not verify: {0}")]
    Credential(#[from] WebauthnError),
    /// The credential is not what a phone makes.
    #[error("the credential {0}")]
    Kind(&'static str),
}

/// The client data, as far as it is ours; WebAuthn lets clients add members (§5.8.1).
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "pocketkeyDevice")]
    device: Option<Digest>,
}

/// Reads an enrolment and proves that the device key which it names has signed it.
pub(super) fn open(text: &str) -> Result<Enrolment, JwsError> {
    let claimed: Enrolment = protocol::peek(text)?;
    protocol::open(text, &claimed.device_key)
}

/// Checks everything that an enrolment which was [opened](open) says against what was offered:
/// the hash of the offer, and the state of the registration that it began.
pub(super) fn verify(
    webauthn: &Webauthn,
    offer: &Digest,
    registration: &PasskeyRegistration,
    enrolment: &Enrolment,
) -> Result<Proven, Refusal> {
    if enrolment.offer != *offer {
        return Err(Refusal::OtherOffer);
    }
    let credential = &enrolment.credential;
    if credential.id != credential.raw_id {
        return Err(Refusal::Kind("has two IDs"));
    }
    let client_data: ClientData = serde_json::from_slice(&credential.response.client_data_json.0)
        .map_err(|_| Refusal::Kind("has client data that is none"))?;
    if client_data.device != Some(enrolment.device_key.thumbprint()) {
        return Err(Refusal::OtherDevice);
    }
    let response: RegisterPublicKeyCredential = serde_json::to_value(credential)
        .and_then(serde_json::from_value)
        .map_err(|_| Refusal::Kind("is not a registration response"))?;
    // Type, challenge, origin, RP ID, presence, verification, algorithm and attestation (WebAuthn
    // §7.1).
    let passkey = webauthn.finish_passkey_registration(&response, registration)?;
    let credential = Credential::from(passkey.clone());
    if credential.cred_id != response.raw_id {
        return Err(Refusal::Kind("is not the one that it names"));
    }
    if credential.attestation_format != AttestationFormat::Packed
        || !matches!(credential.attestation.data, ParsedAttestationData::Self_)
    {
        return Err(Refusal::Kind("is not attested by its own key"));
    }
    if *passkey.cred_algorithm() != COSEAlgorithm::ES256 {
        return Err(Refusal::Kind("signs with an algorithm that was not offered"));
    }
    if !credential.user_verified {
        return Err(Refusal::Kind("was made without verifying the user"));
    }
    if credential.backup_eligible {
        return Err(Refusal::Kind("can leave its phone"));
    }
    Ok(Proven {
        device_key: enrolment.device_key.clone(),
        passkey,
        device_name: device_name(&enrolment.device_name),
    })
}

/// One line of at most 64 characters, whatever the phone sent.
fn device_name(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(MAX_DEVICE_NAME).collect()
}
