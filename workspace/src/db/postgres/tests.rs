#![allow(clippy::unwrap_used, clippy::panic)]
use std::time::Duration;

use tokio_postgres::config::SslMode;

use super::{super::Heard, address};
use crate::testing::each_site;

fn mode(url: &str) -> SslMode {
    address::read(url).unwrap().0.get_ssl_mode()
}

#[test]
fn only_this_machine_is_spoken_to_without_tls_unless_the_address_says_so() {
    for url in [
        "postgres://u@localhost/x",
        "postgres://u@127.0.0.1:5433/x",
        "postgres://u@[::1]/x",
        "postgres://u@%2Frun%2Fpostgresql/x",
        "postgresql:///x?host=/run/postgresql&user=u",
        "postgres://u@db.example/x?sslmode=disable",
    ] {
        assert_eq!(mode(url), SslMode::Disable, "{url}");
    }
    for url in [
        "postgres://u@db.example/x",
        "postgres://u@localhost,db.example/x",
        "postgres://u@192.0.2.1/x?connect_timeout=5",
        "postgres://u@localhost/x?sslmode=require",
        "postgres://u@db.example/x?connect_timeout=5&sslmode=verify-full",
    ] {
        assert_eq!(mode(url), SslMode::Require, "{url}");
    }
}

#[tokio::test]
async fn listening_goes_on_after_the_connection_was_lost() {
    each_site(|site| async move {
        if !site.is_postgres() {
            return;
        }
        let (one, two) = (site.database().await, site.database().await);
        let mut listener = one.listen();
        let say = async |message: &str| {
            let mut tx = two.write().await.unwrap();
            tx.notify(message).await.unwrap();
            tx.commit().await.unwrap();
        };
        say("before").await;
        assert_eq!(listener.next().await, Some(Heard::Message("before".to_owned())));
        let mut tx = two.write().await.unwrap();
        tx.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
            &[],
        )
        .await
        .unwrap();
        drop(tx);
        let heard = tokio::time::timeout(Duration::from_secs(20), listener.next()).await.unwrap();
        assert_eq!(heard, Some(Heard::Gap));
        say("after").await;
        assert_eq!(listener.next().await, Some(Heard::Message("after".to_owned())));
        // A pooled connection that was lost is replaced.
        drop(one.write().await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn two_transactions_that_wait_for_each_other_are_told_apart() {
    each_site(|site| async move {
        if !site.is_postgres() {
            return;
        }
        let db = site.database().await;
        let (mut one, mut two) = (db.write().await.unwrap(), db.write().await.unwrap());
        let lock = |key: i64| format!("SELECT pg_advisory_xact_lock({key})");
        one.execute(&lock(1), &[]).await.unwrap();
        two.execute(&lock(2), &[]).await.unwrap();
        let (one_waits, two_waits) = (lock(2), lock(1));
        let (first, second) = tokio::join!(
            async {
                let result = one.execute(&one_waits, &[]).await;
                drop(one);
                result
            },
            async {
                let result = two.execute(&two_waits, &[]).await;
                drop(two);
                result
            }
        );
        let refused = [&first, &second].into_iter().filter(|result| result.is_err()).count();
        assert_eq!(refused, 1);
        let error = first.err().or(second.err()).unwrap();
        assert!(matches!(error, super::DbError::Conflict), "{error}");
    })
    .await;
}
