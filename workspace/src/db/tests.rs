#![allow(clippy::unwrap_used, clippy::panic)]
use std::time::Duration;

use tokio::{join, time::timeout};

use super::*;
use crate::testing::each_site;

const NOTES: &str = "CREATE TABLE notes (
    id TEXT PRIMARY KEY, number BIGINT, kind TEXT, bytes {bytes}
) {table}";

/// A database with a table to play with.
async fn with_notes(site: &crate::testing::Site) -> Database {
    let db = site.database().await;
    let mut tx = db.write().await.unwrap();
    let table = tx.dialect().translate(NOTES);
    tx.execute(&table, &[]).await.unwrap();
    tx.execute("CREATE UNIQUE INDEX notes_number_kind_key ON notes (number, kind)", &[])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    db
}

async fn note(tx: &mut Transaction, id: &str, number: i64) -> Result<u64, DbError> {
    let insert = "INSERT INTO notes (id, number, kind) VALUES ($1, $2, 'k')";
    tx.execute(insert, values![id, number]).await
}

async fn count(db: &Database) -> i64 {
    let mut tx = db.read().await.unwrap();
    tx.row("SELECT COUNT(*) FROM notes", &[]).await.unwrap().unwrap().get(0).unwrap()
}

#[tokio::test]
async fn every_kind_of_value_comes_back_as_it_went() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut tx = db.write().await.unwrap();
        // The second statement uses its values in another order than they are numbered.
        tx.execute(
            "INSERT INTO notes (id, number, kind, bytes) VALUES ($2, $1, $4, $3)",
            values![i64::MIN, "\u{e4} '$1' ?2", [0_u8, 255], None::<String>],
        )
        .await
        .unwrap();
        let row = tx.row("SELECT id, number, kind, bytes, 1 FROM notes", &[]).await.unwrap();
        let row = row.unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "\u{e4} '$1' ?2");
        assert_eq!(row.get::<i64>(1).unwrap(), i64::MIN);
        assert_eq!(row.get::<Option<String>>(2).unwrap(), None);
        assert_eq!(row.get::<Vec<u8>>(3).unwrap(), [0, 255]);
        assert!(row.get::<bool>(4).unwrap());
        assert!(row.get::<i64>(0).is_err() && row.get::<u64>(1).is_err());
        assert!(row.get::<String>(2).is_err() && row.get::<i64>(9).is_err());
        tx.execute(
            "UPDATE notes SET number = $1, bytes = $2",
            values![None::<i64>, None::<Vec<u8>>],
        )
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn text_is_ordered_by_its_bytes() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut tx = db.write().await.unwrap();
        for (number, id) in (0..).zip(["b", "\u{e4}", "B", "a b", "ab", "_"]) {
            note(&mut tx, id, number).await.unwrap();
        }
        let rows = tx.rows("SELECT id FROM notes ORDER BY id", &[]).await.unwrap();
        let order: Vec<String> = rows.iter().map(|row| row.get(0).unwrap()).collect();
        assert_eq!(order, ["B", "_", "a b", "ab", "b", "\u{e4}"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_committed_never_was() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut listener = db.listen();
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "dropped", 1).await.unwrap();
        tx.notify("dropped").await.unwrap();
        drop(tx);
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "kept", 2).await.unwrap();
        tx.notify("kept").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&db).await, 1);
        assert_eq!(listener.next().await, Some(Heard::Message("kept".to_owned())));
    })
    .await;
}

#[tokio::test]
async fn an_error_ends_the_transaction_and_names_the_constraint() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "one", 1).await.unwrap();
        let error = note(&mut tx, "another", 1).await.unwrap_err();
        assert!(error.breaks("notes_number_kind_key"), "{error}");
        assert!(matches!(note(&mut tx, "more", 2).await, Err(DbError::Failed(_))));
        assert!(tx.commit().await.is_err());
        assert_eq!(count(&db).await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_refers_to_something_removed_is_a_conflict() {
    each_site(|site| async move {
        let mut tx = site.database().await.write().await.unwrap();
        let insert = "INSERT INTO memberships (member, group_id) VALUES ('nobody', 'nothing')";
        assert!(matches!(tx.execute(insert, &[]).await, Err(DbError::Conflict)));
    })
    .await;
}

#[tokio::test]
async fn who_stops_waiting_leaves_the_database_usable() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        for round in 0..20 {
            let mut tx = db.write().await.unwrap();
            // Dropped in the middle of a statement, or of the commit.
            let work = async {
                for number in round * 4..round * 4 + 4 {
                    note(&mut tx, &number.to_string(), number).await?;
                }
                tx.commit().await
            };
            let time = Duration::from_micros(round.unsigned_abs() * 100);
            let _ = timeout(time, work).await;
            // A commit may end later: all of a round is there, or nothing.
            assert_eq!(count(&db).await % 4, 0);
        }
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "last", 999).await.unwrap();
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_looks_sees_one_moment_and_changes_nothing() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let select = "SELECT COUNT(*) FROM notes";
        let mut reader = db.read().await.unwrap();
        let before: i64 = reader.row(select, &[]).await.unwrap().unwrap().get(0).unwrap();
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "new", 1).await.unwrap();
        tx.commit().await.unwrap();
        let after: i64 = reader.row(select, &[]).await.unwrap().unwrap().get(0).unwrap();
        assert_eq!((before, after), (0, 0));
        drop(reader);
        assert_eq!(count(&db).await, 1);
        let mut reader = db.read().await.unwrap();
        assert!(note(&mut reader, "2", 2).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn who_locks_a_row_sees_what_the_other_made_of_it() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut tx = db.write().await.unwrap();
        note(&mut tx, "counter", 0).await.unwrap();
        tx.commit().await.unwrap();
        let other = site.database().await;
        let add = async |db: &Database| {
            for _ in 0..10 {
                let mut tx = db.write().await.unwrap();
                let select = "SELECT number FROM notes WHERE id = 'counter' FOR UPDATE";
                let number: i64 = tx.row(select, &[]).await.unwrap().unwrap().get(0).unwrap();
                tx.execute("UPDATE notes SET number = $1", values![number + 1]).await.unwrap();
                tx.commit().await.unwrap();
            }
        };
        join!(add(&db), add(&other), add(&db));
        let mut tx = db.read().await.unwrap();
        let row = tx.row("SELECT number FROM notes", &[]).await.unwrap().unwrap();
        assert_eq!(row.get::<i64>(0).unwrap(), 30);
    })
    .await;
}

#[tokio::test]
async fn rows_are_inserted_many_at_a_time() {
    each_site(|site| async move {
        let db = with_notes(&site).await;
        let mut tx = db.write().await.unwrap();
        for (start, rows) in [(0, 0), (0, 1), (1, 3), (4, 255), (259, 256), (515, 600)] {
            let rows: Vec<_> = (start..start + rows)
                .map(|number: i64| values![number.to_string(), number].to_vec())
                .collect();
            let inserted = insert_all(&mut tx, "notes (id, number)", &rows, "").await.unwrap();
            assert_eq!(inserted, u64::try_from(rows.len()).unwrap());
        }
        let mut select = Query::new("SELECT COUNT(*) FROM notes WHERE id");
        select.any_of(["1", "3", "5"]);
        assert_eq!(select.count(&mut tx).await.unwrap(), 3);
        let mut select = Query::new("SELECT COUNT(*) FROM notes WHERE id");
        select.any_of(Vec::<String>::new());
        assert_eq!(select.count(&mut tx).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn instances_may_begin_at_once_on_a_new_database() {
    each_site(|site| async move {
        let (one, two, three) = join!(site.instance(), site.instance(), site.instance());
        assert_eq!((one.id(), two.id()), (two.id(), three.id()));
        assert_eq!(one.verify_log().await.unwrap(), Ok(1));
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    each_site(|site| async move {
        let db = site.database().await;
        let mut tx = db.write().await.unwrap();
        let insert = "INSERT INTO schema_steps (step, name, taken_at) VALUES (99, 'later', 0)";
        tx.execute(insert, &[]).await.unwrap();
        tx.commit().await.unwrap();
        let error = Database::open(&site.url).await.unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_workspace_refuses_another_key_than_it_began_with() {
    each_site(|site| async move {
        site.instance().await;
        let signer = crate::service::Signer::from_seed(&[8; 32]).unwrap();
        let db = site.database().await;
        let error = crate::Workspace::open(db, signer, crate::testing::config()).await;
        assert!(error.unwrap_err().to_string().contains("not the key"));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_none_says_what_it_should_be() {
    for (url, expected) in [
        ("mysql://x", "must be sqlite:PATH or postgres://"),
        ("sqlite:/nowhere/at/all.db", "No such file"),
        ("postgres://u:secret@h:port/x", "should be postgres://USER"),
        ("postgres://u:secret@localhost/x?sslmode=prefer", "sslmode=verify-full"),
        ("postgres://u@localhost/x?sslmode=verify-full&sslrootcert=/no", "sslrootcert=/no"),
    ] {
        let error = Database::open(url).await.unwrap_err().to_string();
        assert!(error.contains(expected) && !error.contains("secret"), "{error}");
    }
}
