//! How much a workspace takes: run by `cargo xtask bench`, which reads the lines that begin with
//! `load:`.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use crate::{
    http::testing::Lab,
    model::{KeyKind, NewKey, TicketPurpose},
    testing::{self, Site, handset::Handset},
};
use pocketkey_core::protocol::OfferRequest;

const ACTIVATIONS: u32 = 400;
/// Phones that activate themselves at the same time, and how many one after the other.
const AT_ONCE: usize = 8;
const EACH: usize = 50;
const USERS: u32 = 100_000;
const LOADS: usize = 21;

fn database(site: &Site) -> &'static str {
    if site.is_postgres() { "PostgreSQL" } else { "SQLite" }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a check"]
async fn activations_per_second() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let actor = testing::administrator();
        let mut tickets = Vec::new();
        for number in 0..ACTIVATIONS {
            let user = testing::user(&workspace, number).await;
            let new =
                NewKey { kind: KeyKind::Smartphone, label: "phone".to_owned(), settings: None };
            let key = workspace.assign_key(&actor, user.id, &new).await.unwrap();
            let issued = workspace.issue_ticket(&actor, key.id, TicketPurpose::ActivateNow).await;
            tickets.push((issued.unwrap().link.unwrap().ticket, Handset::new()));
        }
        let begin = Instant::now();
        let mut phones = Vec::new();
        for _ in 0..AT_ONCE {
            let some = tickets.split_off(tickets.len().saturating_sub(EACH));
            let workspace = workspace.clone();
            phones.push(tokio::spawn(async move {
                for (ticket, mut phone) in some {
                    let offer = workspace.offer(&OfferRequest { ticket: ticket.clone() }).await;
                    let enrolment = phone.enrol(&ticket, &offer.unwrap());
                    workspace.enrol(&enrolment).await.unwrap();
                }
            }));
        }
        for phone in phones {
            phone.await.unwrap();
        }
        let rate = f64::from(ACTIVATIONS) / begin.elapsed().as_secs_f64();
        println!("load: activations on {}: {rate:.0} per second", database(&site));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a check"]
async fn pages_of_a_hundred_thousand_users() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let begin = Instant::now();
        for first in [0, USERS / 2] {
            let file = file(first..first + USERS / 2);
            workspace.import(&testing::administrator(), file.as_bytes()).await.unwrap();
        }
        let took = begin.elapsed().as_secs_f64();
        println!("load: import of 100,000 users on {}: {took:.1} s", database(&site));
        let lab = Lab::of(workspace, testing::ORIGIN, site.time.clone());
        let (_, mut browser) = lab.owners_browser().await;
        for (what, path) in [
            ("first page", "/admin/users"),
            ("sorted by user name, from the end", "/admin/users?sort=user-name&descending=on"),
            ("search that finds one", "/admin/users?search=user099999"),
            ("search that finds all", "/admin/users?search=example.org"),
            ("by state", "/admin/users?state=not-invited"),
        ] {
            let mut times = Vec::new();
            for _ in 0..LOADS {
                let begin = Instant::now();
                let page = browser.get(path).await;
                times.push(begin.elapsed());
                assert!(page.status.is_success() && page.body.contains("user0"), "{path}");
            }
            times.sort();
            let median = times[LOADS / 2].max(Duration::from_micros(1)).as_secs_f64() * 1e3;
            println!("load: 100,000 users on {}, {what}: {median:.1} ms", database(&site));
        }
    })
    .await;
}

/// A file as an administrator imports it.
fn file(numbers: Range<u32>) -> String {
    let mut csv = "user_id,name,email,user_name,groups\n".to_owned();
    for number in numbers {
        csv.push_str(&format!(
            "id-{number},User {number:06},user{number:06}@example.org,user{number:06},Group {}\n",
            number % 20
        ));
    }
    csv
}
