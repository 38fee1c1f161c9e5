//! What becomes of a phone that joins, and what it has proven.

use ciborium::Value;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use serde_json::json;

use super::*;
use crate::{
    crypto::sha256,
    platform::{KeyRole, Needs, Operation, Refusal},
    protocol::{KeyState, RegistrationCredential},
    testing::{
        Reaction,
        device::{member, named, reader},
    },
    transport::Transport,
};

#[test]
fn the_phone_becomes_a_key_under_the_workspaces_rules() {
    let scene = Scene::new();
    let status = scene.activate().unwrap();
    assert_eq!(status.workspace.name, ScriptedWorkspace::NAME);
    assert_eq!(status.origin, ScriptedWorkspace::ORIGIN);
    assert_eq!(status.user.name, "user1");
    assert_eq!(status.state, KeyState::Active);
    assert_eq!(status.settings, offline(10, 3));
    assert_eq!(status.grant.unwrap().left, 10);
    assert!(!scene.is_pending());
    assert_eq!(scene.keys.living(), 2);

    let credentials = scene.device.authenticator.credentials().unwrap();
    assert_eq!(credentials.len(), 1);
    assert_eq!(credentials[0].rp_id, "keys.example");
    assert_eq!(credentials[0].account.id, vec![5; 16]);
    assert_eq!(credentials[0].account.name.as_deref(), Some("user1"));
    scene.device.sign_in("keys.example", &credentials[0].id).unwrap();
    scene.device.check_in().unwrap();
}

#[test]
fn the_person_is_shown_what_is_joined_and_is_verified() {
    for settings in [offline(10, 3), reader()] {
        let scene = Scene::with(settings.clone());
        scene.device.user.set_built_in_uv(None);
        scene.device.register("example.com", b"one", true);
        scene.device.register("example.com", b"two", true);
        scene.device.user.set_built_in_uv(Some(true));
        scene.device.user.take_prompts();
        scene.activate().unwrap();
        let prompts = scene.device.user.take_prompts();
        assert_eq!(prompts.len(), 1);
        assert_eq!(prompts[0].needs, Needs::Verification);
        assert_eq!(prompts[0].transport, Transport::Internal);
        let Operation::JoinWorkspace { workspace, origin, user, settings: shown, credentials, key } =
            &prompts[0].operation
        else {
            panic!("{:?}", prompts[0].operation)
        };
        assert_eq!(workspace.name, ScriptedWorkspace::NAME);
        assert_eq!(origin, ScriptedWorkspace::ORIGIN);
        assert_eq!(user.display_name, "First User");
        assert_eq!(*shown, settings);
        assert_eq!(*credentials, 2);
        assert_eq!(*key, None);
    }
}

#[test]
fn where_an_authorization_is_for_one_key_the_person_is_asked_about_the_key_that_signs() {
    let scene = Scene::new();
    scene.keys.binds_authorization.store(true, Ordering::Relaxed);
    scene.activate().unwrap();
    let prompts = scene.device.user.take_prompts();
    let Operation::JoinWorkspace { key: Some(key), .. } = &prompts[0].operation else {
        panic!("{:?}", prompts[0].operation)
    };
    // The device key is the other, and signs with nobody there.
    assert_eq!(*scene.keys.made.lock().unwrap(), [KeyRole::Credential, KeyRole::Device]);
    assert_eq!(scene.keys.signed_with.lock().unwrap()[0], *key);
    assert_eq!(scene.keys.living(), 2);
}

#[test]
fn a_key_that_was_made_before_nobody_agreed_is_deleted() {
    let scene = Scene::new();
    scene.keys.binds_authorization.store(true, Ordering::Relaxed);
    scene.device.user.then(Reaction::Refuse(Refusal::Declined));
    assert!(matches!(scene.activate(), Err(ActivationError::NotAgreed)));
    assert_eq!(scene.keys.living(), 0);
}

#[test]
fn who_does_not_agree_joins_nothing_and_nothing_is_sent() {
    for (reaction, offers) in [
        (Reaction::Refuse(Refusal::Declined), 1),
        (Reaction::Refuse(Refusal::TimedOut), 1),
        (Reaction::Refuse(Refusal::NotVerified), 1),
        (Reaction::Refuse(Refusal::Locked), 1),
        (Reaction::AgreeUnverified, 1),
    ] {
        let scene = Scene::new();
        scene.device.user.then(reaction);
        assert!(matches!(scene.activate(), Err(ActivationError::NotAgreed)), "{reaction:?}");
        assert!(scene.is_untouched());
        assert_eq!(scene.workspace.take_letters().len(), offers);
        // The code has not been used up.
        scene.activate().unwrap();
    }
}

#[test]
fn without_verification_on_the_phone_nothing_is_joined() {
    for built_in in [None, Some(false)] {
        let scene = Scene::new();
        scene.device.user.set_built_in_uv(built_in);
        assert!(matches!(scene.activate(), Err(ActivationError::VerificationNotSetUp)));
        assert!(scene.is_untouched());
    }
}

#[test]
fn looking_at_an_invitation_changes_nothing() {
    let scene = Scene::new();
    let invitation = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
    assert_eq!(invitation.offer().user.name, "user1");
    assert!(scene.is_untouched());
    assert!(scene.device.user.take_prompts().is_empty());
    now(scene.device.authenticator.accept(invitation, NAME)).unwrap();
}

#[test]
fn a_long_device_name_is_cut() {
    let scene = Scene::new();
    let name = "ж".repeat(100);
    now(scene.device.authenticator.activate(&scene.link, &name)).unwrap();
    let enrolment = scene.workspace.take_enrolments().remove(0);
    assert_eq!(enrolment.device_name, "ж".repeat(64));
}

fn cbor(credential: &RegistrationCredential) -> Value {
    ciborium::from_reader(credential.response.attestation_object.0.as_slice()).unwrap()
}

#[test]
fn the_enrolment_proves_the_credential_the_device_and_the_offer_together() {
    let scene = Scene::new();
    scene.activate().unwrap();
    let enrolment = scene.workspace.take_enrolments().remove(0);
    assert_eq!(enrolment.ticket.digest(), scene.link.ticket.digest());
    assert_eq!(enrolment.device_name, NAME);

    let credential = &enrolment.credential;
    let client_data = &credential.response.client_data_json.0;
    let challenge = sha256(&[b"challenge".as_slice(), &[1]].concat());
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(client_data).unwrap(),
        json!({
            "type": "webauthn.create",
            "challenge": crate::protocol::Base64Url(challenge.to_vec()).text(),
            "origin": "https://keys.example",
            "crossOrigin": false,
            "pocketkeyDevice": enrolment.device_key.thumbprint().text(),
        })
    );

    let object = cbor(credential);
    assert_eq!(named(&object, "fmt").unwrap().as_text(), Some("packed"));
    let data = named(&object, "authData").unwrap().as_bytes().unwrap();
    assert_eq!(data[..32], sha256(b"keys.example"));
    // UP, UV and AT: neither backup-eligible nor backed up, no extensions.
    assert_eq!(data[32], 0x45);
    assert_eq!(data[37..53], crate::model::AAGUID);
    let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
    assert_eq!(data[55..55 + length], credential.raw_id.0);
    assert_eq!(credential.id, credential.raw_id);
    assert_eq!(credential.response.transports, ["usb", "nfc", "internal"]);

    let key: Value = ciborium::from_reader(&data[55 + length..]).unwrap();
    let statement = named(&object, "attStmt").unwrap();
    assert!(named(statement, "x5c").is_none());
    let signature = named(statement, "sig").unwrap().as_bytes().unwrap();
    let coordinate = |label| member(&key, label).unwrap().as_bytes().unwrap().clone();
    // The workspace asked for EdDSA first.
    let algorithm = member(&key, 3).unwrap().as_integer().unwrap();
    assert_eq!(i128::from(algorithm), -8);
    let (kind, public): (&dyn VerificationAlgorithm, _) = match i128::from(algorithm) {
        -8 => (&ED25519, coordinate(-2)),
        _ => (&ECDSA_P256_SHA256_ASN1, [vec![4], coordinate(-2), coordinate(-3)].concat()),
    };
    let signed = [data.as_slice(), &sha256(client_data)].concat();
    assert!(UnparsedPublicKey::new(kind, public).verify(&signed, signature).is_ok());
}

#[test]
fn the_credential_shows_itself_to_the_verified_only() {
    let scene = Scene::new();
    scene.activate().unwrap();
    let credentials = scene.device.authenticator.credentials().unwrap();
    assert_eq!(credentials[0].protect, crate::CredProtect::UvRequired);
}
