#![allow(clippy::unwrap_used, clippy::panic)]
use std::fs;

use super::super::Database;

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let content = "not a database, and longer than its header would be ".repeat(10);
    fs::write(&path, &content).unwrap();
    let error = Database::open(&format!("sqlite:{}", path.display())).await.unwrap_err();
    assert!(error.to_string().contains("not a database"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), content);
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("workspace.db").display());
    let _database = Database::open(&url).await.unwrap();
    let mut files = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        files += 1;
    }
    assert_eq!(files, 3);
}

#[tokio::test]
async fn a_commit_is_on_the_disk_when_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("workspace.db").display());
    let database = Database::open(&url).await.unwrap();
    for mut tx in [database.write().await.unwrap(), database.read().await.unwrap()] {
        for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1)] {
            let row = tx.row(&format!("PRAGMA {pragma}"), &[]).await.unwrap().unwrap();
            assert_eq!(row.get::<i64>(0).unwrap(), expected, "{pragma}");
        }
        let row = tx.row("PRAGMA journal_mode", &[]).await.unwrap().unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "wal");
    }
}
