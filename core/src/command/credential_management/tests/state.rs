//! encIdentifier and encCredStoreState, read as a holder of the persistent token reads them.

use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding};
use ring::hkdf;

use super::*;

struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        16
    }
}

/// Decrypts a member of getInfo; the IV comes first.
fn decrypt(token: &[u8], name: &str, sealed: &[u8]) -> Vec<u8> {
    let mut key = [0; 16];
    hkdf::Salt::new(hkdf::HKDF_SHA256, &[0; 32])
        .extract(token)
        .expand(&[name.as_bytes()], Length)
        .unwrap()
        .fill(&mut key)
        .unwrap();
    assert_eq!(sealed.len(), 32);
    let mut block = sealed[16..].to_vec();
    cbc::Decryptor::<Aes128>::new_from_slices(&key, &sealed[..16])
        .unwrap()
        .decrypt_padded::<NoPadding>(&mut block)
        .unwrap();
    block
}

fn sealed(device: &Device, key: i64) -> Vec<u8> {
    member(&device.info(), key).unwrap().as_bytes().unwrap().clone()
}

fn identifier(device: &Device, token: &[u8]) -> Vec<u8> {
    decrypt(token, "encIdentifier", &sealed(device, 0x19))
}

fn state(device: &Device, token: &[u8]) -> Vec<u8> {
    decrypt(token, "encCredStoreState", &sealed(device, 0x1e))
}

#[test]
fn they_are_there_before_a_client_asks_and_after_a_reset() {
    let device = Device::new();
    let (before, state_before) = (sealed(&device, 0x19), sealed(&device, 0x1e));
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    let name = "encIdentifier";
    assert_eq!(decrypt(&token, name, &before), identifier(&device, &token));
    let name = "encCredStoreState";
    assert_eq!(decrypt(&token, name, &state_before), state(&device, &token));
    // Random from the start.
    assert_ne!(state(&device, &token), [0; 16]);
    device.raw(&[7]).unwrap();
    assert_ne!(sealed(&device, 0x19), before);
    assert_ne!(sealed(&device, 0x1e), state_before);
}

#[test]
fn the_identifier_stays_until_a_reset() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    let first = identifier(&device, &token);
    // The encryption is different each time.
    assert_ne!(sealed(&device, 0x19), sealed(&device, 0x19));
    device.authenticator.power_cycle();
    assert_eq!(identifier(&device, &token), first);
    client.change_pin(PIN, "5678").unwrap();
    assert_ne!(identifier(&device, &token), first);
    let renewed = client.token_using_pin("5678", PCMR, None).unwrap();
    assert_eq!(identifier(&device, &renewed), first);

    device.raw(&[7]).unwrap();
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, PCMR, None).unwrap();
    assert_ne!(identifier(&device, &token), first);
}

#[test]
fn the_state_changes_with_every_change_and_with_nothing_else() {
    let device = Device::new();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let persistent = client.token_using_pin(PIN, PCMR, None).unwrap();
    let mut seen = vec![state(&device, &persistent)];
    let mut changes = |what: &str| {
        let state = state(&device, &persistent);
        assert!(!seen.contains(&state), "{what}");
        seen.push(state);
    };
    let make = |user: &[u8]| {
        let token = client.token_using_pin(PIN, 0x01, Some(SITE)).unwrap();
        client.make_credential(&token, SITE, user, true).unwrap();
    };
    make(b"1");
    changes("registration");
    make(b"1");
    changes("registration of the same account");
    make(b"2");
    changes("registration of another");

    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let id = credential_id(&client.manage(&token, 4, of_site(SITE)).unwrap());
    let user = map([("id", bytes(b"2")), ("name", text("x"))]);
    client.manage(&token, 7, map([(2, descriptor(&id)), (3, user)])).unwrap();
    changes("update");
    device.authenticator.rename_credential(&id, Some("y"), None).unwrap();
    changes("the owner's renaming");
    client.manage(&token, 6, map([(2, descriptor(&id))])).unwrap();
    changes("deletion");
    let id = device.authenticator.credentials().unwrap()[0].id.clone();
    device.authenticator.delete_credential(&id).unwrap();
    changes("the owner's deletion");

    let last = state(&device, &persistent);
    let wrapped = device.register(SITE, b"wrapped", false);
    device.sign_in(SITE, &wrapped).unwrap();
    client.manage(&token, 6, map([(2, descriptor(&id))])).unwrap_err();
    client.token_using_pin("9999", CM, None).unwrap_err();
    device.authenticator.power_cycle();
    assert_eq!(state(&device, &persistent), last);
}
