//! Pages of the list of all users, of whom there are a hundred thousand: from the request to the
//! whole page, through everything but the network.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use super::tell;
use crate::{
    data::users,
    http::testing::{Browser, Lab},
    model::{PageRequest, UserQuery},
    service::Workspace,
    testing::{self, Site},
    values,
};

const USERS: u32 = 100_000;

/// How often each page is loaded; the middle one counts.
const LOADS: usize = 15;

/// The most users that one page of the data layer has.
const STRIDE: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a check"]
async fn pages_of_a_hundred_thousand_users() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        fill(&site, &workspace).await;
        let deep = cursor_in_the_middle(&workspace).await;
        let groups = workspace.groups().await.unwrap();
        let group = |name: &str| {
            let found = groups.iter().find(|(group, _)| group.name == name).unwrap();
            format!("group={}", found.0.id)
        };
        let (half, few) = (group("Half"), group("Few"));
        let lab = Lab::of(workspace, testing::ORIGIN, site.time.clone());
        let (_, mut browser) = lab.owners_browser().await;
        let both = |one: &str, other: &str| format!("{one}&{other}");
        for (what, query) in [
            ("all", String::new()),
            ("from the end", "descending=true".to_owned()),
            ("in the middle", format!("cursor={deep}")),
            ("by user name", "sort=user-name".to_owned()),
            ("by user ID", "sort=user-id".to_owned()),
            ("newest first", "sort=created&descending=true".to_owned()),
            ("blocked, a tenth", "state=blocked".to_owned()),
            ("blocked, newest first", "state=blocked&sort=created&descending=true".to_owned()),
            ("group of half", half.clone()),
            ("group of half, from the end", both(&half, "descending=true")),
            ("group of half, blocked", both(&half, "state=blocked")),
            ("group of 40", few.clone()),
            ("search: all match", "search=person".to_owned()),
            ("search: a tenth match", "search=person.1".to_owned()),
            ("search: eleven match", "search=person1234".to_owned()),
            ("search: one matches", "search=person.99999%40".to_owned()),
            ("search: none matches", "search=nobody".to_owned()),
            ("two letters, all match", "search=er".to_owned()),
            ("two letters, a tenth match", "search=77".to_owned()),
            ("two letters, few match", "search=zu".to_owned()),
            ("two letters, none matches", "search=qx".to_owned()),
            ("two letters in the group of half", both(&half, "search=77")),
            ("search in the group of half, blocked", both(&half, "search=999&state=blocked")),
        ] {
            let took = median(&mut browser, &format!("/admin/users?{query}")).await;
            tell(&site, &format!("100,000 users, {what}"), took.as_secs_f64() * 1e3, "ms");
        }
    })
    .await;
}

/// Imports everybody as an administrator does, then makes some active and some blocked.
async fn fill(site: &Site, workspace: &Workspace) {
    let begin = Instant::now();
    for first in [0, USERS / 2] {
        let file = file(first..first + USERS / 2);
        workspace.import(&testing::administrator(), file.as_bytes()).await.unwrap();
    }
    tell(site, "import of 100,000 users", begin.elapsed().as_secs_f64(), "s");
    let mut tx = workspace.db().write().await.unwrap();
    for (state, every) in [("active", 3_i64), ("blocked", 10)] {
        let change = "UPDATE users SET state = $1
                      WHERE CAST(substr(user_name, 7) AS BIGINT) % CAST($2 AS BIGINT) = 0";
        tx.execute(change, values![state, every]).await.unwrap();
    }
    // What PostgreSQL does by itself a minute later.
    users::recount(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// A file as an administrator imports it. Names are scattered, so that no order is that of the file.
fn file(numbers: Range<u32>) -> String {
    let mut csv = "user_id,name,email,user_name,groups\n".to_owned();
    for number in numbers {
        let scattered = number.wrapping_mul(2_654_435_761) % 1_000_003;
        let rare = if number % 5_000 == 3 { " zu Hause" } else { "" };
        let mut groups = vec![format!("Group {}", number % 20)];
        if number % 2 == 0 {
            groups.push("Half".to_owned());
        }
        if number % 2_500 == 7 {
            groups.push("Few".to_owned());
        }
        csv.push_str(&format!(
            "S-{scattered:07}-{number},Person {scattered:07}{rare} of the Organisation,\
             person.{number}@organisation.example.org,person{number},{}\n",
            groups.join(";")
        ));
    }
    csv
}

/// Where the second half of the list begins: reached page by page, as no address says it.
async fn cursor_in_the_middle(workspace: &Workspace) -> String {
    let mut cursor = None;
    for _ in 0..USERS / 2 / STRIDE {
        let request = PageRequest { cursor, limit: STRIDE };
        cursor = workspace.users(&UserQuery::default(), &request).await.unwrap().next;
    }
    cursor.unwrap()
}

/// How long a page takes in the middle of many, which are all the right one.
async fn median(browser: &mut Browser, path: &str) -> Duration {
    let mut times = Vec::new();
    for _ in 0..LOADS {
        let begin = Instant::now();
        let page = browser.get(path).await;
        times.push(begin.elapsed());
        let none = path.contains("nobody") || path.contains("qx");
        let expected = if none { "No user matches" } else { "Person " };
        assert!(page.status.is_success() && page.body.contains(expected), "{path}: {}", page.body);
    }
    times.sort();
    times[LOADS / 2]
}
