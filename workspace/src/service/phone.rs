//! What phones ask of the workspace: an offer for a ticket, to be enrolled, and how they stand.

mod check_in;
mod enrolment;
mod offer;
mod proof;
mod standing;
#[cfg(test)]
mod tests;

use pocketkey_core::protocol::Problem;
use serde_json::json;

use super::{NewEvent, ServiceError, Workspace};
use crate::{
    data::activations::Activation,
    model::{Action, Actor, ActorKind, KeyId, Subject},
};

/// Somebody who has a ticket and nothing else to be recognised by.
fn ticket_holder() -> Actor {
    Actor { kind: ActorKind::Stranger, id: String::new(), name: "holder of a ticket".to_owned() }
}

/// The phone that is a key.
fn phone(key: KeyId, device_name: &str) -> Actor {
    let name = if device_name.is_empty() { "phone" } else { device_name };
    Actor { kind: ActorKind::Phone, id: key.to_string(), name: name.to_owned() }
}

fn key_subject(key: KeyId, label: &str) -> Subject {
    Subject { kind: "key".to_owned(), id: key.to_string(), name: label.to_owned() }
}

impl Workspace {
    /// Logs that an activation was refused, as far as there is room for it, and gives what the phone
    /// is told.
    async fn refuse(
        &self,
        activation: Option<&Activation>,
        problem: Problem,
        reason: &str,
    ) -> ServiceError {
        let now = self.now();
        let key = activation.map(|activation| activation.key);
        let Some(silent) = self.refusals().admit(key, now) else { return problem.into() };
        let subject = match activation {
            Some(activation) => key_subject(activation.key, &activation.label),
            None => Subject {
                kind: "workspace".to_owned(),
                id: self.id().to_owned(),
                name: self.config().name.clone(),
            },
        };
        let mut details = json!({ "reason": reason });
        if silent > 0
            && let Some(details) = details.as_object_mut()
        {
            details.insert("not_logged_before".to_owned(), silent.into());
        }
        let event = NewEvent {
            at: now,
            actor: ticket_holder(),
            action: Action::KeyActivationRefused,
            subject,
            user: activation.map(|activation| activation.owner),
            key,
            details,
        };
        match self.log_alone(event).await {
            Ok(()) => problem.into(),
            Err(error) => error,
        }
    }
}
