//! The metadata statement (FIDO Metadata Statement 3.0), made from what getInfo is made from.

#[cfg(test)]
mod tests;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};

use crate::{
    authenticator::Authenticator,
    command::get_info::{self, Live},
    ctap::cbor::{CborError, Key, Reader, Type, Writer},
    membership::Binding,
    model::{AAGUID, FIRMWARE_VERSION, MAX_DISCOVERABLE},
    platform::AttestationKind,
    settings::{DEFAULT_MIN_PIN_LENGTH, MAX_PIN_RETRIES, Settings},
};

/// The members of getInfo, as `authenticatorGetInfo` names them (§3.12).
const MEMBERS: &[(i64, &str)] = &[
    (0x01, "versions"),
    (0x02, "extensions"),
    (0x03, "aaguid"),
    (0x04, "options"),
    (0x05, "maxMsgSize"),
    (0x06, "pinUvAuthProtocols"),
    (0x07, "maxCredentialCountInList"),
    (0x08, "maxCredentialIdLength"),
    (0x09, "transports"),
    (0x0a, "algorithms"),
    (0x0b, "maxSerializedLargeBlobArray"),
    (0x0c, "forcePINChange"),
    (0x0d, "minPINLength"),
    (0x0e, "firmwareVersion"),
    (0x0f, "maxCredBlobLength"),
    (0x10, "maxRPIDsForSetMinPINLength"),
    (0x11, "preferredPlatformUvAttempts"),
    (0x12, "uvModality"),
    (0x14, "remainingDiscoverableCredentials"),
    (0x16, "attestationFormats"),
    (0x1a, "transportsForReset"),
    (0x1d, "maxPINLength"),
    (0x1f, "authenticatorConfigCommands"),
];

/// The ways of built-in verification: bits of the FIDO Registry §3.1 and their names.
const MODALITIES: &[(u32, &str)] = &[
    (0x02, "fingerprint_internal"),
    (0x04, "passcode_internal"),
    (0x08, "voiceprint_internal"),
    (0x10, "faceprint_internal"),
    (0x40, "eyeprint_internal"),
    (0x80, "pattern_internal"),
    (0x100, "handprint_internal"),
];

impl Authenticator {
    /// The metadata statement of this model on this platform, in its factory state.
    #[must_use]
    pub fn metadata_statement(&self) -> Value {
        let platform = self.platform();
        let mut out = Writer::new();
        get_info::describe(
            &mut out,
            &Live {
                settings: &Settings::default(),
                binding: Binding::Free,
                platform,
                remaining: MAX_DISCOVERABLE,
                encrypted: None,
            },
        );
        let info = named(&out.finish());
        let keys = platform.key_store.attestation();
        let roots: Vec<String> = keys
            .and_then(|keys| keys.chain(AttestationKind::Basic))
            .and_then(|chain| chain.last().map(|root| Base64::encode_string(root)))
            .into_iter()
            .collect();
        let attestation = if roots.is_empty() { "basic_surrogate" } else { "basic_full" };
        let algorithms: Vec<&str> = platform
            .key_store
            .algorithms()
            .iter()
            .map(|algorithm| algorithm.registry_name())
            .collect();
        json!({
            "description": "Pocketkey",
            "aaguid": uuid(&AAGUID),
            "authenticatorVersion": FIRMWARE_VERSION,
            "protocolFamily": "fido2",
            "schema": 3,
            "upv": [
                { "major": 1, "minor": 0 },
                { "major": 1, "minor": 1 },
                { "major": 1, "minor": 3 },
            ],
            "authenticationAlgorithms": algorithms,
            "publicKeyAlgAndEncodings": ["cose"],
            "attestationTypes": [attestation],
            "userVerificationDetails": user_verification(platform.user_verifier.status().uv_modality),
            "keyProtection": platform.key_store.key_protection(),
            "matcherProtection": ["software"],
            "attachmentHint": ["external", "wired", "wireless", "nfc"],
            // Transaction confirmation (txAuthSimple) is not offered.
            "tcDisplay": [],
            "attestationRootCertificates": roots,
            "authenticatorGetInfo": info,
        })
    }
}

/// Presence alone, the PIN typed on the client, or any of the platform's ways.
fn user_verification(modality: u32) -> Value {
    let pin = json!({
        "userVerificationMethod": "passcode_external",
        "caDesc": {
            "base": 64,
            "minLength": DEFAULT_MIN_PIN_LENGTH,
            "maxRetries": MAX_PIN_RETRIES,
            "blockSlowdown": 0,
        },
    });
    let mut ways = vec![json!([{ "userVerificationMethod": "presence_internal" }]), json!([pin])];
    for (bit, name) in MODALITIES {
        if modality & bit != 0 {
            ways.push(json!([{ "userVerificationMethod": name }]));
        }
    }
    Value::Array(ways)
}

/// getInfo with names for its members.
fn named(info: &[u8]) -> Value {
    let mut members = Map::new();
    let read = Reader::whole(info, |reader| {
        reader.map(|key, reader| -> Result<(), CborError> {
            let value = to_json(reader)?;
            if let Key::Int(number) = key
                && let Some((_, name)) = MEMBERS.iter().find(|(member, _)| *member == number)
            {
                members.insert((*name).to_owned(), value);
            }
            Ok(())
        })
    });
    debug_assert!(read.is_ok(), "getInfo is canonical");
    Value::Object(members)
}

/// Byte strings become hexadecimal, as the statement wants the AAGUID.
fn to_json(reader: &mut Reader<'_>) -> Result<Value, CborError> {
    Ok(match reader.peek()? {
        Type::Unsigned | Type::Negative => Value::from(reader.int()?),
        Type::Bytes => Value::from(hexadecimal(reader.bytes()?)),
        Type::Text => Value::from(reader.text()?),
        Type::Array => {
            let mut items = Vec::new();
            reader.array(|reader| -> Result<(), CborError> {
                items.push(to_json(reader)?);
                Ok(())
            })?;
            Value::Array(items)
        }
        Type::Map => {
            let mut members = Map::new();
            reader.map(|key, reader| -> Result<(), CborError> {
                let value = to_json(reader)?;
                if let Key::Text(name) = key {
                    members.insert(name.to_owned(), value);
                }
                Ok(())
            })?;
            Value::Object(members)
        }
        Type::Simple => Value::from(reader.bool()?),
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn uuid(bytes: &[u8; 16]) -> String {
    let mut text = hexadecimal(bytes);
    for place in [20, 16, 12, 8] {
        text.insert(place, '-');
    }
    text
}
