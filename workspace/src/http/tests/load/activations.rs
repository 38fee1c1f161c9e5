//! Phones that activate themselves at the same time.

use std::time::Instant;

use pocketkey_core::protocol::{OfferRequest, Ticket};

use super::tell;
use crate::{
    model::{KeyKind, NewKey, TicketPurpose},
    service::Workspace,
    testing::{self, handset::Handset},
};

/// Phones at the same time, and how many of each come one after the other.
const AT_ONCE: usize = 8;
const EACH: usize = 50;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a check"]
async fn activations_per_second() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let mut rows = Vec::new();
        for row in 0..AT_ONCE {
            rows.push(phones(&workspace, row).await);
        }
        let begin = Instant::now();
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let workspace = workspace.clone();
                tokio::spawn(async move {
                    for (ticket, mut phone) in row {
                        let offer = workspace.offer(&OfferRequest { ticket: ticket.clone() }).await;
                        let enrolment = phone.enrol(&ticket, &offer.unwrap());
                        workspace.enrol(&enrolment).await.unwrap();
                    }
                })
            })
            .collect();
        for row in rows {
            row.await.unwrap();
        }
        let many = u32::try_from(AT_ONCE * EACH).unwrap();
        let rate = f64::from(many) / begin.elapsed().as_secs_f64();
        tell(&site, "activations, the phones' part included", rate, "per second");
    })
    .await;
}

/// Phones with a ticket each.
async fn phones(workspace: &Workspace, row: usize) -> Vec<(Ticket, Handset)> {
    let actor = testing::administrator();
    let mut phones = Vec::new();
    for number in 0..EACH {
        let number = u32::try_from(row * EACH + number).unwrap();
        let user = testing::user(workspace, number).await;
        let new = NewKey { kind: KeyKind::Smartphone, label: "phone".to_owned(), settings: None };
        let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
        let issued = workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await;
        phones.push((issued.unwrap().link.unwrap().ticket, Handset::new()));
    }
    phones
}
