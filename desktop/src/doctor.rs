//! `pocketkey doctor`: what this machine can do, and what to install for the rest.

use std::error::Error;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

use serde_json::{Value, json};

use crate::cli::DoctorArgs;
use crate::open;
use crate::output;
use crate::phone;
use crate::state::{self, StateDir, StateError};

#[cfg(test)]
mod tests;

/// Where `pcscd` listens for PC/SC clients.
const PCSCD_SOCKET: &str = "/run/pcscd/pcscd.comm";

/// The port on which the virtual reader waits for its card.
const READER_PORT: u16 = 35963;

/// One thing that was looked at.
struct Check {
    /// What it is for.
    name: &'static str,
    /// Whether the main job works without it.
    needed: bool,
    /// What was found; or what is missing, and what to do about it.
    found: Result<String, Advice>,
}

/// What is missing, and what to do about it.
struct Advice {
    missing: String,
    advice: String,
}

fn advise(missing: impl Into<String>, advice: impl Into<String>) -> Advice {
    Advice { missing: missing.into(), advice: advice.into() }
}

/// Looks, and says one line per check. Fails only where the main job itself could not run.
///
/// # Errors
/// That the main job could not run, or what printing gives.
pub fn run(args: &DoctorArgs) -> Result<(), Box<dyn Error>> {
    let checks = [
        Check { name: "authenticator", needed: true, found: authenticator() },
        Check { name: "tcp", needed: true, found: loopback() },
        Check { name: "state", needed: false, found: state_directory(args.state.clone()) },
        Check { name: "hid", needed: false, found: hid() },
        Check { name: "pcscd", needed: false, found: pcscd() },
        Check { name: "reader", needed: false, found: reader() },
        Check { name: "fido2-tools", needed: false, found: fido2_tools() },
        Check { name: "python", needed: false, found: python() },
    ];
    for check in &checks {
        output::line(if args.json { check.object().to_string() } else { check.lines() })?;
    }
    if checks.iter().any(|check| check.needed && check.found.is_err()) {
        Err("the demo cannot run here; see above".into())
    } else {
        Ok(())
    }
}

impl Check {
    fn lines(&self) -> String {
        match &self.found {
            Ok(found) => format!("ok       {:<14} {found}", self.name),
            Err(Advice { missing, advice }) => {
                let verdict = if self.needed { "BROKEN" } else { "missing" };
                format!("{verdict:<8} {:<14} {missing}\n{:<23} → {advice}", self.name, "")
            }
        }
    }

    fn object(&self) -> Value {
        match &self.found {
            Ok(found) => json!({"check": self.name, "ok": true, "found": found}),
            Err(Advice { missing, advice }) => json!({
                "check": self.name, "ok": false, "needed": self.needed,
                "missing": missing, "advice": advice,
            }),
        }
    }
}

fn authenticator() -> Result<String, Advice> {
    match open::passing() {
        Ok(_) => Ok("works: `pocketkey demo` runs here".to_owned()),
        Err(error) => Err(advise(error.to_string(), "this should not happen: please report it")),
    }
}

fn loopback() -> Result<String, Advice> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        Ok(_) => Ok("test clients can use `pocketkey phone --tcp`".to_owned()),
        Err(error) => Err(advise(
            format!("no loopback network: {error}"),
            "bring it up with `ip link set lo up` (as root)",
        )),
    }
}

fn state_directory(chosen: Option<PathBuf>) -> Result<String, Advice> {
    let path = state::directory(chosen)
        .map_err(|error| advise(error.to_string(), "set HOME, or use --state DIR"))?;
    if !path.exists() {
        return Ok(format!("{} will be made by the first `pocketkey phone`", path.display()));
    }
    match StateDir::open(path) {
        Ok(directory) => Ok(format!("{} can be used", directory.path().display())),
        Err(error @ StateError::InUse { .. }) => {
            Err(advise(error.to_string(), "nothing, if that is the phone that you want"))
        }
        Err(error) => Err(advise(error.to_string(), "do as it says, or use another --state DIR")),
    }
}

fn hid() -> Result<String, Advice> {
    phone::uhid_usable()
        .map(|()| "the phone can be a USB key: `pocketkey phone --hid`".to_owned())
        .map_err(|error| advise(format!("/dev/uhid: {error}"), phone::uhid_advice(&error)))
}

fn pcscd() -> Result<String, Advice> {
    UnixStream::connect(PCSCD_SOCKET)
        .map(|_| "runs: PC/SC clients find readers".to_owned())
        .map_err(|error| {
            let advice = if in_path("pcscd") || fs::exists("/usr/sbin/pcscd").unwrap_or(false) {
                "start it: `systemctl start pcscd`, or `pcscd --foreground` (as root)"
            } else {
                "apt install pcscd"
            };
            advise(format!("{PCSCD_SOCKET}: {error}"), advice)
        })
}

/// Looks for the listener without connecting: to the reader, a connection is a card.
fn reader() -> Result<String, Advice> {
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    if listens(&sockets, READER_PORT) {
        Ok(format!("waits for a card on port {READER_PORT}: `pocketkey phone --nfc`"))
    } else {
        let installed = fs::exists("/etc/reader.conf.d/vpcd").unwrap_or(false);
        Err(advise(
            format!("nothing listens on port {READER_PORT}"),
            if installed {
                "start pcscd"
            } else {
                "apt install vsmartcard-vpcd, then restart pcscd"
            },
        ))
    }
}

/// Whether a socket of `/proc/net/tcp` listens (state 0A) on `port`.
fn listens(sockets: &str, port: u16) -> bool {
    sockets.lines().any(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let local = columns.next().and_then(|local| local.rsplit_once(':')).map(|(_, port)| port);
        let state = columns.nth(1);
        local.and_then(|local| u16::from_str_radix(local, 16).ok()) == Some(port)
            && state == Some("0A")
    })
}

fn fido2_tools() -> Result<String, Advice> {
    if in_path("fido2-token") {
        Ok("fido2-token, fido2-cred and fido2-assert can use the phone over USB".to_owned())
    } else {
        Err(advise("fido2-token is not installed", "apt install fido2-tools"))
    }
}

fn python() -> Result<String, Advice> {
    let import = Command::new("python3")
        .args(["-c", "from importlib.metadata import version; print(version(\"fido2\"))"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match import {
        Err(_) => Err(advise("python3 is not installed", "apt install python3 python3-venv")),
        Ok(output) if output.status.success() => {
            Ok(format!("python-fido2 {}", String::from_utf8_lossy(&output.stdout).trim()))
        }
        Ok(_) => Err(advise(
            "python3 has no fido2 module",
            "python3 -m venv v && v/bin/pip install fido2 (the tests make their own)",
        )),
    }
}

fn in_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
