//! The steps with clients that are not ours, against the emulated phone.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Report, install};
use crate::lab;
use crate::process::{Failed, ask, cargo, root, run};

/// What the virtual reader and its namespaces need.
const READER: &[&str] = &["iproute2", "pcscd", "util-linux", "vsmartcard-vpcd"];

/// Gives a command a loopback interface and a `/run` of its own, so that its pcscd meets no other.
/// vpcd writes a frame's length and body apart, and would wait for the delayed ACK in between.
const ENTER: &str = "mount -t tmpfs tmpfs /run && mkdir /run/pcscd && ip link set lo up && \
    ip route replace local 127.0.0.1 dev lo table local quickack 1 && exec \"$@\"";

pub fn device_tcp(report: &mut Report) -> Result<(), Failed> {
    let suite = install::suite()?;
    let arguments = ["-p", "pocketkey_pytest", "--pocketkey", "tcp", "tests/device"];
    pytest(python()?, &suite, &arguments, report)
}

pub fn device_nfc(report: &mut Report) -> Result<(), Failed> {
    let suite = install::suite()?;
    let arguments = ["-p", "pocketkey_pytest", "--pocketkey", "nfc", "tests/device"];
    pytest(python_on_reader()?, &suite, &arguments, report)
}

pub fn scenarios(report: &mut Report) -> Result<(), Failed> {
    let over_tcp = pytest(python()?, &scripts(), &["tcp"], report);
    let over_pcsc =
        python_on_reader().and_then(|python| pytest(python, &scripts(), &["pcsc"], report));
    over_tcp.and(over_pcsc)
}

/// libfido2 opens HID devices, and PC/SC where it was built with it (Debian's was not). A terminal
/// that carries reports is enough of a device to it, so that no kernel HID is needed.
pub fn libfido2(report: &mut Report) -> Result<(), Failed> {
    install::debian(&["fido2-tools"])?;
    report.remark(
        "libfido2 over NFC: Debian builds it without PC/SC; CTAPHID alone was used".to_owned(),
    );
    pytest(python()?, &scripts(), &["libfido2"], report)
}

/// The phone as a HID key, on this machine's kernel or in a guest.
pub fn lab(report: &mut Report) -> Result<(), Failed> {
    let checks = lab::check()?;
    report.tally.passed += checks.passed;
    report.tally.failed += checks.failed;
    if checks.failed == 0 {
        Ok(())
    } else {
        Err(Failed::Broken("the lab found failures".to_owned()))
    }
}

fn scripts() -> PathBuf {
    root().join("tests").join("clients")
}

fn python() -> Result<Command, Failed> {
    Ok(Command::new(install::venv()?.join("python")))
}

/// Python in namespaces of its own, where it can start a pcscd with the virtual reader.
fn python_on_reader() -> Result<Command, Failed> {
    install::debian(READER)?;
    // A user namespace gives the same to everybody, where the kernel lets them have one.
    let user = if install::is_root() { &[][..] } else { &["--map-root-user"] };
    let unshare = || {
        let mut unshare = Command::new("unshare");
        unshare.args(user).args(["--mount", "--net", "sh", "-c", ENTER, "sh"]);
        unshare
    };
    if ask(unshare().arg("true")).is_none() {
        let why = "the virtual reader needs namespaces, which root may make and we may not";
        return Err(Failed::Lacking(why.to_owned()));
    }
    let mut python = unshare();
    python.arg(install::venv()?.join("python"));
    Ok(python)
}

/// Runs pytest under the given Python in the given folder, with our modules and the phone at hand.
fn pytest(
    mut python: Command,
    folder: &Path,
    arguments: &[&str],
    report: &mut Report,
) -> Result<(), Failed> {
    python.args(["-m", "pytest", "-p", "no:cacheprovider"]).args(arguments);
    python.current_dir(folder).env("PYTHONPATH", scripts());
    python.env("PYTHONDONTWRITEBYTECODE", "1").env("POCKETKEY", phone()?);
    run(&mut python, |line| report.tally.read(line))
}

/// The emulated phone's program, in the profile in which the Rust tests are built.
pub(super) fn phone() -> Result<PathBuf, Failed> {
    run(&mut cargo(["build", "--quiet", "--workspace"]), |_| {})?;
    Ok(env::current_exe()?.with_file_name("pocketkey"))
}
