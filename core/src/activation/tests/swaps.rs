//! No part of the exchange can be put in the place of another.

use super::*;
use crate::{
    membership::NotAnAnswer,
    platform::{KeyRole, Reply},
    protocol::{self, JwsError, KeyState, Problem},
};

/// An enrolment under way, whose answer this is instead of the workspace's own.
fn answered(scene: &Scene, answer: String) -> ActivationError {
    let invitation = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
    scene.workspace.then(Deed::Reply(Reply { status: 200, body: answer.into_bytes() }));
    let error = now(scene.device.authenticator.accept(invitation, NAME)).unwrap_err();
    assert!(scene.device.membership().is_none(), "{error}");
    assert!(scene.device.authenticator.credentials().unwrap().is_empty(), "{error}");
    assert!(scene.is_pending(), "{error}");
    error
}

#[test]
fn the_answer_to_another_enrolment_does_not_count() {
    let scene = Scene::new();
    let other = protocol::digest("another enrolment");
    let error = answered(&scene, scene.workspace.sign(&scene.workspace.standing(other)));
    assert!(matches!(error, ActivationError::NotAnAnswer(NotAnAnswer::OtherQuestion)), "{error}");
    // The right answer is still taken.
    scene.resume().unwrap();
}

#[test]
fn the_answer_of_another_workspace_does_not_count() {
    let scene = Scene::new();
    let impostor = ScriptedWorkspace::new(&[0x78; 32], Settings::default());
    let any = protocol::digest("any");
    let error = answered(&scene, impostor.sign(&impostor.standing(any)));
    let expected = JwsError::BadSignature;
    assert!(matches!(error, ActivationError::NotTheWorkspace(why) if why == expected), "{error}");
}

#[test]
fn the_offer_sent_back_is_no_answer() {
    let scene = Scene::new();
    let request = serde_json::json!({"ticket": scene.link.ticket.text()}).to_string();
    let letter = crate::platform::Letter {
        url: format!("{}{}", ScriptedWorkspace::ORIGIN, protocol::OFFER_PATH),
        pin: None,
        media_type: "application/json",
        body: request.into_bytes(),
        timeout: std::time::Duration::ZERO,
    };
    let offer = String::from_utf8(scene.workspace.reply(&letter, |_| {}).body).unwrap();
    let error = answered(&scene, offer);
    let expected = JwsError::WrongKind;
    assert!(matches!(error, ActivationError::NotTheWorkspace(why) if why == expected), "{error}");
}

#[test]
fn an_answer_that_was_heard_before_does_not_count_again() {
    // The same phone, reset, joins once more: the answer to its first enrolment is not for this one.
    let scene = Scene::new();
    scene.activate().unwrap();
    let first = scene.workspace.take_letters().remove(1);
    let old = scene.workspace.sign(
        &scene.workspace.standing(protocol::digest(std::str::from_utf8(&first.body).unwrap())),
    );
    scene.device.authenticator.factory_reset().unwrap();
    let scene = Scene { link: scene.workspace.issue(2), ..scene };
    let error = answered(&scene, old);
    assert!(matches!(error, ActivationError::NotAnAnswer(NotAnAnswer::OtherQuestion)), "{error}");
}

#[test]
fn a_key_that_was_revoked_meanwhile_leaves_nothing() {
    let scene = Scene::new();
    let invitation = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
    scene.workspace.set_state(KeyState::Revoked);
    let error = now(scene.device.authenticator.accept(invitation, NAME)).unwrap_err();
    assert!(matches!(error, ActivationError::Revoked), "{error}");
    assert!(scene.is_untouched());
}

#[test]
fn a_key_that_was_suspended_meanwhile_is_a_suspended_key() {
    let scene = Scene::new();
    let invitation = now(scene.device.authenticator.invitation(&scene.link)).unwrap();
    scene.workspace.set_state(KeyState::Suspended);
    let status = now(scene.device.authenticator.accept(invitation, NAME)).unwrap();
    assert_eq!((status.state, status.grant), (KeyState::Suspended, None));
}

#[test]
fn an_enrolment_of_another_phones_device_key_is_refused_by_an_honest_workspace() {
    // What one phone has made, signed again by the device key of another.
    let scene = Scene::new();
    scene.activate().unwrap();
    let mut enrolment = scene.workspace.take_enrolments().remove(0);
    let (thief, public) = scene.keys.generate(Algorithm::Es256, KeyRole::Device).unwrap();
    enrolment.device_key = protocol::DeviceKey(public.bytes.try_into().unwrap());
    let input = protocol::signing_input(&enrolment);
    let signature = scene.keys.sign(&thief, input.as_bytes(), None).unwrap();
    let forged = protocol::encode(protocol::Algorithm::Es256, &input, &signature).unwrap();
    let letter = crate::platform::Letter {
        url: format!("{}{}", ScriptedWorkspace::ORIGIN, protocol::ENROLMENT_PATH),
        pin: None,
        media_type: protocol::MEDIA_TYPE,
        body: forged.into_bytes(),
        timeout: std::time::Duration::ZERO,
    };
    let workspace = ScriptedWorkspace::new(&[0x77; 32], offline(10, 3));
    workspace.issue(1);
    let reply = workspace.reply(&letter, |_| {});
    assert_eq!(reply.status, 400);
    let body = String::from_utf8(reply.body).unwrap();
    assert!(body.contains(Problem::EnrolmentRefused.uri()), "{body}");
}
