//! What phones ask of the workspace: an offer for a ticket, to be enrolled, and how they stand.

mod check_in;
mod enrolment;
mod offer;
mod proof;
mod standing;
#[cfg(test)]
mod tests;

use pocketkey_core::protocol::Problem;

use super::{
    ServiceError, Workspace,
    refusals::{Refused, stranger},
};
use crate::{
    data::activations::Activation,
    model::{Action, Actor, ActorKind, KeyId},
};

/// The phone that is a key.
fn phone(key: KeyId, device_name: &str) -> Actor {
    let name = if device_name.is_empty() { "phone" } else { device_name };
    Actor { kind: ActorKind::Phone, id: key.to_string(), name: name.to_owned() }
}

impl Workspace {
    /// Logs that an activation was refused, and gives what the phone is told.
    async fn refuse(
        &self,
        activation: Option<&Activation>,
        problem: Problem,
        reason: &str,
    ) -> ServiceError {
        let refused = Refused {
            action: Action::KeyActivationRefused,
            actor: stranger("holder of a ticket"),
            key: activation.map(|activation| (activation.key, activation.label.as_str())),
            user: activation.map(|activation| activation.owner),
            reason,
        };
        match self.log_refusal(refused).await {
            Ok(()) => problem.into(),
            Err(error) => error,
        }
    }
}
