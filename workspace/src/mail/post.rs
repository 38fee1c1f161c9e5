//! The one who carries the outbox's messages away.

use std::time::Duration;

use lettre::message::Mailbox;

use super::{Carrier, CarrierError};
use crate::{
    Workspace,
    model::Action,
    service::Change,
    settings::{self, MailWay},
};

/// How often the outbox is looked at when nothing was put into it: for what is tried again.
const INTERVAL: Duration = Duration::from_secs(15);

/// Whom messages come from, and how they leave.
#[derive(Debug, Clone)]
pub struct Post {
    /// Whom they come from.
    pub from: Mailbox,
    /// How they leave.
    pub carrier: Carrier,
    /// The workspace's host, after which messages are numbered.
    pub host: String,
}

/// Why there is no post.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// The sender is none.
    #[error("messages cannot come from {0:?}: give an address such as Keys <keys@example.org>")]
    From(String),
    /// Messages cannot leave in this way.
    #[error(transparent)]
    Carrier(#[from] CarrierError),
}

impl Post {
    /// As the operator of the workspace on `host` set it.
    ///
    /// # Errors
    /// Any [`PostError`].
    pub fn new(settings: &settings::Mail, host: &str) -> Result<Self, PostError> {
        let from = settings.from.parse().map_err(|_| PostError::From(settings.from.clone()))?;
        let carrier = match &settings.way {
            MailWay::Folder(folder) => Carrier::folder(folder),
            MailWay::Smtp(smtp) => Carrier::smtp(&smtp.url(), host)?,
        };
        Ok(Self { from, carrier, host: host.to_owned() })
    }

    /// Sends what is due, for as long as it is polled. Every instance may have one.
    pub async fn run(&self, workspace: &Workspace) {
        let mut changes = workspace.hub().subscribe();
        loop {
            if let Err(error) = workspace.send_mail(self).await {
                tracing::error!(%error, "the outbox could not be worked on");
            }
            let queued = async {
                loop {
                    match changes.recv().await {
                        Ok(Change { action: Some(other), .. }) if !may_queue(other) => {}
                        Err(tokio::sync::broadcast::error::RecvError::Closed) => {
                            std::future::pending::<()>().await;
                        }
                        // Something was queued, or nobody knows what was missed.
                        _ => return,
                    }
                }
            };
            // Also after an error, so that a database that is gone is not asked without a pause.
            let _ = tokio::time::timeout(INTERVAL, queued).await;
        }
    }
}

/// A ticket that goes by e-mail brings its message with it.
fn may_queue(action: Action) -> bool {
    matches!(action, Action::TicketIssued | Action::MailQueued)
}
