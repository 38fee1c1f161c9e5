//! What a phone holds of its workspace, and what it believes of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod answers;
mod check_in;
mod join;
mod record;
mod revocation;
mod sequences;
mod stored;
mod time;

use std::{path::PathBuf, sync::Arc};

use super::{MemberStatus, MembershipStatus, Revocation};
use crate::{
    Location,
    policy::Settings,
    testing::{device::Device, workspace::ScriptedWorkspace},
};

/// A folder that is gone with the test.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("pocketkey.db")
    }

    fn open(&self, workspace: &Arc<ScriptedWorkspace>) -> Device {
        Device::with_workspace(&Location::File(self.database()), workspace)
    }

    /// A store that is a key of the workspace, with two more credentials.
    fn joined(settings: Settings) -> (Self, Arc<ScriptedWorkspace>) {
        let folder = Self::new();
        let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], settings));
        let device = folder.open(&workspace);
        device.join(&workspace).unwrap();
        device.register("example.com", b"one", true);
        device.register("example.com", b"two", true);
        (folder, workspace)
    }

    /// What a power cut would leave, while somebody has the store open.
    fn copy(&self) -> Self {
        let copy = Self::new();
        for entry in std::fs::read_dir(self.0.path()).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), copy.0.path().join(entry.file_name())).unwrap();
        }
        copy
    }

    /// Works on the closed database behind the store's back.
    fn sql(&self, statement: &str) {
        let db = rusqlite::Connection::open(self.database()).unwrap();
        db.execute_batch(statement).unwrap();
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    }
}

fn member(device: &Device) -> MemberStatus {
    match device.membership() {
        Some(MembershipStatus::Member(member)) => member,
        other => panic!("not a member but {other:?}"),
    }
}

fn revocation(device: &Device) -> Revocation {
    match device.membership() {
        Some(MembershipStatus::Revoked(revocation)) => revocation,
        other => panic!("not revoked but {other:?}"),
    }
}
