//! What is lost on the way can be asked for again, by the same phone, and whatever is cut off leaves
//! either nothing or something that can be gone on with.

use super::*;
use crate::{
    platform::Unreachable,
    protocol::{ENROLMENT_PATH, Problem},
    testing::{Reaction, workspace::TicketState},
};

/// Every enrolment that was sent, as it was sent.
fn enrolments(workspace: &ScriptedWorkspace) -> Vec<Vec<u8>> {
    let letters = workspace.take_letters().into_iter();
    letters
        .filter(|letter| letter.url.ends_with(ENROLMENT_PATH))
        .map(|letter| letter.body)
        .collect()
}

/// A scene whose enrolment has arrived, and whose answer has not.
fn lost(location: &Location) -> Scene {
    let scene = Scene::at(location, offline(10, 3));
    scene.workspace.then(Deed::Answer);
    scene.workspace.then(Deed::Lose);
    let error = scene.activate().unwrap_err();
    assert!(matches!(error, ActivationError::Unreachable(Unreachable::TimedOut)), "{error}");
    assert!(scene.device.membership().is_none());
    assert!(scene.is_pending());
    scene
}

#[test]
fn a_lost_answer_is_asked_for_again_with_the_same_bytes() {
    let scene = lost(&Location::Memory);
    scene.resume().unwrap();
    let sent = enrolments(&scene.workspace);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert!(!scene.is_pending());
    assert_eq!(scene.keys.living(), 2);
}

#[test]
fn the_same_code_goes_on_with_what_was_begun_and_asks_nobody_again() {
    let scene = lost(&Location::Memory);
    scene.device.user.take_prompts();
    scene.activate().unwrap();
    assert!(scene.device.user.take_prompts().is_empty());
    let sent = enrolments(&scene.workspace);
    assert_eq!(sent[0], sent[1]);
}

#[test]
fn what_is_pending_is_told() {
    let scene = lost(&Location::Memory);
    let pending = scene.device.authenticator.pending_activation().unwrap().unwrap();
    assert_eq!(pending.workspace.name, ScriptedWorkspace::NAME);
    assert_eq!(pending.origin, ScriptedWorkspace::ORIGIN);
    assert_eq!(pending.user.name, "user1");
}

#[test]
fn another_code_takes_the_place_of_what_was_begun() {
    let scene = lost(&Location::Memory);
    let scene = Scene { link: scene.workspace.issue(2), ..scene };
    scene.activate().unwrap();
    assert!(!scene.is_pending());
    assert_eq!(scene.keys.living(), 2);
}

#[test]
fn what_was_begun_and_is_refused_in_the_end_is_given_up() {
    let scene = lost(&Location::Memory);
    scene.workspace.set_ticket(&scene.link, TicketState::Cancelled);
    let error = scene.resume().unwrap_err();
    assert!(matches!(error, ActivationError::Refused(Problem::TicketCancelled)), "{error}");
    assert!(scene.is_untouched());
    assert!(matches!(scene.resume(), Err(ActivationError::NothingPending)));
}

#[test]
fn without_anything_begun_there_is_nothing_to_go_on_with() {
    let scene = Scene::new();
    assert!(matches!(scene.resume(), Err(ActivationError::NothingPending)));
}

#[test]
fn a_reset_forgets_what_was_begun() {
    let scene = lost(&Location::Memory);
    scene.device.authenticator.factory_reset().unwrap();
    assert!(scene.is_untouched());
}

#[test]
fn what_was_begun_outlives_the_phone_being_switched_off() {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("pocketkey.db"));
    let Scene { device, workspace, keys, link } = lost(&location);
    drop(device);
    let device = open(&location, &keys, &workspace, 2);
    let scene = Scene { device, workspace, keys, link };
    assert!(scene.is_pending());
    scene.resume().unwrap();
    let sent = enrolments(&scene.workspace);
    assert_eq!(sent[0], sent[1]);
}

/// Cuts an activation off while it waits for `waits_for`, restarts the phone, and activates again.
fn cut_off_at(waits_for: fn(&Scene), pending: bool) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File(folder.path().join("pocketkey.db"));
    let scene = Scene::at(&location, offline(10, 3));
    waits_for(&scene);
    let cut = cut_off(scene.device.authenticator.activate(&scene.link, NAME), 3);
    assert!(cut.is_none(), "it was to wait");
    assert_eq!(scene.is_pending(), pending);
    assert!(scene.device.membership().is_none());
    let Scene { device, workspace, keys, link } = scene;
    drop(device);
    let scene = Scene { device: open(&location, &keys, &workspace, 2), workspace, keys, link };
    assert_eq!(scene.is_pending(), pending);
    scene.activate().unwrap();
    assert!(!scene.is_pending());
    assert_eq!(scene.device.authenticator.credentials().unwrap().len(), 1);
    assert_eq!(scene.keys.living(), 2);
}

#[test]
fn cut_off_while_the_offer_is_awaited_it_leaves_nothing() {
    cut_off_at(|scene| scene.workspace.then(Deed::Ignore), false);
}

#[test]
fn cut_off_while_the_person_is_asked_it_leaves_nothing() {
    cut_off_at(|scene| scene.device.user.then(Reaction::Ignore), false);
}

#[test]
fn cut_off_while_the_answer_is_awaited_it_can_be_gone_on_with() {
    let waits = |scene: &Scene| {
        scene.workspace.then(Deed::Answer);
        scene.workspace.then(Deed::Hesitate);
    };
    cut_off_at(waits, true);
}

#[test]
fn it_can_be_cancelled_while_the_person_is_asked_and_while_the_answer_is_awaited() {
    for (waits_for, pending) in [
        ((|scene| scene.device.user.then(Reaction::Ignore)) as fn(&Scene), false),
        (
            |scene| {
                scene.workspace.then(Deed::Answer);
                scene.workspace.then(Deed::Ignore);
            },
            true,
        ),
    ] {
        let scene = Scene::new();
        waits_for(&scene);
        let mut activation = pin!(scene.device.authenticator.activate(&scene.link, NAME));
        let mut task = Context::from_waker(Waker::noop());
        assert!(activation.as_mut().poll(&mut task).is_pending());
        scene.device.authenticator.cancel();
        let Poll::Ready(Err(error)) = activation.as_mut().poll(&mut task) else {
            panic!("it goes on")
        };
        assert!(matches!(error, ActivationError::Cancelled), "{error}");
        assert_eq!(scene.is_pending(), pending);
        assert!(scene.device.membership().is_none());
    }
}
