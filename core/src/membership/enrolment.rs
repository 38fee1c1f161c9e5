//! How a phone becomes a key: what it has begun is stored before it is sent, so that a lost answer can
//! be asked for again, and takes effect as a whole.

use std::fmt;

use zeroize::Zeroizing;

use super::{Member, Membership, NotAnAnswer, record::array, standing};
use crate::{
    credential::{CredProtect, Credential},
    crypto::sha256,
    ctap::cbor::{CborError, Key, Reader, Writer},
    platform::{KeyHandle, KeyStore},
    protocol::{self, DeviceKey, Digest, KeyState, Offer, WorkspaceKey},
    state::State,
    store::{Change, NewCredential, Record, Store, StoreError},
};

/// An enrolment that was, or will be, sent, and has not been answered yet.
#[derive(Clone)]
pub(crate) struct PendingEnrolment {
    /// The link's pin of the server's certificate.
    pub pin: Option<Digest>,
    /// The link's key of the workspace.
    pub workspace_key: WorkspaceKey,
    /// What was offered. Whoever stores this has opened it with that key, and has seen that its issuer
    /// is the link's origin and its ticket the link's ticket.
    pub offer: Offer,
    /// The signed [`Enrolment`](protocol::Enrolment), exactly as it is sent: sent again, it must be the
    /// same. It contains the ticket.
    pub message: Zeroizing<String>,
    /// What will sign check-ins.
    pub device_key: KeyHandle,
    /// Its public half.
    pub device_public: DeviceKey,
    /// The credential for the workspace's own sign-in, discoverable, with its ID: its row is written
    /// when the workspace has agreed.
    pub credential: Credential,
}

impl fmt::Debug for PendingEnrolment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingEnrolment")
            .field("issuer", &self.offer.issuer)
            .finish_non_exhaustive()
    }
}

/// Why a phone did not become a key. Nothing has been changed, unless it is said otherwise.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JoinError {
    /// The phone belongs to a workspace, or was revoked by one.
    #[error("the phone belongs to a workspace already: reset it first")]
    AlreadyBound,
    /// There is no enrolment to be answered.
    #[error("no activation has been begun")]
    NothingPending,
    /// The answer counts for nothing; the enrolment is still pending.
    #[error(transparent)]
    NotAnAnswer(#[from] NotAnAnswer),
    /// The workspace has revoked the key meanwhile: the enrolment was abandoned.
    #[error("the workspace has revoked this key already")]
    Revoked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl State {
    /// The enrolment that waits for its answer.
    ///
    /// # Errors
    /// Any [`StoreError`].
    pub(crate) fn pending_enrolment(&self) -> Result<Option<PendingEnrolment>, StoreError> {
        pending(&self.store)
    }

    /// Stores an enrolment, durably: to be called before it is sent. One that was pending before gives
    /// way to it, with its keys.
    ///
    /// # Errors
    /// [`JoinError::AlreadyBound`], [`JoinError::Store`].
    pub(crate) fn begin_enrolment(
        &mut self,
        enrolment: &PendingEnrolment,
        key_store: &dyn KeyStore,
    ) -> Result<(), JoinError> {
        if self.membership.is_some() {
            return Err(JoinError::AlreadyBound);
        }
        let before = pending(&self.store)?;
        self.store.set_record(Record::Enrolment, &enrolment.encode())?;
        if let Some(before) = before {
            before.delete_keys(key_store);
        }
        Ok(())
    }

    /// Takes the workspace's answer to the pending enrolment. Where that makes the phone a key, the
    /// credential and the membership are stored, and the enrolment removed, in one transaction.
    ///
    /// # Errors
    /// Any [`JoinError`].
    pub(crate) fn join(&mut self, answer: &str, key_store: &dyn KeyStore) -> Result<(), JoinError> {
        if self.membership.is_some() {
            return Err(JoinError::AlreadyBound);
        }
        let enrolment = pending(&self.store)?.ok_or(JoinError::NothingPending)?;
        let member = match enrolment.answered(answer)? {
            Some(member) => Membership::Member(Box::new(member)),
            None => {
                self.abandon_enrolment(key_store)?;
                return Err(JoinError::Revoked);
            }
        };
        let mut settings = (*self.settings).clone();
        settings.membership = true;
        // Whoever read the list of credentials by the rules of before asks again by those of now.
        settings.persistent_token = None;
        let site = &enrolment.offer.options.rp;
        self.store.insert_with(
            &NewCredential {
                rp_id_hash: &sha256(site.id.as_bytes()),
                rp_id: &site.id,
                rp_name: Some(&site.name),
                credential: &enrolment.credential,
            },
            &[
                Change::Write(Record::Membership, &member.encode()),
                Change::Write(Record::Settings, &settings.encode()),
                Change::Remove(Record::Enrolment),
            ],
        )?;
        self.settings = settings.into();
        self.membership = Some(member);
        self.runtime.rules_changed();
        Ok(())
    }

    /// Gives the pending enrolment up, and deletes its keys. Does nothing where there is none.
    ///
    /// # Errors
    /// Any [`StoreError`]; then it is still pending.
    pub(crate) fn abandon_enrolment(&mut self, key_store: &dyn KeyStore) -> Result<(), StoreError> {
        let enrolment = pending(&self.store)?;
        self.store.change(&[Change::Remove(Record::Enrolment)])?;
        if let Some(enrolment) = enrolment {
            enrolment.delete_keys(key_store);
        }
        Ok(())
    }
}

fn pending(store: &Store) -> Result<Option<PendingEnrolment>, StoreError> {
    store
        .record(Record::Enrolment)?
        .map(|bytes| {
            PendingEnrolment::decode(&bytes).ok_or(StoreError::Damaged { table: "record" })
        })
        .transpose()
}

const PIN: i64 = 1;
const WORKSPACE_KEY: i64 = 2;
const OFFER: i64 = 3;
const MESSAGE: i64 = 4;
const DEVICE_KEY: i64 = 5;
const DEVICE_PUBLIC: i64 = 6;
const CREDENTIAL_ID: i64 = 7;
const CREDENTIAL_PROTECT: i64 = 8;
const CREDENTIAL: i64 = 9;

impl PendingEnrolment {
    /// The membership that the answer makes of this; `None` where it revokes.
    fn answered(&self, answer: &str) -> Result<Option<Member>, NotAnAnswer> {
        let issuer = &self.offer.issuer;
        let answers = protocol::digest(&self.message);
        let standing = standing::open(answer, &self.workspace_key, issuer, answers)?;
        if standing.state == KeyState::Revoked {
            return Ok(None);
        }
        let mut member = Member {
            origin: issuer.clone(),
            pin: self.pin,
            workspace_key: self.workspace_key,
            workspace: self.offer.workspace.clone(),
            user: self.offer.user.clone(),
            key: standing.key.clone(),
            device_key: self.device_key.clone(),
            device_public: self.device_public.clone(),
            credential: self.credential.id.clone(),
            state: standing.state,
            policy: standing.policy.clone(),
            grant: None,
            grant_serial: 0,
            sequence: 1,
            answered: 0,
            checked_in: standing.issued_at,
            seen: standing.issued_at,
        };
        member.heed(&standing)?;
        Ok(Some(member))
    }

    /// The keys that it names, for the platform to delete.
    pub(super) fn keys(&self) -> [&KeyHandle; 2] {
        [&self.device_key, &self.credential.key]
    }

    pub(crate) fn delete_keys(&self, key_store: &dyn KeyStore) {
        for key in self.keys() {
            // A key that nothing names any more is harmless.
            let _ = key_store.delete(key);
        }
    }

    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        // An offer has string keys and no maps of its own, which is all that JSON asks.
        let offer = serde_json::to_vec(&self.offer).unwrap_or_default();
        let mut out = Writer::new();
        out.map(|map| {
            if let Some(pin) = &self.pin {
                map.int(PIN, |value| value.bytes(&pin.0));
            }
            map.int(WORKSPACE_KEY, |value| value.bytes(&self.workspace_key.0));
            map.int(OFFER, |value| value.bytes(&offer));
            map.int(MESSAGE, |value| value.text(&self.message));
            map.int(DEVICE_KEY, |value| value.bytes(&self.device_key.0));
            map.int(DEVICE_PUBLIC, |value| value.bytes(&self.device_public.0));
            map.int(CREDENTIAL_ID, |value| value.bytes(&self.credential.id));
            let protect = self.credential.protect.level();
            map.int(CREDENTIAL_PROTECT, |value| value.unsigned(protect.into()));
            map.int(CREDENTIAL, |value| value.bytes(&self.credential.encode_row()));
        });
        Zeroizing::new(out.finish())
    }

    /// Reads what [`encode`](Self::encode) made; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut pin = None;
        let mut workspace_key = None;
        let mut offer = None;
        let mut message = None;
        let mut device_key = None;
        let mut device_public = None;
        let (mut id, mut protect, mut row) = (None, None, None);
        Reader::whole(bytes, |reader| {
            reader.map(|key, reader| -> Result<(), CborError> {
                match key {
                    Key::Int(PIN) => pin = Some(Digest(array(reader)?)),
                    Key::Int(WORKSPACE_KEY) => workspace_key = Some(WorkspaceKey(array(reader)?)),
                    Key::Int(OFFER) => offer = serde_json::from_slice(reader.bytes()?).ok(),
                    Key::Int(MESSAGE) => message = Some(Zeroizing::new(reader.text()?.to_owned())),
                    Key::Int(DEVICE_KEY) => device_key = Some(KeyHandle(reader.bytes()?.to_vec())),
                    Key::Int(DEVICE_PUBLIC) => device_public = Some(DeviceKey(array(reader)?)),
                    Key::Int(CREDENTIAL_ID) => id = Some(reader.bytes()?.to_vec()),
                    Key::Int(CREDENTIAL_PROTECT) => protect = Some(reader.unsigned()?),
                    Key::Int(CREDENTIAL) => row = Some(reader.bytes()?),
                    _ => return Err(CborError::UnexpectedType),
                }
                Ok(())
            })
        })
        .ok()?;
        Some(Self {
            pin,
            workspace_key: workspace_key?,
            offer: offer?,
            message: message?,
            device_key: device_key?,
            device_public: device_public?,
            credential: Credential::decode_row(id?, CredProtect::from_level(protect?)?, row?)?,
        })
    }
}
