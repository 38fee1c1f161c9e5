//! The phone's own check-ins with its workspace, besides those that requests need.

use std::rc::Rc;
use std::time::Duration;

use pocketkey_core::membership::CheckInError;
use tokio::time::sleep;

use super::session::Session;
use crate::log::Event;

/// How long after an answer the workspace is asked again.
const REGULARLY: Duration = Duration::from_secs(300);
/// How long after none.
const AGAIN: Duration = Duration::from_secs(60);

/// Checks in at the start and every few minutes, where the phone belongs to a workspace.
pub async fn keep_in_touch(session: Rc<Session>) {
    loop {
        let answer = session.authenticator.check_in().await;
        let pause = if answer.is_ok() { REGULARLY } else { AGAIN };
        if !matches!(answer, Err(CheckInError::NotAMember)) {
            session.log.emit(&Event::CheckIn(&answer));
        }
        sleep(pause).await;
    }
}
