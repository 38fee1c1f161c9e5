//! This machine's Swift, or one in a Debian of its own.
//!
//! Debian 12 has no Swift, Debian 13 has: `debootstrap` makes a system of it under `target/swift`, which
//! takes about a minute and 3 GB, and its compiler runs in there.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    process::{Failed, ask, root, run},
    test::install,
};

const PACKAGES: &str = "swiftlang,libc6-dev,libstdc++-14-dev,libssl-dev,pkgconf";
const MIRROR: &str = "http://deb.debian.org/debian";
/// Where Debian's Swift has its libraries.
const RUNTIME: &str = "/usr/libexec/swift/lib/swift/linux";

pub struct Toolchain {
    /// The system that it is in; none: this one.
    system: Option<PathBuf>,
}

impl Toolchain {
    pub fn find() -> Result<Self, Failed> {
        let own = ask(Command::new("swift").arg("--version")).is_some();
        Ok(Self { system: if own { None } else { Some(system()?) } })
    }

    /// The same where it is there already.
    pub fn ready() -> Option<Self> {
        let own = ask(Command::new("swift").arg("--version")).is_some();
        (own || is_complete(&place())).then(|| Self { system: (!own).then(place) })
    }

    /// Where a folder of the repository is, for its programs.
    pub fn path(&self, path: &Path) -> PathBuf {
        match &self.system {
            None => path.to_owned(),
            Some(_) => Path::new("/pocketkey").join(path.strip_prefix(root()).unwrap_or(path)),
        }
    }

    /// Runs a program with libraries from this folder; its name and arguments are to be added.
    pub fn command(&self, library: &Path, environment: &[(&str, OsString)]) -> Command {
        let mut libraries = OsString::from("LD_LIBRARY_PATH=");
        libraries.push(self.path(library));
        let mut command = match &self.system {
            None => Command::new("env"),
            Some(system) => {
                libraries.push(":");
                libraries.push(RUNTIME);
                guest(system)
            }
        };
        command.arg(libraries);
        for (name, value) in environment {
            let mut setting = OsString::from(name);
            setting.push("=");
            setting.push(value);
            command.arg(setting);
        }
        command
    }
}

/// Where the Debian 13 with Swift is.
fn place() -> PathBuf {
    root().join("target").join("swift").join("debian-13")
}

/// The file in it that says that it is whole, and what is in it.
const STAMP: &str = "pocketkey-complete";

fn is_complete(place: &Path) -> bool {
    fs::read_to_string(place.join(STAMP)).is_ok_and(|made| made == PACKAGES)
}

/// The Debian 13 with Swift, made where it is not there yet.
fn system() -> Result<PathBuf, Failed> {
    let place = place();
    if is_complete(&place) {
        fs::create_dir_all(place.join("pocketkey"))?;
        return Ok(place);
    }
    if !install::is_root() {
        return Err(Failed::Lacking(
            "there is no Swift, and only root can put one under target/swift".to_owned(),
        ));
    }
    install::debian(&["debootstrap"])?;
    if place.exists() {
        unmount(&place);
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let mut debootstrap = Command::new("debootstrap");
    debootstrap.arg("--variant=minbase").arg(format!("--include={PACKAGES}"));
    run(debootstrap.arg("trixie").arg(&place).arg(MIRROR), |_| {})?;
    fs::create_dir_all(place.join("pocketkey"))?;
    fs::write(place.join(STAMP), PACKAGES)?;
    Ok(place)
}

/// What runs a program in the system, in a mount namespace of its own: nothing stays mounted, and no other
/// run is disturbed. The network is this machine's.
fn guest(system: &Path) -> Command {
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--", "sh", "-ec"]);
    unshare.arg(
        "mount --rbind \"$1\" \"$2/pocketkey\"; mount -t proc proc \"$2/proc\"; \
         system=$2; shift 2; exec chroot \"$system\" /usr/bin/env HOME=/root \"$@\"",
    );
    unshare.arg("guest").arg(root()).arg(system);
    unshare
}

/// What an older run may have left.
fn unmount(system: &Path) {
    for place in ["proc", "pocketkey"] {
        let _ = ask(Command::new("umount").arg(system.join(place)));
    }
}
