//! What is stored of a membership: a CBOR map with integer keys. A member that is not known is
//! damage, because a rule could stand in it.

use zeroize::Zeroizing;

use super::Revocation;
use crate::{
    ctap::cbor::{CborError, Key, MapWriter, Reader, Writer},
    platform::KeyHandle,
    policy::{CredentialStorage, OfflineLogin, Policy, Settings, Verification},
    protocol::{DeviceKey, Digest, KeyState, UserName, WorkspaceKey, WorkspaceName},
};

/// What binds the phone, or has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Membership {
    /// The phone is a key of a workspace.
    Member(Box<Member>),
    /// It was, until the workspace revoked it.
    Revoked(Revocation),
}

/// The phone as a key of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The workspace's origin.
    pub origin: String,
    /// The public key that the server's certificate must have, where no public authority vouches.
    pub pin: Option<Digest>,
    /// What the workspace signs with.
    pub workspace_key: WorkspaceKey,
    /// What the workspace calls itself.
    pub workspace: WorkspaceName,
    /// Whose key this is.
    pub user: UserName,
    /// The key's ID in the workspace.
    pub key: String,
    /// What signs check-ins.
    pub device_key: KeyHandle,
    /// Its public half.
    pub device_public: DeviceKey,
    /// The ID of the credential for the workspace's own sign-in.
    pub credential: Vec<u8>,
    /// Whether the key is active or suspended, as of the last check-in.
    pub state: KeyState,
    /// The rules.
    pub policy: Policy,
    /// What may be signed without a check-in.
    pub grant: Option<HeldGrant>,
    /// The highest serial of any grant.
    pub grant_serial: u64,
    /// No check-in so far has had a sequence from here on.
    pub sequence: u64,
    /// The sequence of the check-in whose answer is in force; 0: that of the enrolment.
    pub answered: u64,
    /// When that answer was made, by the workspace's clock, in seconds since 1970.
    pub checked_in: u64,
    /// The latest time that was ever seen since, in seconds since 1970.
    pub seen: u64,
}

/// A grant, and what was made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldGrant {
    /// How many signatures.
    pub uses: u32,
    /// How many of them were made.
    pub used: u32,
    /// Until when, in seconds since 1970.
    pub until: u64,
}

const ORIGIN: i64 = 1;
const WORKSPACE_ID: i64 = 2;
const WORKSPACE_NAME: i64 = 3;
const REVOKED_AT: i64 = 4;
const PIN: i64 = 5;
const WORKSPACE_KEY: i64 = 6;
const USER_NAME: i64 = 7;
const USER_DISPLAY_NAME: i64 = 8;
const KEY: i64 = 9;
const DEVICE_KEY: i64 = 10;
const DEVICE_PUBLIC: i64 = 11;
const CREDENTIAL: i64 = 12;
const SUSPENDED: i64 = 13;
const POLICY_VERSION: i64 = 14;
const PROXIMITY: i64 = 15;
const OFFLINE_USES: i64 = 16;
const OFFLINE_DAYS: i64 = 17;
const READER_TAP: i64 = 18;
const GRANT_USES: i64 = 19;
const GRANT_USED: i64 = 20;
const GRANT_UNTIL: i64 = 21;
const GRANT_SERIAL: i64 = 22;
const SEQUENCE: i64 = 23;
const ANSWERED: i64 = 24;
const CHECKED_IN: i64 = 25;
const SEEN: i64 = 26;

impl Membership {
    pub(crate) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Writer::new();
        out.map(|map| match self {
            Self::Member(member) => member.write(map),
            Self::Revoked(revocation) => {
                map.int(ORIGIN, |value| value.text(&revocation.origin));
                map.int(WORKSPACE_ID, |value| value.text(&revocation.workspace.id));
                map.int(WORKSPACE_NAME, |value| value.text(&revocation.workspace.name));
                map.int(REVOKED_AT, |value| value.unsigned(revocation.at));
            }
        });
        Zeroizing::new(out.finish())
    }

    /// Reads what [`encode`](Self::encode) made; `None` for anything else.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let fields = Fields::read(bytes).ok()?;
        let workspace = WorkspaceName { id: fields.workspace_id?, name: fields.workspace_name? };
        let origin = fields.origin?;
        if let Some(at) = fields.revoked_at {
            return Some(Self::Revoked(Revocation { workspace, origin, at }));
        }
        let rest = fields.rest;
        let offline = rest.offline_uses.zip(rest.offline_days);
        let grant = rest.grant_uses.zip(rest.grant_used).zip(rest.grant_until);
        Some(Self::Member(Box::new(Member {
            origin,
            pin: rest.pin,
            workspace_key: rest.workspace_key?,
            workspace,
            user: UserName { name: rest.user_name?, display_name: rest.user_display_name? },
            key: rest.key?,
            device_key: rest.device_key?,
            device_public: rest.device_public?,
            credential: rest.credential?,
            state: if rest.suspended? { KeyState::Suspended } else { KeyState::Active },
            policy: Policy {
                version: rest.policy_version?,
                settings: Settings {
                    bluetooth_proximity: rest.proximity?,
                    offline_login: offline.map(|(uses, days)| OfflineLogin { uses, days }),
                    verification: if rest.reader_tap? {
                        Verification::ReaderTapAndPin
                    } else {
                        Verification::OnPhone
                    },
                    credential_storage: CredentialStorage::Phone,
                },
            },
            grant: grant.map(|((uses, used), until)| HeldGrant { uses, used, until }),
            grant_serial: rest.grant_serial?,
            sequence: rest.sequence?,
            answered: rest.answered?,
            checked_in: rest.checked_in?,
            seen: rest.seen?,
        })))
    }
}

impl Member {
    fn write(&self, map: &mut MapWriter<'_>) {
        map.int(ORIGIN, |value| value.text(&self.origin));
        map.int(WORKSPACE_ID, |value| value.text(&self.workspace.id));
        map.int(WORKSPACE_NAME, |value| value.text(&self.workspace.name));
        if let Some(pin) = &self.pin {
            map.int(PIN, |value| value.bytes(&pin.0));
        }
        map.int(WORKSPACE_KEY, |value| value.bytes(&self.workspace_key.0));
        map.int(USER_NAME, |value| value.text(&self.user.name));
        map.int(USER_DISPLAY_NAME, |value| value.text(&self.user.display_name));
        map.int(KEY, |value| value.text(&self.key));
        map.int(DEVICE_KEY, |value| value.bytes(&self.device_key.0));
        map.int(DEVICE_PUBLIC, |value| value.bytes(&self.device_public.0));
        map.int(CREDENTIAL, |value| value.bytes(&self.credential));
        map.int(SUSPENDED, |value| value.bool(self.state != KeyState::Active));
        map.int(POLICY_VERSION, |value| value.unsigned(self.policy.version));
        let settings = &self.policy.settings;
        map.int(PROXIMITY, |value| value.bool(settings.bluetooth_proximity));
        if let Some(OfflineLogin { uses, days }) = settings.offline_login {
            map.int(OFFLINE_USES, |value| value.unsigned(uses.into()));
            map.int(OFFLINE_DAYS, |value| value.unsigned(days.into()));
        }
        let reader_tap = settings.verification == Verification::ReaderTapAndPin;
        map.int(READER_TAP, |value| value.bool(reader_tap));
        if let Some(grant) = &self.grant {
            map.int(GRANT_USES, |value| value.unsigned(grant.uses.into()));
            map.int(GRANT_USED, |value| value.unsigned(grant.used.into()));
            map.int(GRANT_UNTIL, |value| value.unsigned(grant.until));
        }
        map.int(GRANT_SERIAL, |value| value.unsigned(self.grant_serial));
        map.int(SEQUENCE, |value| value.unsigned(self.sequence));
        map.int(ANSWERED, |value| value.unsigned(self.answered));
        map.int(CHECKED_IN, |value| value.unsigned(self.checked_in));
        map.int(SEEN, |value| value.unsigned(self.seen));
    }
}

#[derive(Default)]
struct Fields {
    origin: Option<String>,
    workspace_id: Option<String>,
    workspace_name: Option<String>,
    revoked_at: Option<u64>,
    rest: MemberFields,
}

#[derive(Default)]
struct MemberFields {
    pin: Option<Digest>,
    workspace_key: Option<WorkspaceKey>,
    user_name: Option<String>,
    user_display_name: Option<String>,
    key: Option<String>,
    device_key: Option<KeyHandle>,
    device_public: Option<DeviceKey>,
    credential: Option<Vec<u8>>,
    suspended: Option<bool>,
    policy_version: Option<u64>,
    proximity: Option<bool>,
    offline_uses: Option<u32>,
    offline_days: Option<u16>,
    reader_tap: Option<bool>,
    grant_uses: Option<u32>,
    grant_used: Option<u32>,
    grant_until: Option<u64>,
    grant_serial: Option<u64>,
    sequence: Option<u64>,
    answered: Option<u64>,
    checked_in: Option<u64>,
    seen: Option<u64>,
}

impl Fields {
    fn read(bytes: &[u8]) -> Result<Self, CborError> {
        let mut fields = Self::default();
        Reader::whole(bytes, |reader| {
            reader.map(|key, reader| -> Result<(), CborError> {
                let Key::Int(key) = key else { return Err(CborError::UnexpectedType) };
                match key {
                    ORIGIN => fields.origin = Some(reader.text()?.to_owned()),
                    WORKSPACE_ID => fields.workspace_id = Some(reader.text()?.to_owned()),
                    WORKSPACE_NAME => fields.workspace_name = Some(reader.text()?.to_owned()),
                    REVOKED_AT => fields.revoked_at = Some(reader.unsigned()?),
                    key => fields.rest.read(key, reader)?,
                }
                Ok(())
            })
        })?;
        Ok(fields)
    }
}

impl MemberFields {
    fn read(&mut self, key: i64, reader: &mut Reader<'_>) -> Result<(), CborError> {
        match key {
            PIN => self.pin = Some(Digest(array(reader)?)),
            WORKSPACE_KEY => self.workspace_key = Some(WorkspaceKey(array(reader)?)),
            USER_NAME => self.user_name = Some(reader.text()?.to_owned()),
            USER_DISPLAY_NAME => self.user_display_name = Some(reader.text()?.to_owned()),
            KEY => self.key = Some(reader.text()?.to_owned()),
            DEVICE_KEY => self.device_key = Some(KeyHandle(reader.bytes()?.to_vec())),
            DEVICE_PUBLIC => self.device_public = Some(DeviceKey(array(reader)?)),
            CREDENTIAL => self.credential = Some(reader.bytes()?.to_vec()),
            SUSPENDED => self.suspended = Some(reader.bool()?),
            POLICY_VERSION => self.policy_version = Some(reader.unsigned()?),
            PROXIMITY => self.proximity = Some(reader.bool()?),
            OFFLINE_USES => self.offline_uses = Some(number(reader)?),
            OFFLINE_DAYS => self.offline_days = Some(number(reader)?),
            READER_TAP => self.reader_tap = Some(reader.bool()?),
            GRANT_USES => self.grant_uses = Some(number(reader)?),
            GRANT_USED => self.grant_used = Some(number(reader)?),
            GRANT_UNTIL => self.grant_until = Some(reader.unsigned()?),
            GRANT_SERIAL => self.grant_serial = Some(reader.unsigned()?),
            SEQUENCE => self.sequence = Some(reader.unsigned()?),
            ANSWERED => self.answered = Some(reader.unsigned()?),
            CHECKED_IN => self.checked_in = Some(reader.unsigned()?),
            SEEN => self.seen = Some(reader.unsigned()?),
            _ => return Err(CborError::UnexpectedType),
        }
        Ok(())
    }
}

pub(super) fn array<const N: usize>(reader: &mut Reader<'_>) -> Result<[u8; N], CborError> {
    reader.bytes()?.try_into().map_err(|_| CborError::UnexpectedType)
}

fn number<T: TryFrom<u64>>(reader: &mut Reader<'_>) -> Result<T, CborError> {
    T::try_from(reader.unsigned()?).map_err(|_| CborError::UnexpectedType)
}
