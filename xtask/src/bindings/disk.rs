//! A disk that can be filled, and one that cannot be written, for the tests of the SDKs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{ask, root};

/// What tells a test the folder.
pub const NAME: &str = "POCKETKEY_DISK";

/// Mounts 1 MiB in memory at `room` in the folder `$1`, and the same at `read-only`, where nobody can write;
/// then runs the rest.
const MOUNT: &str = "mount -t tmpfs -o size=1m,mode=700 tmpfs \"$1/room\"; \
    mount --bind \"$1/room\" \"$1/read-only\"; mount -o remount,bind,ro \"$1/read-only\"; \
    shift; exec \"$@\"";

/// A folder in which a program that is run in its own mount namespace finds two file systems. Nothing stays
/// mounted.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// The folder; none where this machine lets nobody mount anything.
    pub fn new() -> Option<Self> {
        let folder = root().join("target").join("bindings").join("disk");
        for place in ["room", "read-only"] {
            fs::create_dir_all(folder.join(place)).ok()?;
        }
        let disk = Self(folder);
        ask(&mut disk.around(&Command::new("true"))).map(|_| disk)
    }

    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// The same command where it finds them.
    pub fn around(&self, command: &Command) -> Command {
        let mut unshare = Command::new("unshare");
        unshare.args(["--mount", "--", "sh", "-ec", MOUNT, "disk"]).arg(&self.0);
        unshare.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                unshare.env(name, value);
            }
        }
        if let Some(folder) = command.get_current_dir() {
            unshare.current_dir(folder);
        }
        unshare
    }
}
