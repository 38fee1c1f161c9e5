//! What is not a right answer counts for nothing, and what was learnt before still holds.

use super::member;
use crate::{
    membership::{CheckInError, NotAnAnswer},
    platform::{Reply, Unreachable},
    policy::{CredentialStorage, OfflineLogin, SettingsError, Verification},
    protocol::{Digest, Grant, JwsError, KeyState, Problem, Standing, digest},
    testing::{
        device::{Device, offline},
        workspace::{Deed, ScriptedWorkspace},
    },
};

/// What a check-in gives whose honest answer is changed before it is signed.
fn twisted(twist: impl FnOnce(&mut Standing) + Send + 'static) -> Result<(), NotAnAnswer> {
    let (device, workspace) = Device::joined(offline(10, 3));
    device.check_in().unwrap();
    let before = member(&device);
    workspace.then_twist(twist);
    match device.check_in() {
        Ok(_) => Ok(()),
        Err(CheckInError::NotAnAnswer(reason)) => {
            assert_eq!(member(&device), before, "nothing has changed");
            Err(reason)
        }
        Err(error) => panic!("{error}"),
    }
}

/// What a check-in gives whose answer is this text.
fn replied(status: u16, body: impl Into<Vec<u8>>) -> CheckInError {
    let (device, workspace) = Device::joined(offline(10, 3));
    let before = member(&device);
    workspace.then(Deed::Reply(Reply { status, body: body.into() }));
    let error = device.check_in().unwrap_err();
    assert_eq!(member(&device), before, "nothing has changed");
    error
}

#[test]
fn an_honest_answer_is_taken() {
    assert_eq!(twisted(|_| {}), Ok(()));
}

#[test]
fn an_answer_to_another_check_in_is_none() {
    assert_eq!(twisted(|s| s.answers = Digest([1; 32])), Err(NotAnAnswer::OtherQuestion));
}

#[test]
fn an_answer_that_was_given_before_is_none() {
    let (device, workspace) = Device::joined(offline(10, 3));
    device.check_in().unwrap();
    let letter = workspace.take_letters().pop().unwrap();
    let text = std::str::from_utf8(&letter.body).unwrap();
    let earlier = workspace.sign(&workspace.standing(digest(text)));
    workspace.then(Deed::Reply(Reply { status: 200, body: earlier.into_bytes() }));
    let error = device.check_in().unwrap_err();
    assert!(matches!(error, CheckInError::NotAnAnswer(NotAnAnswer::OtherQuestion)), "{error}");
}

#[test]
fn an_answer_of_another_workspace_or_about_another_key_is_none() {
    let other = |s: &mut Standing| s.issuer = "https://other.example".to_owned();
    assert_eq!(twisted(other), Err(NotAnAnswer::OtherKey));
    assert_eq!(twisted(|s| s.key = "another".to_owned()), Err(NotAnAnswer::OtherKey));
    // A revocation of another key too.
    assert_eq!(
        twisted(|s| {
            s.key = "another".to_owned();
            s.state = KeyState::Revoked;
            s.grant = None;
        }),
        Err(NotAnAnswer::OtherKey)
    );
}

#[test]
fn an_answer_that_somebody_else_signed_is_none() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let foreign = ScriptedWorkspace::new(&[0x78; 32], offline(10, 3));
    workspace.then(Deed::Fail(Unreachable::NoAnswer));
    device.check_in().unwrap_err();
    // It knows all that the workspace knows, but for the key.
    let forged = foreign.sign(&foreign.standing(Digest([0; 32])));
    workspace.then(Deed::Reply(Reply { status: 200, body: forged.into_bytes() }));
    let error = device.check_in().unwrap_err();
    assert!(
        matches!(error, CheckInError::NotAnAnswer(NotAnAnswer::Message(JwsError::BadSignature))),
        "{error}"
    );
}

#[test]
fn what_is_no_message_at_all_is_no_answer() {
    for body in [
        Vec::new(),
        b"<html>captive portal</html>".to_vec(),
        vec![0xff; 40],
        vec![b'.'; 100_000],
        b"..".to_vec(),
    ] {
        let error = replied(200, body);
        assert!(matches!(error, CheckInError::NotAnAnswer(NotAnAnswer::Message(_))), "{error}");
    }
}

#[test]
fn an_unsigned_word_is_not_believed_even_where_it_says_why() {
    let problem = format!(r#"{{"type":"{}"}}"#, Problem::KeyUnknown.uri());
    let error = replied(404, problem);
    assert!(matches!(error, CheckInError::Refused(Problem::KeyUnknown)), "{error}");
    for body in ["", "{}", r#"{"type":"about:blank"}"#, "[1]"] {
        let error = replied(500, body);
        assert!(matches!(error, CheckInError::NotAnAnswer(_)), "{error}");
    }
}

#[test]
fn rules_never_go_back() {
    assert_eq!(twisted(|s| s.policy.version = 0), Err(NotAnAnswer::OlderRules));
}

#[test]
fn rules_of_one_version_never_say_two_things() {
    let changed = |s: &mut Standing| s.policy.settings.bluetooth_proximity = true;
    assert_eq!(twisted(changed), Err(NotAnAnswer::OlderRules));
}

#[test]
fn newer_rules_are_taken_whatever_their_distance() {
    let newer = |s: &mut Standing| {
        s.policy.version = u64::MAX;
        s.policy.settings.bluetooth_proximity = true;
    };
    assert_eq!(twisted(newer), Ok(()));
}

#[test]
fn rules_that_cannot_be_kept_are_refused_as_a_whole() {
    let cases: [(fn(&mut Standing), _); 3] = [
        (
            |s| s.policy.settings.credential_storage = CredentialStorage::EncryptedBackup,
            SettingsError::StorageNotOffered,
        ),
        (
            |s| {
                s.policy.settings.verification = Verification::ReaderTapAndPin;
                s.policy.settings.bluetooth_proximity = true;
            },
            SettingsError::ProximityWithReader,
        ),
        (
            |s| s.policy.settings.offline_login = Some(OfflineLogin { uses: 0, days: 1 }),
            SettingsError::Uses,
        ),
    ];
    for (twist, error) in cases {
        let newer = move |s: &mut Standing| {
            s.policy.version += 1;
            twist(s);
        };
        assert_eq!(twisted(newer), Err(NotAnAnswer::Rules(error)));
    }
}

#[test]
fn a_rule_that_is_not_known_makes_the_whole_policy_refused() {
    // Signed by the workspace, and so a true word; without the rule it is understood.
    for (rule, understood) in [("", true), (r#""new_rule":true,"#, false)] {
        let (device, workspace) = Device::joined(offline(10, 3));
        let before = member(&device);
        workspace.then(Deed::Rewrite(Box::new(move |json| {
            json.replace(r#""settings":{"#, &format!(r#""settings":{{{rule}"#))
        })));
        match device.check_in() {
            Ok(_) => assert!(understood),
            Err(CheckInError::NotAnAnswer(NotAnAnswer::Message(JwsError::NotUnderstood))) => {
                assert!(!understood);
                assert_eq!(member(&device), before);
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_grant_never_goes_back() {
    let older = |s: &mut Standing| s.grant = Some(Grant { serial: 1, uses: 10, until: u64::MAX });
    assert_eq!(twisted(older), Err(NotAnAnswer::Grant));
    // Nor does one that was taken away come back.
    let (device, workspace) = Device::joined(offline(10, 3));
    workspace.then_twist(|s| s.grant = None);
    device.check_in().unwrap();
    workspace.then_twist(|s| s.grant = Some(Grant { serial: 1, uses: 10, until: u64::MAX }));
    assert!(device.check_in().is_err());
    assert_eq!(device.grant_left(), None);
}

#[test]
fn a_grant_that_is_given_again_keeps_the_count_of_its_uses() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let id = device.register("example.com", b"one", true);
    workspace.set_reachable(false);
    device.sign_in("example.com", &id).unwrap();
    assert_eq!(device.grant_left(), Some(9));
    let until = member(&device).grant.unwrap().until;
    workspace.then_twist(move |s| s.grant = Some(Grant { serial: 2, uses: 10, until }));
    device.check_in().unwrap();
    assert_eq!(device.grant_left(), Some(9));
    workspace.then_twist(move |s| s.grant = Some(Grant { serial: 2, uses: 11, until }));
    assert!(device.check_in().is_err(), "one serial is one grant");
}

#[test]
fn a_grant_goes_with_an_active_key_and_rules_that_allow_it_only() {
    assert_eq!(twisted(|s| s.state = KeyState::Suspended), Err(NotAnAnswer::Grant));
    let online = |s: &mut Standing| {
        s.policy.version += 1;
        s.policy.settings.offline_login = None;
    };
    assert_eq!(twisted(online), Err(NotAnAnswer::Grant));
}
