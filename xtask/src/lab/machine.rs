//! Where a job runs: on this machine, or in a guest that QEMU boots.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::process::CommandExt as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{
    Folders, Outcome, Place, broken,
    guest::{Accelerator, Guest, POLL},
    host::Kernel,
    printer::{Floor, Printer},
};
use crate::process::{Failed, run};

/// A guest that boots at all is ready by then: about 8 s under software emulation on an idle machine.
const BOOT_LIMIT: Duration = Duration::from_secs(120);
/// A guest with working hardware virtualisation is ready by then.
const KVM_BOOT_LIMIT: Duration = Duration::from_secs(20);

/// Chooses the accelerator. A `/dev/kvm` may be there and not run a guest (seen in nested
/// virtualisation): whether it does is tried once and remembered.
///
/// # Errors
/// On I/O, or if the trial itself cannot be made.
pub fn accelerator(
    place: Place,
    folders: &Folders,
    kernel: &Kernel,
) -> Result<Accelerator, Failed> {
    match place {
        Place::Kvm => return Ok(Accelerator::Kvm),
        Place::Tcg => return Ok(Accelerator::Tcg),
        Place::Auto | Place::Here => {}
    }
    if OpenOptions::new().read(true).write(true).open("/dev/kvm").is_err() {
        return Ok(Accelerator::Tcg);
    }
    let verdict = folders.cache.join("kvm-works");
    if let Ok(text) = fs::read_to_string(&verdict) {
        return Ok(if text == "yes" { Accelerator::Kvm } else { Accelerator::Tcg });
    }
    let mut guest = Guest::boot(folders, kernel, Accelerator::Kvm)?;
    let works = guest.wait_until_ready(KVM_BOOT_LIMIT).is_ok();
    guest.stop()?;
    fs::write(verdict, if works { "yes" } else { "no" })?;
    Ok(if works { Accelerator::Kvm } else { Accelerator::Tcg })
}

/// Runs the job on this machine.
///
/// # Errors
/// If it does not end in time, or on I/O.
pub fn run_here(folders: &Folders, limit: Duration) -> Result<Outcome, Failed> {
    let log = folders.run.join("output.log");
    let output = File::create(&log)?;
    let floor = Floor::default();
    let mut printer = Printer::open(&log, &floor)?;
    let mut job = Command::new("bash")
        .arg(folders.run.join("job.sh"))
        .env("POCKETKEY_LAB", "here")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()?;
    let started = Instant::now();
    let status = loop {
        printer.print()?;
        if let Some(status) = job.try_wait()? {
            break status.code().unwrap_or(1);
        }
        if started.elapsed() > limit {
            // Its whole group: the browsers and phones that it started, too.
            run(Command::new("kill").args(["-KILL", "--", &format!("-{}", job.id())]), |_| {})?;
            job.wait()?;
            return Err(broken(format!("not done after {} s", limit.as_secs())));
        }
        thread::sleep(POLL);
    };
    Ok(Outcome { status, output: printer.finish()? })
}

/// Boots a guest, runs the job in it and waits until it has powered off.
///
/// # Errors
/// If the guest does not boot, dies, or does not end in time; the message has the end of its
/// kernel's log.
pub fn run_guest(
    folders: &Folders,
    kernel: &Kernel,
    accelerator: Accelerator,
    limit: Duration,
    floor: &Floor,
) -> Result<Outcome, Failed> {
    let mut guest = Guest::boot(folders, kernel, accelerator)?;
    let ready = guest.wait_until_ready(BOOT_LIMIT)?;
    let mut printer = Printer::open(&guest.folder.join("output.log"), floor)?;
    printer.said = format!(
        "lab: guest {} ready after {:.1} s ({accelerator:?})\n",
        kernel.release,
        ready.as_secs_f64()
    );
    while guest.is_running()? {
        printer.print()?;
        if guest.started.elapsed() > limit {
            guest.stop()?;
            printer.finish()?;
            return Err(
                guest.failure(&format!("the guest was not done after {} s", limit.as_secs()))
            );
        }
        thread::sleep(POLL);
    }
    printer.print()?;
    let status = guest.status("exit ")?.ok_or_else(|| guest.failure("the guest died"))?;
    let status = status.parse().map_err(|_| broken(format!("exit status {status}")))?;
    if status != 0 {
        let log = guest.kernel_log();
        printer.said += "# The end of the guest's kernel log:\n";
        printer.said.extend(log.lines().map(|line| format!("#   {line}\n")));
    }
    Ok(Outcome { status, output: printer.finish()? })
}
