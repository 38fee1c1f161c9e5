//! Credentials: what belongs to one, the two forms of its ID, and what is derived from its seed.
//!
//! A *stored* credential has a row, and an ID that is only a name for it. A *wrapped* one lives
//! inside its own ID, sealed for the relying party that it was made for, so that any number of
//! them take no room (CTAP 2.3 §6.1.2 step 16, "non-discoverable").

mod codec;

use zeroize::Zeroizing;

use crate::{
    algorithm::Algorithm,
    crypto::hkdf_sha256,
    ctap::{entity::UserEntity, status::Status},
    platform::{KeyHandle, Rng},
    store::Sealer,
};

/// When a credential shows itself (credProtect, CTAP 2.3 §12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum CredProtect {
    /// Always.
    #[default]
    UvOptional,
    /// With user verification, or where the client knows its ID already.
    UvOptionalWithCredentialIdList,
    /// With user verification.
    UvRequired,
}

impl CredProtect {
    /// The extension's value.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::UvOptional => 1,
            Self::UvOptionalWithCredentialIdList => 2,
            Self::UvRequired => 3,
        }
    }

    /// The policy with this value.
    #[must_use]
    pub fn from_level(level: u64) -> Option<Self> {
        match level {
            1 => Some(Self::UvOptional),
            2 => Some(Self::UvOptionalWithCredentialIdList),
            3 => Some(Self::UvRequired),
            _ => None,
        }
    }

    /// The strictest policy under which a credential may still be used.
    #[must_use]
    pub const fn visible(user_verified: bool, id_known: bool) -> Self {
        match (user_verified, id_known) {
            (true, _) => Self::UvRequired,
            (false, true) => Self::UvOptionalWithCredentialIdList,
            (false, false) => Self::UvOptional,
        }
    }
}

/// A credential, without the private key: that stays behind its handle.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The credential ID.
    pub id: Vec<u8>,
    /// The private key's name in the key store.
    pub key: KeyHandle,
    /// What the key signs with.
    pub algorithm: Algorithm,
    /// When it shows itself.
    pub protect: CredProtect,
    /// The secret from which hmac-secret's CredRandoms and the largeBlobKey are derived.
    pub(crate) seed: Zeroizing<[u8; 32]>,
    /// The counter epoch at creation; see [`crate::counter`].
    pub base_epoch: u32,
    /// Usable for payments that a third party initiates (CTAP 2.3 §12.9).
    pub third_party_payment: bool,
    /// What only a discoverable credential has.
    pub discoverable: Option<Discoverable>,
}

/// The part of a credential that the relying party finds without knowing an ID.
#[derive(Debug, Clone, Default)]
pub struct Discoverable {
    /// Whose it is.
    pub user: UserEntity,
    /// The public key as an encoded COSE_Key, for credential management.
    pub public_key: Vec<u8>,
    /// credBlob's bytes.
    pub cred_blob: Vec<u8>,
    /// Whether a largeBlobKey goes with it.
    pub large_blob_key: bool,
}

/// The first byte of the ID of a credential that has a row.
const STORED: u8 = 1;
/// The first byte of the ID that contains its credential.
const WRAPPED: u8 = 2;
/// U2F key handles have a length of one byte; a wrapped ID must fit, or it becomes a row.
const MAX_WRAPPED_ID: usize = 255;

impl Credential {
    /// A new random seed.
    pub(crate) fn new_seed(rng: &dyn Rng) -> Result<Zeroizing<[u8; 32]>, Status> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill(seed.as_mut()).map_err(|_| Status::Other)?;
        Ok(seed)
    }

    /// A new ID for a credential that gets a row: 31 random bytes.
    pub(crate) fn new_stored_id(rng: &dyn Rng) -> Result<Vec<u8>, Status> {
        let mut id = vec![0; 32];
        rng.fill(&mut id).map_err(|_| Status::Other)?;
        if let Some(first) = id.first_mut() {
            *first = STORED;
        }
        Ok(id)
    }

    /// Whether an ID can only be that of a wrapped credential.
    pub(crate) fn is_wrapped_id(id: &[u8]) -> bool {
        id.first() == Some(&WRAPPED)
    }

    /// Seals the credential into an ID for the site with this hash; `None` where it would not fit.
    pub(crate) fn wrap(
        &self,
        rp_id_hash: &[u8; 32],
        sealer: &Sealer,
        rng: &dyn Rng,
    ) -> Result<Option<Vec<u8>>, Status> {
        let payload = self.encode_wrapped();
        let mut id = vec![WRAPPED];
        id.extend(sealer.seal(&wrapping_place(rp_id_hash), &payload, rng)?);
        Ok((id.len() <= MAX_WRAPPED_ID).then_some(id))
    }

    /// Opens a wrapped ID; `None` where it is not one of ours for this site.
    pub(crate) fn unwrap(id: &[u8], rp_id_hash: &[u8; 32], sealer: &Sealer) -> Option<Self> {
        let (&WRAPPED, sealed) = id.split_first()? else { return None };
        if id.len() > MAX_WRAPPED_ID {
            return None;
        }
        let payload = sealer.open(&wrapping_place(rp_id_hash), sealed)?;
        Self::decode_wrapped(id, &payload)
    }

    /// The sealed part of a wrapped ID.
    pub(crate) fn encode_wrapped(&self) -> Zeroizing<Vec<u8>> {
        codec::encode_wrapped(self)
    }

    /// Reads what [`encode_wrapped`](Self::encode_wrapped) made, out of this ID.
    pub(crate) fn decode_wrapped(id: &[u8], payload: &[u8]) -> Option<Self> {
        codec::decode_wrapped(id, payload)
    }

    /// The sealed part of a row.
    pub(crate) fn encode_row(&self) -> Zeroizing<Vec<u8>> {
        codec::encode_row(self)
    }

    /// Reads what [`encode_row`](Self::encode_row) made.
    pub(crate) fn decode_row(id: Vec<u8>, protect: CredProtect, row: &[u8]) -> Option<Self> {
        codec::decode_row(id, protect, row)
    }

    /// CredRandomWithUV or CredRandomWithoutUV (§12.7).
    pub(crate) fn cred_random(&self, user_verified: bool) -> Zeroizing<[u8; 32]> {
        let info: &[u8] = if user_verified { b"CredRandomWithUV" } else { b"CredRandomWithoutUV" };
        hkdf_sha256(&[], self.seed.as_ref(), info)
    }

    /// The largeBlobKey (§12.3), where the credential has one.
    pub(crate) fn large_blob_key(&self) -> Option<Zeroizing<[u8; 32]>> {
        self.discoverable
            .as_ref()
            .is_some_and(|discoverable| discoverable.large_blob_key)
            .then(|| hkdf_sha256(&[], self.seed.as_ref(), b"largeBlobKey"))
    }
}

fn wrapping_place(rp_id_hash: &[u8; 32]) -> Vec<u8> {
    [b"credential id", rp_id_hash.as_slice()].concat()
}
