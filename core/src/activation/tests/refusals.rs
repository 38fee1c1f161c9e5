//! Every reason not to join leaves nothing behind, and says what to do.

use super::*;
use crate::{
    platform::{Reply, Unreachable},
    policy::{SettingsError, Verification},
    protocol::{JwsError, Problem},
    testing::workspace::TicketState,
};

/// What is said of an offer that was changed before it was signed.
fn offered(twist: impl FnOnce(&mut serde_json::Value) + Send + 'static) -> ActivationError {
    let scene = Scene::new();
    scene.twist(twist);
    let error = scene.activate().unwrap_err();
    assert!(scene.is_untouched(), "{error}");
    assert!(scene.device.user.take_prompts().is_empty(), "{error}");
    error
}

#[test]
fn an_offer_for_another_ticket_is_not_this_codes() {
    let other = Scene::new().workspace.issue(2).ticket.digest().text();
    let error = offered(move |offer| offer["ticket"] = other.into());
    assert!(matches!(error, ActivationError::OtherOffer), "{error}");
}

#[test]
fn an_offer_of_another_address_or_for_a_foreign_site_is_refused() {
    for issuer in ["https://other.example", "http://keys.example", "https://keys.example:444"] {
        let error = offered(move |offer| offer["issuer"] = issuer.into());
        assert!(matches!(error, ActivationError::ForeignAddress), "{issuer}: {error}");
    }
    for site in ["other.example", "example", "ys.example", "a.keys.example", "", "."] {
        let error = offered(move |offer| offer["options"]["rp"]["id"] = site.into());
        assert!(matches!(error, ActivationError::ForeignAddress), "{site}: {error}");
    }
}

#[test]
fn an_offer_whose_time_is_over_is_refused() {
    let error = offered(|offer| offer["expires_at"] = 1_999_999_000.into());
    assert!(matches!(error, ActivationError::Expired), "{error}");
}

#[test]
fn rules_that_cannot_be_kept_are_refused_before_anybody_is_asked() {
    let error = offered(|offer| {
        offer["settings"]["verification"] = "reader-tap-and-pin".into();
        offer["settings"]["bluetooth_proximity"] = true.into();
    });
    let expected = SettingsError::ProximityWithReader;
    assert!(matches!(error, ActivationError::Rules(reason) if reason == expected), "{error}");
    let error = offered(|offer| offer["settings"]["credential_storage"] = "workspace".into());
    assert!(matches!(error, ActivationError::Rules(SettingsError::StorageNotOffered)), "{error}");
    // A rule that this version does not know is no rule that it could keep.
    let error = offered(|offer| offer["settings"]["curfew"] = true.into());
    let expected = JwsError::NotUnderstood;
    assert!(matches!(error, ActivationError::NotTheWorkspace(why) if why == expected), "{error}");
}

#[test]
fn an_offer_that_no_credential_can_be_made_for_is_refused() {
    let error = offered(|offer| {
        offer["options"]["pubKeyCredParams"] =
            serde_json::json!([{"type": "public-key", "alg": -257}]);
    });
    assert!(matches!(error, ActivationError::NoAlgorithm), "{error}");
    for user in [vec![], vec![1; 65]] {
        let user = crate::protocol::Base64Url(user).text();
        let error = offered(move |offer| offer["options"]["user"]["id"] = user.into());
        assert!(matches!(error, ActivationError::OtherOffer), "{error}");
    }
}

#[test]
fn whoever_signs_with_another_key_is_not_the_workspace() {
    let scene = Scene::new();
    let impostor = ScriptedWorkspace::new(&[0x78; 32], Settings::default());
    let mut link = impostor.issue(1);
    link.key = scene.workspace.key();
    let offer = impostor.reply(&now_offer(&scene), |_| {});
    scene.workspace.then(Deed::Reply(offer));
    let error = scene.activate().unwrap_err();
    let expected = JwsError::BadSignature;
    assert!(matches!(error, ActivationError::NotTheWorkspace(why) if why == expected), "{error}");
    assert!(scene.is_untouched());
}

/// The letter by which the scene's phone asks for an offer.
fn now_offer(scene: &Scene) -> crate::platform::Letter {
    scene.workspace.then(Deed::Fail(Unreachable::NoAnswer));
    scene.activate().unwrap_err();
    scene.workspace.take_letters().remove(0)
}

#[test]
fn another_kind_of_message_is_no_offer() {
    let scene = Scene::new();
    let standing = scene.workspace.sign(&scene.workspace.standing(scene.link.ticket.digest()));
    let reply = |body: &str| Deed::Reply(Reply { status: 200, body: body.as_bytes().to_vec() });
    for (body, expected) in [
        (standing.as_str(), JwsError::WrongKind),
        ("", JwsError::NotAMessage),
        ("<html>", JwsError::NotAMessage),
        ("a.b", JwsError::NotAMessage),
    ] {
        scene.workspace.then(reply(body));
        let error = scene.activate().unwrap_err();
        assert!(
            matches!(error, ActivationError::NotTheWorkspace(why) if why == expected),
            "{body}: {error}"
        );
        assert!(scene.is_untouched());
    }
}

#[test]
fn a_ticket_that_is_not_open_is_refused_by_name() {
    let digest = Scene::new().link.ticket.digest();
    for (state, expected) in [
        (TicketState::Used(digest), Problem::TicketUsed),
        (TicketState::Expired, Problem::TicketExpired),
        (TicketState::Cancelled, Problem::TicketCancelled),
    ] {
        let scene = Scene::new();
        scene.workspace.set_ticket(&scene.link, state);
        let error = scene.activate().unwrap_err();
        assert!(matches!(error, ActivationError::Refused(problem) if problem == expected));
        assert!(scene.is_untouched());
        assert!(error.to_string().contains("ask the administrator for a new code"), "{error}");
    }
    let mut scene = Scene::new();
    scene.link = ScriptedWorkspace::new(&[0x77; 32], Settings::default()).issue(9);
    let error = scene.activate().unwrap_err();
    assert!(matches!(error, ActivationError::Refused(Problem::TicketUnknown)));
}

#[test]
fn a_ticket_that_closes_while_the_person_thinks_leaves_nothing() {
    for (state, expected) in [
        (TicketState::Expired, Problem::TicketExpired),
        (TicketState::Cancelled, Problem::TicketCancelled),
    ] {
        let scene = Scene::new();
        let invitation = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
        scene.workspace.set_ticket(&scene.link, state);
        let error = now(scene.device.authenticator.accept(invitation, NAME)).unwrap_err();
        assert!(matches!(error, ActivationError::Refused(problem) if problem == expected));
        assert!(scene.is_untouched());
    }
}

#[test]
fn one_ticket_makes_one_phone_a_key() {
    let scene = Scene::new();
    let other = Scene { link: scene.link.clone(), ..Scene::new() };
    let other = Scene {
        device: open(&Location::Memory, &other.keys, &scene.workspace, 5),
        workspace: Arc::clone(&scene.workspace),
        ..other
    };
    let invitation = now(other.device.authenticator.invitation(&other.link)).unwrap();
    scene.activate().unwrap();
    let error = now(other.device.authenticator.accept(invitation, NAME)).unwrap_err();
    assert!(matches!(error, ActivationError::Refused(Problem::TicketUsed)), "{error}");
    assert!(other.is_untouched());
}

#[test]
fn a_member_joins_nothing_else() {
    let scene = Scene::new();
    let late = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
    scene.activate().unwrap();
    scene.workspace.take_letters();
    let second = scene.workspace.issue(2);
    let error = now(scene.device.authenticator.activate(&second, NAME)).unwrap_err();
    assert!(matches!(error, ActivationError::AlreadyBound), "{error}");
    let error = now(scene.device.authenticator.accept(late, NAME)).unwrap_err();
    assert!(matches!(error, ActivationError::AlreadyBound), "{error}");
    assert!(scene.workspace.take_letters().is_empty());
    assert_eq!(scene.keys.living(), 2);
}

#[test]
fn what_is_not_the_protocols_is_no_refusal_to_be_believed() {
    for status in [302, 404, 500, 502] {
        let scene = Scene::new();
        let body = b"<html>somebody else's page</html>".to_vec();
        scene.workspace.then(Deed::Reply(Reply { status, body }));
        let error = scene.activate().unwrap_err();
        assert!(
            matches!(error, ActivationError::Unreachable(Unreachable::NoAnswer)),
            "{status}: {error}"
        );
        assert!(scene.is_untouched());
    }
}

#[test]
fn an_unreachable_workspace_says_how_to_go_on() {
    for reason in [Unreachable::NoAnswer, Unreachable::TimedOut, Unreachable::NotTheServer] {
        let scene = Scene::new();
        scene.workspace.then(Deed::Fail(reason));
        let error = scene.activate().unwrap_err();
        assert!(matches!(&error, ActivationError::Unreachable(why) if *why == reason));
        assert!(error.to_string().ends_with("then scan the same code again"), "{error}");
        assert!(scene.is_untouched());
    }
}

#[test]
fn reader_rules_are_joined_by_a_phone_that_can_verify() {
    let settings = Settings { verification: Verification::ReaderTapAndPin, ..offline(5, 5) };
    let scene = Scene::with(settings.clone());
    assert_eq!(scene.activate().unwrap().settings, settings);
}
