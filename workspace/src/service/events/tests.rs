#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::{
    db::{Value, values},
    model::{ActorKind, KeyKind, NewKey, UserId},
    testing::{administrator, each_database, each_site, user, workspace},
};

/// A workspace with a log of eight entries.
async fn with_entries(workspace: &Workspace) {
    for number in 1..=7 {
        user(workspace, number).await;
    }
    assert_eq!(workspace.verify_log().await.unwrap(), Ok(8));
}

async fn tamper(workspace: &Workspace, sql: &str, values: &[Value]) {
    let mut tx = workspace.db().write().await.unwrap();
    assert_eq!(tx.execute(sql, values).await.unwrap(), 1, "{sql}");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_part_of_an_entry_is_held_by_its_hash() {
    each_database(|workspace| async move {
        with_entries(&workspace).await;
        let other = "'0190a0a0-0000-7000-8000-000000000000'";
        let columns = [
            ("at", "at + 1"),
            ("actor_kind", "'token'"),
            ("actor_id", "'other'"),
            ("actor_name", "'other'"),
            ("action", "'user.removed'"),
            ("subject_kind", "'other'"),
            ("subject_id", "'other'"),
            ("subject_name", "'other'"),
            ("about_user", other),
            ("about_user", "NULL"),
            ("about_key", other),
            ("details", "'{}'"),
        ];
        for (column, other) in columns {
            let mut tx = workspace.db().write().await.unwrap();
            let update = format!("UPDATE events SET {column} = {other} WHERE sequence = 4");
            assert_eq!(tx.execute(&update, &[]).await.unwrap(), 1);
            let found = events::verify(&mut tx, workspace.id(), &workspace.public_key()).await;
            assert_eq!(found.unwrap(), Err(LogDamage::Changed(4)), "{column}");
        }
        // What is moved from one part to the next reads differently.
        let moved = "UPDATE events SET actor_id = 'adm', actor_name = 'inadmin' WHERE sequence = 4";
        tamper(&workspace, moved, &[]).await;
        assert_eq!(workspace.verify_log().await.unwrap(), Err(LogDamage::Changed(4)));
    })
    .await;
}

#[tokio::test]
async fn what_is_removed_swapped_or_cut_off_shows() {
    let remove = "DELETE FROM events WHERE sequence = $1";
    let removed = workspace().await;
    with_entries(&removed).await;
    tamper(&removed, remove, values![3_i64]).await;
    assert_eq!(removed.verify_log().await.unwrap(), Err(LogDamage::Missing(3)));
    let first = workspace().await;
    with_entries(&first).await;
    tamper(&first, remove, values![1_i64]).await;
    assert_eq!(first.verify_log().await.unwrap(), Err(LogDamage::Missing(1)));
    // What comes after it moved up: the chain does not fit.
    let closed = workspace().await;
    with_entries(&closed).await;
    tamper(&closed, remove, values![8_i64]).await;
    tamper(&closed, "UPDATE events SET sequence = 8 WHERE sequence = 7", &[]).await;
    assert_eq!(closed.verify_log().await.unwrap(), Err(LogDamage::Missing(7)));
    tamper(&closed, "UPDATE events SET sequence = 7 WHERE sequence = 8", &[]).await;
    let damage = LogDamage::CutOff { found: 7, expected: 8 };
    assert_eq!(closed.verify_log().await.unwrap(), Err(damage));
    // A head that agrees in number only.
    tamper(&closed, "UPDATE log_head SET sequence = 7", &[]).await;
    assert_eq!(closed.verify_log().await.unwrap(), Err(LogDamage::Changed(7)));
    let swapped = workspace().await;
    with_entries(&swapped).await;
    for (from, to) in [(3_i64, 99_i64), (4, 3), (99, 4)] {
        let update = "UPDATE events SET sequence = $2 WHERE sequence = $1";
        tamper(&swapped, update, values![from, to]).await;
    }
    assert_eq!(swapped.verify_log().await.unwrap(), Err(LogDamage::Changed(3)));
}

#[tokio::test]
async fn a_log_that_was_written_anew_without_the_key_is_not_signed() {
    let workspace = workspace().await;
    with_entries(&workspace).await;
    let stranger = crate::service::Signer::from_seed(&[9; 32]).unwrap();
    let mut tx = workspace.db().write().await.unwrap();
    let event = workspace.workspace_event(&administrator(), Action::EventsExported, json!(null));
    events::append(&mut tx, &stranger, event).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(workspace.verify_log().await.unwrap(), Err(LogDamage::NotSigned(9)));
    // Nor can an entry's signature serve for another.
    let first = "(SELECT signature FROM events WHERE sequence = 1)";
    let update = format!("UPDATE events SET signature = {first} WHERE sequence = 2");
    tamper(&workspace, &update, &[]).await;
    assert_eq!(workspace.verify_log().await.unwrap(), Err(LogDamage::NotSigned(2)));
}

#[tokio::test]
async fn instances_that_log_at_once_make_one_chain_without_gaps() {
    each_site(|site| async move {
        let (one, two) = (site.instance().await, site.instance().await);
        let add = async |workspace: &Workspace, start: u32| {
            for number in start..start + 10 {
                user(workspace, number).await;
            }
        };
        tokio::join!(add(&one, 0), add(&two, 10), add(&one, 20), add(&two, 30));
        assert_eq!(one.verify_log().await.unwrap(), Ok(41));
    })
    .await;
}

#[tokio::test]
async fn a_long_log_is_verified_to_its_end() {
    let workspace = workspace().await;
    let event = workspace.workspace_event(&administrator(), Action::UsersExported, json!(null));
    let mut tx = workspace.db().write().await.unwrap();
    workspace.log_all(&mut tx, vec![event; 1500]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(workspace.verify_log().await.unwrap(), Ok(1501));
    tamper(&workspace, "UPDATE events SET at = 0 WHERE sequence = 1501", &[]).await;
    assert_eq!(workspace.verify_log().await.unwrap(), Err(LogDamage::Changed(1501)));
}

#[tokio::test]
async fn events_are_found_by_what_they_are_about() {
    each_site(|site| async move {
        let workspace = site.instance().await;
        let admin = administrator();
        let first = user(&workspace, 1).await;
        site.time.pass(60);
        let second = user(&workspace, 2).await;
        let new = NewKey { kind: KeyKind::Card, label: "Blue card".to_owned(), settings: None };
        let key = workspace.assign_key(&admin, second.id, &new).await.unwrap();
        let now = site.time.now();
        let found = async |query: EventQuery| -> Vec<u64> {
            let page = workspace.events(&query, &PageRequest::default()).await.unwrap();
            assert_eq!(page.total, u64::try_from(page.items.len()).unwrap());
            page.items.iter().map(|event| event.sequence).collect()
        };
        let all = EventQuery::default;
        assert_eq!(found(all()).await, [4, 3, 2, 1]);
        let search = |part: &str| EventQuery { search: Some(part.to_owned()), ..all() };
        assert_eq!(found(search("BLUE")).await, [4]);
        assert_eq!(found(search(" admin")).await, [4, 3, 2]);
        assert!(found(search("%")).await.is_empty());
        let of = |user: UserId| EventQuery { user: Some(user), ..all() };
        assert_eq!(found(of(first.id)).await, [2]);
        assert_eq!(found(of(second.id)).await, [4, 3]);
        assert_eq!(found(EventQuery { key: Some(key.id), ..all() }).await, [4]);
        let added = Some(Action::UserAdded);
        assert_eq!(found(EventQuery { action: added, ..of(second.id) }).await, [3]);
        let by = Some(ActorKind::Workspace);
        assert_eq!(found(EventQuery { actor: by, ..all() }).await, [1]);
        assert_eq!(found(EventQuery { from: Some(now), ..all() }).await, [4, 3]);
        assert_eq!(found(EventQuery { until: Some(now), ..all() }).await, [2, 1]);
    })
    .await;
}

#[tokio::test]
async fn pages_of_events_are_turned_both_ways() {
    let workspace = workspace().await;
    with_entries(&workspace).await;
    let turn = async |cursor: Option<String>| {
        let request = PageRequest { cursor, limit: 3 };
        let page = workspace.events(&EventQuery::default(), &request).await.unwrap();
        let sequences: Vec<_> = page.items.iter().map(|event| event.sequence).collect();
        (sequences, page.previous, page.next)
    };
    let (first, none, next) = turn(None).await;
    assert_eq!((first, none), (vec![8, 7, 6], None));
    let (second, _, next) = turn(next).await;
    assert_eq!(second, [5, 4, 3]);
    let (third, previous, none) = turn(next).await;
    assert_eq!((third, none), (vec![2, 1], None));
    let (second, previous, _) = turn(previous).await;
    assert_eq!(second, [5, 4, 3]);
    let (first, none, _) = turn(previous).await;
    assert_eq!((first, none), (vec![8, 7, 6], None));
}

#[tokio::test]
async fn an_export_has_every_entry_and_is_one_itself() {
    each_database(|workspace| async move {
        with_entries(&workspace).await;
        let admin = administrator();
        let all = EventQuery::default();
        let lines = workspace.export_events(&admin, &all, ExportFormat::Jsonl).await.unwrap();
        let lines: Vec<Event> =
            serde_json::Deserializer::from_slice(&lines).into_iter().map(Result::unwrap).collect();
        assert_eq!(
            lines.iter().map(|event| event.sequence).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8]
        );
        let csv = workspace.export_events(&admin, &all, ExportFormat::Csv).await.unwrap();
        let mut csv = csv::Reader::from_reader(csv.as_slice());
        let hashes: Vec<_> = csv.records().map(|record| record.unwrap()[12].to_owned()).collect();
        assert_eq!(hashes.len(), 9);
        assert_eq!(hashes[7], lines[7].hash);
        let exports = EventQuery { action: Some(Action::EventsExported), ..all };
        let exports = workspace.events(&exports, &PageRequest::default()).await.unwrap();
        assert_eq!(exports.total, 2);
    })
    .await;
}
