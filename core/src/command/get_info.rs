//! authenticatorGetInfo (§6.4): what this authenticator is and can do, in its present state.

use aes::Aes128;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit, block_padding::NoPadding};
use zeroize::Zeroizing;

use super::answer;
use crate::{
    authenticator::Context,
    crypto::hkdf_sha256,
    ctap::{
        cbor::{MapWriter, Writer},
        request::MAX_MSG_SIZE,
        status::Status,
    },
    extension,
    membership::Binding,
    model::{
        AAGUID, FIRMWARE_VERSION, MAX_CREDENTIAL_ID, MAX_CREDENTIALS_IN_LIST, MAX_DISCOVERABLE,
        MAX_LARGE_BLOB_ARRAY, MAX_MIN_PIN_LENGTH_RP_IDS,
    },
    pin::PinProtocol,
    platform::{AttestationKind, Platform},
    settings::{MAX_PIN_LENGTH, Settings},
    store::Record,
};

/// Attempts at built-in verification that a client should make before it asks for the PIN.
const PREFERRED_UV_ATTEMPTS: u64 = 3;

/// By which transports requests come, the first of them also where a workspace wants a reader.
const TRANSPORTS: [&str; 2] = ["nfc", "usb"];

pub(super) fn run(context: &mut Context<'_>) -> Result<Vec<u8>, Status> {
    // Needed before any client has asked for it: a client looks at the members first, and asks for
    // the token to read them with then. A full disk must not hide all the rest.
    let token = context.state.persistent_token(context.platform.rng.as_ref()).ok();
    let settings = &context.state.settings;
    let store = &context.state.store;
    let encrypted = match &token {
        None => None,
        Some(token) => {
            let stored = store.record(Record::CredStoreState)?;
            let state = stored.as_deref().and_then(|state| state.as_slice().try_into().ok());
            let seal =
                |name: &[u8], value: &[u8; 16]| encrypt(context.platform, token, name, value);
            Some((
                seal(b"encIdentifier", store.identifier())?,
                seal(b"encCredStoreState", &state.ok_or(Status::Other)?)?,
            ))
        }
    };
    let mut out = answer();
    describe(
        &mut out,
        &Live {
            settings,
            binding: context.binding(),
            platform: context.platform,
            remaining: MAX_DISCOVERABLE.saturating_sub(store.discoverable()),
            encrypted,
        },
    );
    Ok(out.finish())
}

/// What getInfo depends on.
pub(crate) struct Live<'a> {
    pub settings: &'a Settings,
    pub binding: Binding,
    pub platform: &'a Platform,
    pub remaining: u64,
    /// encIdentifier and encCredStoreState.
    pub encrypted: Option<(Vec<u8>, Vec<u8>)>,
}

/// Writes the members. The metadata statement takes them from here too.
pub(crate) fn describe(out: &mut Writer, live: &Live<'_>) {
    let Live { settings, binding, platform, remaining, encrypted } = live;
    let status = platform.user_verifier.status();
    let built_in_uv = binding.built_in_uv(status);
    out.map(|map| {
        map.int(0x01, |value| {
            let versions = ["FIDO_2_0", "FIDO_2_1", "FIDO_2_3", "U2F_V2"];
            let served = if binding.serves_u2f(settings) { 4 } else { 3 };
            value.array(versions.iter().take(served), |out, version| out.text(version));
        });
        map.int(0x02, |value| {
            let served = |name: &&&str| binding.offers_pin() || **name != extension::MIN_PIN_LENGTH;
            let names: Vec<_> = extension::NAMES.iter().filter(served).collect();
            value.array(names.iter(), |out, name| out.text(name));
        });
        map.int(0x03, |value| value.bytes(&AAGUID));
        map.int(0x04, |value| write_options(value, live, built_in_uv));
        map.int(0x05, |value| value.unsigned(size(MAX_MSG_SIZE)));
        map.int(0x06, |value| {
            let protocols = PinProtocol::ALL.iter();
            value.array(protocols, |out, protocol| out.unsigned(protocol.number()));
        });
        map.int(0x07, |value| value.unsigned(MAX_CREDENTIALS_IN_LIST));
        map.int(0x08, |value| value.unsigned(MAX_CREDENTIAL_ID));
        map.int(0x09, |value| {
            let served = if *binding == Binding::ReaderTapAndPin { 1 } else { 2 };
            value.array(TRANSPORTS.iter().take(served), |out, transport| out.text(transport));
        });
        map.int(0x0a, |value| {
            value.array(platform.key_store.algorithms().iter(), |out, algorithm| {
                out.map(|map| {
                    map.text("alg", |value| value.int(algorithm.cose_id()));
                    map.text("type", |value| value.text("public-key"));
                });
            });
        });
        map.int(0x0b, |value| value.unsigned(MAX_LARGE_BLOB_ARRAY));
        if binding.offers_pin() {
            map.int(0x0c, |value| value.bool(settings.force_pin_change));
            map.int(0x0d, |value| value.unsigned(settings.min_pin_length.into()));
        }
        map.int(0x0e, |value| value.unsigned(FIRMWARE_VERSION));
        map.int(0x0f, |value| value.unsigned(size(extension::MAX_CRED_BLOB)));
        if binding.offers_pin() {
            map.int(0x10, |value| value.unsigned(MAX_MIN_PIN_LENGTH_RP_IDS));
        }
        if built_in_uv.is_some() {
            map.int(0x11, |value| value.unsigned(PREFERRED_UV_ATTEMPTS));
            map.int(0x12, |value| value.unsigned(status.uv_modality.into()));
        }
        map.int(0x14, |value| value.unsigned(*remaining));
        map.int(0x16, |value| value.array(["packed"].iter(), |out, format| out.text(format)));
        write_newer(map, encrypted.as_ref(), live);
    });
}

/// The members that CTAP 2.2 and 2.3 added.
fn write_newer(map: &mut MapWriter<'_>, encrypted: Option<&(Vec<u8>, Vec<u8>)>, live: &Live<'_>) {
    if let Some((identifier, _)) = encrypted {
        map.int(0x19, |value| value.bytes(identifier));
    }
    map.int(0x1a, |value| {
        value.array(TRANSPORTS.iter(), |out, transport| out.text(transport));
    });
    if live.binding.offers_pin() {
        map.int(0x1d, |value| value.unsigned(MAX_PIN_LENGTH.into()));
    }
    if let Some((_, state)) = encrypted {
        map.int(0x1e, |value| value.bytes(state));
    }
    map.int(0x1f, |value| {
        let offered = [(1, live.attests_enterprise()), (2, true), (3, live.binding.offers_pin())];
        let commands: Vec<u64> =
            offered.into_iter().filter_map(|(command, there)| there.then_some(command)).collect();
        value.array(commands.iter(), |out, command| out.unsigned(*command));
    });
}

impl Live<'_> {
    fn attests_enterprise(&self) -> bool {
        let keys = self.platform.key_store.attestation();
        keys.is_some_and(|keys| keys.chain(AttestationKind::Enterprise).is_some())
    }
}

fn write_options(out: &mut Writer, live: &Live<'_>, built_in_uv: Option<bool>) {
    let settings = live.settings;
    let always_uv = live.binding.always_uv(settings);
    out.map(|map| {
        let mut option = |name, value: bool| map.text(name, |out| out.bool(value));
        // In the canonical order of their names.
        if live.attests_enterprise() {
            option("ep", settings.enterprise_attestation);
        }
        option("rk", true);
        option("up", true);
        if let Some(ready) = built_in_uv {
            option("uv", ready);
        }
        option("plat", false);
        if built_in_uv.is_some() {
            option("uvAcfg", true);
        }
        option("alwaysUv", always_uv);
        option("credMgmt", true);
        option("authnrCfg", true);
        if live.binding.offers_pin() {
            option("clientPin", settings.pin.is_some());
        }
        option("largeBlobs", true);
        option("perCredMgmtRO", true);
        option("pinUvAuthToken", true);
        if live.binding.offers_pin() {
            option("setMinPINLength", true);
        }
        option("makeCredUvNotRqd", !always_uv);
    });
}

fn size(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}

/// iv ‖ AES-128-CBC(HKDF(persistent token, name), value), with a fresh IV each time.
fn encrypt(
    platform: &Platform,
    token: &Zeroizing<[u8; 32]>,
    name: &[u8],
    value: &[u8; 16],
) -> Result<Vec<u8>, Status> {
    let key = hkdf_sha256::<16>(&[0; 32], token.as_ref(), name);
    let mut iv = [0; 16];
    platform.rng.fill(&mut iv)?;
    let mut block = *value;
    cbc::Encryptor::<Aes128>::new((&*key).into(), &iv.into())
        .encrypt_padded::<NoPadding>(&mut block, 16)
        .map_err(|_| Status::Other)?;
    Ok([iv, block].concat())
}
