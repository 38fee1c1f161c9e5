//! How a credential is written inside a row and inside a wrapped ID: CBOR maps with integer keys.
//! Members are only ever added; their numbers are never used again.

use zeroize::Zeroizing;

use super::{CredProtect, Credential, Discoverable};
use crate::{
    algorithm::Algorithm,
    ctap::{
        cbor::{CborError, Key, MapWriter, Reader, Writer},
        entity::UserEntity,
    },
    platform::KeyHandle,
};

const KEY: i64 = 1;
const ALGORITHM: i64 = 2;
const SEED: i64 = 3;
const BASE_EPOCH: i64 = 4;
const THIRD_PARTY_PAYMENT: i64 = 5;
const PROTECT: i64 = 6;
const PUBLIC_KEY: i64 = 7;
const USER_ID: i64 = 8;
const USER_NAME: i64 = 9;
const USER_DISPLAY_NAME: i64 = 10;
const CRED_BLOB: i64 = 11;
const LARGE_BLOB_KEY: i64 = 12;

pub(super) fn encode_wrapped(credential: &Credential) -> Zeroizing<Vec<u8>> {
    let mut out = Writer::new();
    out.map(|map| {
        write_common(credential, map);
        map.int(PROTECT, |value| value.unsigned(credential.protect.level().into()));
    });
    Zeroizing::new(out.finish())
}

pub(super) fn encode_row(credential: &Credential) -> Zeroizing<Vec<u8>> {
    let mut out = Writer::new();
    out.map(|map| {
        write_common(credential, map);
        if let Some(discoverable) = &credential.discoverable {
            write_discoverable(discoverable, map);
        }
    });
    Zeroizing::new(out.finish())
}

fn write_common(credential: &Credential, map: &mut MapWriter<'_>) {
    map.int(KEY, |value| value.bytes(&credential.key.0));
    map.int(ALGORITHM, |value| value.int(credential.algorithm.cose_id()));
    map.int(SEED, |value| value.bytes(credential.seed.as_ref()));
    map.int(BASE_EPOCH, |value| value.unsigned(credential.base_epoch.into()));
    if credential.third_party_payment {
        map.int(THIRD_PARTY_PAYMENT, |value| value.bool(true));
    }
}

fn write_discoverable(discoverable: &Discoverable, map: &mut MapWriter<'_>) {
    map.int(PUBLIC_KEY, |value| value.bytes(&discoverable.public_key));
    map.int(USER_ID, |value| value.bytes(&discoverable.user.id));
    if let Some(name) = &discoverable.user.name {
        map.int(USER_NAME, |value| value.text(name));
    }
    if let Some(name) = &discoverable.user.display_name {
        map.int(USER_DISPLAY_NAME, |value| value.text(name));
    }
    if !discoverable.cred_blob.is_empty() {
        map.int(CRED_BLOB, |value| value.bytes(&discoverable.cred_blob));
    }
    if discoverable.large_blob_key {
        map.int(LARGE_BLOB_KEY, |value| value.bool(true));
    }
}

pub(super) fn decode_wrapped(id: &[u8], payload: &[u8]) -> Option<Credential> {
    let fields = Fields::read(payload).ok()?;
    let protect = CredProtect::from_level(fields.protect?)?;
    let mut credential = fields.into_credential(id.to_vec(), protect)?;
    credential.discoverable = None;
    Some(credential)
}

pub(super) fn decode_row(id: Vec<u8>, protect: CredProtect, row: &[u8]) -> Option<Credential> {
    Fields::read(row).ok()?.into_credential(id, protect)
}

#[derive(Default)]
struct Fields<'a> {
    key: Option<&'a [u8]>,
    algorithm: Option<i64>,
    seed: Option<&'a [u8]>,
    base_epoch: Option<u64>,
    third_party_payment: bool,
    protect: Option<u64>,
    public_key: Option<&'a [u8]>,
    user: UserEntity,
    cred_blob: &'a [u8],
    large_blob_key: bool,
}

impl<'a> Fields<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, CborError> {
        let mut fields = Self::default();
        Reader::whole(payload, |reader| {
            reader.map(|key, reader| -> Result<(), CborError> {
                match key {
                    Key::Int(KEY) => fields.key = Some(reader.bytes()?),
                    Key::Int(ALGORITHM) => fields.algorithm = Some(reader.int()?),
                    Key::Int(SEED) => fields.seed = Some(reader.bytes()?),
                    Key::Int(BASE_EPOCH) => fields.base_epoch = Some(reader.unsigned()?),
                    Key::Int(THIRD_PARTY_PAYMENT) => fields.third_party_payment = reader.bool()?,
                    Key::Int(PROTECT) => fields.protect = Some(reader.unsigned()?),
                    Key::Int(PUBLIC_KEY) => fields.public_key = Some(reader.bytes()?),
                    Key::Int(USER_ID) => fields.user.id = reader.bytes()?.to_vec(),
                    Key::Int(USER_NAME) => fields.user.name = Some(reader.text()?.to_owned()),
                    Key::Int(USER_DISPLAY_NAME) => {
                        fields.user.display_name = Some(reader.text()?.to_owned());
                    }
                    Key::Int(CRED_BLOB) => fields.cred_blob = reader.bytes()?,
                    Key::Int(LARGE_BLOB_KEY) => fields.large_blob_key = reader.bool()?,
                    _ => reader.skip()?,
                }
                Ok(())
            })
        })?;
        Ok(fields)
    }

    fn into_credential(self, id: Vec<u8>, protect: CredProtect) -> Option<Credential> {
        let mut seed = Zeroizing::new([0; 32]);
        seed.copy_from_slice(self.seed.filter(|seed| seed.len() == 32)?);
        Some(Credential {
            id,
            key: KeyHandle(self.key?.to_vec()),
            algorithm: Algorithm::from_cose_id(self.algorithm?)?,
            protect,
            seed,
            base_epoch: u32::try_from(self.base_epoch?).ok()?,
            third_party_payment: self.third_party_payment,
            discoverable: self.public_key.map(|public_key| Discoverable {
                user: self.user,
                public_key: public_key.to_vec(),
                cred_blob: self.cred_blob.to_vec(),
                large_blob_key: self.large_blob_key,
            }),
        })
    }
}
