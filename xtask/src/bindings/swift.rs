//! The Swift package on Linux: put together in `target`, and built with this machine's Swift or one in a
//! folder of its own.
//!
//! Debian 12 has no Swift, Debian 13 has: `debootstrap` makes a system of it under `target/swift`, which
//! takes about a minute and 3 GB, and its compiler runs in there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::Bindings;
use crate::{
    process::{Failed, ask, root, run},
    test::install,
};

const PACKAGES: &str = "swiftlang,libc6-dev,libstdc++-14-dev,libssl-dev,pkgconf";
const MIRROR: &str = "http://deb.debian.org/debian";

/// Runs the package's tests; `environment` is theirs.
///
/// # Errors
/// [`Failed::Lacking`] where there is no Swift and none can be had.
pub fn test(
    made: &Bindings,
    environment: &[(&str, &str)],
    listen: impl FnMut(&str),
) -> Result<(), Failed> {
    let package = assemble(made)?;
    let own = ask(Command::new("swift").arg("--version")).is_some();
    let mut swift = if own { Command::new("env") } else { guest(&system()?)? };
    let inside = |path: &Path| if own { path.to_owned() } else { mounted(path) };
    let library = inside(made.library.parent().unwrap_or(Path::new(".")));
    let mut search = library.clone().into_os_string();
    if !own {
        search.push(":/usr/libexec/swift/lib/swift/linux");
    }
    let mut library_path = std::ffi::OsString::from("LD_LIBRARY_PATH=");
    library_path.push(search);
    swift.arg(library_path);
    swift.args(environment.iter().map(|(name, value)| format!("{name}={value}")));
    swift.args(["swift", "test", "-c", "release", "-Xswiftc", "-enable-testing", "--package-path"]);
    swift.arg(inside(&package)).arg("-Xlinker").arg(format!("-L{}", library.display()));
    // XCTest's lines go to standard output, those of the compiler too.
    run(&mut swift, listen)
}

/// The package with what is generated, in `target/bindings/package`.
fn assemble(made: &Bindings) -> Result<PathBuf, Failed> {
    let package = root().join("target").join("bindings").join("package");
    for part in ["Sources", "Tests"] {
        let place = package.join(part);
        if place.exists() {
            fs::remove_dir_all(place)?;
        }
    }
    fs::create_dir_all(&package)?;
    let mut copy = Command::new("cp");
    copy.arg("--recursive").arg("--preserve=timestamps").arg(root().join("ios").join("."));
    run(copy.arg(&package), |_| {})?;
    let generated = package.join("Sources").join("Pocketkey").join("Generated.swift");
    fs::copy(made.swift.join("PocketkeyFFI.swift"), generated)?;
    let header = package.join("Sources").join("CPocketkey").join("CPocketkey.h");
    fs::copy(made.swift.join("include").join("CPocketkey.h"), header)?;
    Ok(package)
}

/// The Debian 13 with Swift, made where it is not there yet.
fn system() -> Result<PathBuf, Failed> {
    let place = root().join("target").join("swift").join("debian-13");
    let stamp = place.join("pocketkey-complete");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == PACKAGES) {
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
    fs::write(stamp, PACKAGES)?;
    Ok(place)
}

/// Where a folder of the repository is, inside.
fn mounted(path: &Path) -> PathBuf {
    Path::new("/pocketkey").join(path.strip_prefix(root()).unwrap_or(path))
}

/// What runs a program in the system, in a mount namespace of its own: nothing stays mounted, and no other
/// run is disturbed.
fn guest(system: &Path) -> Result<Command, Failed> {
    let inside = system.join("pocketkey");
    fs::create_dir_all(&inside)?;
    let mut unshare = Command::new("unshare");
    unshare.args(["--mount", "--", "sh", "-ec"]);
    unshare.arg(
        "mount --bind \"$1\" \"$2/pocketkey\"; mount -t proc proc \"$2/proc\"; \
         system=$2; shift 2; exec chroot \"$system\" /usr/bin/env HOME=/root \"$@\"",
    );
    unshare.arg("guest").arg(root()).arg(system);
    Ok(unshare)
}

/// What an older run may have left.
fn unmount(system: &Path) {
    for place in ["proc", "pocketkey"] {
        let _ = ask(Command::new("umount").arg(system.join(place)));
    }
}
