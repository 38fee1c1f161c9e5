//! Attestation of a new credential (WebAuthn §6.5, CTAP 2.3 §7.1).

use super::key_store_status;
use crate::{
    authenticator::Context,
    credential::Credential,
    ctap::{cbor::MapWriter, request::MakeCredential, status::Status},
    platform::{AttestationKind, Authorization},
};

/// Which attestation a credential gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Format `none`. `silent`: the client wanted nothing else, so that even the statement is left
    /// out.
    None { silent: bool },
    /// Format `packed`, signed with the credential's own key (WebAuthn §8.2, self attestation).
    Myself,
    /// Format `packed`, signed with a certified key.
    Certified(AttestationKind),
}

impl Choice {
    /// §6.1.2 step 9, and attestationFormatsPreference.
    pub(super) fn make(
        context: &Context<'_>,
        request: &MakeCredential<'_>,
    ) -> Result<Self, Status> {
        let keys = context.platform.key_store.attestation();
        let has = |kind| keys.is_some_and(|keys| keys.chain(kind).is_some());
        if let Some(wanted) = request.enterprise_attestation {
            if !(context.state.settings.enterprise_attestation && has(AttestationKind::Enterprise))
            {
                return Err(Status::InvalidParameter);
            }
            // 1: only for the relying parties that the vendor lists. 2: the platform has checked.
            let listed = |keys: &dyn crate::platform::AttestationKeys| {
                keys.enterprise_rp_ids().iter().any(|id| id == request.rp.id)
            };
            match wanted {
                1 if keys.is_some_and(listed) => {
                    return Ok(Self::Certified(AttestationKind::Enterprise));
                }
                1 => {}
                2 => return Ok(Self::Certified(AttestationKind::Enterprise)),
                _ => return Err(Status::InvalidOption),
            }
        }
        let packed = if has(AttestationKind::Basic) {
            Self::Certified(AttestationKind::Basic)
        } else {
            Self::Myself
        };
        let formats = request.attestation_formats.as_deref().unwrap_or_default();
        let preferred = formats.iter().find_map(|format| match *format {
            "packed" => Some(packed),
            "none" => Some(Self::None { silent: formats.len() == 1 }),
            _ => None,
        });
        Ok(preferred.unwrap_or(packed))
    }
}

/// An attestation statement.
#[derive(Debug)]
pub(super) struct Statement {
    choice: Choice,
    algorithm: i64,
    signature: Vec<u8>,
    chain: Vec<Vec<u8>>,
}

impl Statement {
    pub(super) fn sign(
        context: &Context<'_>,
        choice: Choice,
        credential: &Credential,
        auth_data: &[u8],
        client_data_hash: &[u8; 32],
        authorization: Option<&Authorization>,
    ) -> Result<Self, Status> {
        let message = || [auth_data, client_data_hash].concat();
        let mut statement = Self {
            choice,
            algorithm: credential.algorithm.cose_id(),
            signature: Vec::new(),
            chain: Vec::new(),
        };
        let key_store = &context.platform.key_store;
        match choice {
            Choice::None { .. } => {}
            Choice::Myself => {
                statement.signature = key_store
                    .sign(&credential.key, &message(), authorization)
                    .map_err(key_store_status)?;
            }
            Choice::Certified(kind) => {
                let keys = key_store.attestation().ok_or(Status::Other)?;
                statement.chain = keys.chain(kind).ok_or(Status::Other)?;
                statement.algorithm = crate::algorithm::Algorithm::Es256.cose_id();
                statement.signature = keys.sign(kind, &message()).map_err(key_store_status)?;
            }
        }
        Ok(statement)
    }

    pub(super) const fn format(&self) -> &'static str {
        match self.choice {
            Choice::None { .. } => "none",
            Choice::Myself | Choice::Certified(_) => "packed",
        }
    }

    pub(super) fn is_enterprise(&self) -> bool {
        self.choice == Choice::Certified(AttestationKind::Enterprise)
    }

    /// Writes member 3 of the answer.
    pub(super) fn write(&self, map: &mut MapWriter<'_>) {
        match self.choice {
            Choice::None { silent: true } => {}
            Choice::None { silent: false } => map.int(3, |value| value.map(|_| {})),
            Choice::Myself | Choice::Certified(_) => map.int(3, |value| {
                value.map(|map| {
                    map.text("alg", |value| value.int(self.algorithm));
                    map.text("sig", |value| value.bytes(&self.signature));
                    if !self.chain.is_empty() {
                        map.text("x5c", |value| {
                            value.array(self.chain.iter(), |out, certificate| {
                                out.bytes(certificate);
                            });
                        });
                    }
                });
            }),
        }
    }
}
