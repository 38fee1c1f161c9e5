//! Whole activations and check-ins, at the level of the service.

mod activation;
mod check_in;
mod races;
mod refusals;
mod restarts;

use pocketkey_core::{
    policy::{OfflineLogin, Settings},
    protocol::{self, OfferRequest, Problem, Standing, Ticket},
};

use crate::{
    model::{Action, Event, EventQuery, Key, KeyKind, NewKey, PageRequest, TicketPurpose},
    service::{ServiceError, Workspace},
    testing::{self, handset::Handset},
};

/// A smartphone of the user with this number.
async fn smartphone(workspace: &Workspace, number: u32, settings: Settings) -> Key {
    let user = testing::user(workspace, number).await;
    let new = NewKey {
        kind: KeyKind::Smartphone,
        label: "Smartphone".to_owned(),
        settings: Some(settings),
    };
    workspace.assign_key(&testing::administrator(), user.id, &new).await.unwrap()
}

/// What the QR of a key says.
async fn ticket(workspace: &Workspace, key: &Key) -> Ticket {
    let actor = testing::administrator();
    let issued = workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await.unwrap();
    issued.link.unwrap().ticket
}

async fn offer(workspace: &Workspace, ticket: &Ticket) -> Result<String, Problem> {
    problem(workspace.offer(&OfferRequest { ticket: ticket.clone() }).await)
}

async fn enrol(workspace: &Workspace, message: &str) -> Result<String, Problem> {
    problem(workspace.enrol(message).await)
}

fn problem(answer: Result<String, ServiceError>) -> Result<String, Problem> {
    answer.map_err(|error| match error {
        ServiceError::Problem(problem) => problem,
        other => panic!("{other}"),
    })
}

/// A phone that is active.
async fn activated(workspace: &Workspace, key: &Key) -> Handset {
    let ticket = ticket(workspace, key).await;
    let offer = offer(workspace, &ticket).await.unwrap();
    let mut phone = Handset::new();
    let answer = workspace.enrol(&phone.enrol(&ticket, &offer)).await.unwrap();
    standing(workspace, &answer);
    phone
}

/// What the workspace has signed.
fn standing(workspace: &Workspace, answer: &str) -> Standing {
    protocol::open(answer, &workspace.public_key()).unwrap()
}

fn offline(uses: u32, days: u16) -> Settings {
    Settings { offline_login: Some(OfflineLogin { uses, days }), ..Settings::default() }
}

/// Events of a kind, newest first.
async fn events(workspace: &Workspace, action: Action) -> Vec<Event> {
    let query = EventQuery { action: Some(action), ..EventQuery::default() };
    let page = PageRequest { limit: 200, ..PageRequest::default() };
    workspace.events(&query, &page).await.unwrap().items
}

fn reason(event: &Event) -> &str {
    event.details["reason"].as_str().unwrap()
}
