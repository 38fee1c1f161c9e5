//! Where a job runs: on this machine, or in a guest that QEMU boots.

use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Folders, Outcome, Place, Result, host::Kernel, initramfs};

/// How often the host looks at the guest.
const POLL: Duration = Duration::from_millis(50);
/// A guest that boots at all is ready by then: about 8 s under software emulation on an idle machine.
const BOOT_LIMIT: Duration = Duration::from_secs(120);
/// A guest with working hardware virtualisation is ready by then.
const KVM_BOOT_LIMIT: Duration = Duration::from_secs(20);
/// How much of the guest's kernel log is shown where it did not boot, in lines.
const LOG_TAIL: usize = 30;

/// What executes the guest's instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// The processor.
    Kvm,
    /// QEMU's translator.
    Tcg,
}

/// Chooses the accelerator. A `/dev/kvm` may be there and not run a guest (seen in nested
/// virtualisation): whether it does is tried once and remembered.
///
/// # Errors
/// On I/O, or if the trial itself cannot be made.
pub fn accelerator(place: Place, folders: &Folders, kernel: &Kernel) -> Result<Accelerator> {
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
pub fn run_here(folders: &Folders, limit: Duration) -> Result<Outcome> {
    let log = folders.run.join("output.log");
    let output = File::create(&log)?;
    let mut printer = Printer::open(&log)?;
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
            job.kill()?;
            job.wait()?;
            return Err(format!("not done after {} s", limit.as_secs()).into());
        }
        thread::sleep(POLL);
    };
    printer.print()?;
    Ok(Outcome { status, output: printer.printed })
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
) -> Result<Outcome> {
    let mut guest = Guest::boot(folders, kernel, accelerator)?;
    let ready = guest.wait_until_ready(BOOT_LIMIT)?;
    println!(
        "lab: guest {} ready after {:.1} s ({accelerator:?})",
        kernel.release,
        ready.as_secs_f64()
    );

    let mut printer = Printer::open(&guest.folder.join("output.log"))?;
    while guest.is_running()? {
        printer.print()?;
        if guest.started.elapsed() > limit {
            guest.stop()?;
            printer.print()?;
            return Err(
                guest.failure(&format!("the guest was not done after {} s", limit.as_secs()))
            );
        }
        thread::sleep(POLL);
    }
    printer.print()?;
    let status =
        guest.status("exit ")?.ok_or_else(|| guest.failure("the guest died"))?.trim().parse()?;
    Ok(Outcome { status, output: printer.printed })
}

/// A running QEMU. Dropped, it is killed.
struct Guest<'a> {
    qemu: Child,
    folder: &'a Path,
    started: Instant,
}

impl<'a> Guest<'a> {
    fn boot(folders: &'a Folders, kernel: &Kernel, accelerator: Accelerator) -> Result<Self> {
        let initramfs = initramfs::build(folders, kernel)?;
        let folder = folders.run.as_path();
        for name in ["console.log", "output.log", "status"] {
            File::create(folder.join(name))?;
        }
        let qemu = Command::new("qemu-system-x86_64")
            .args(["-accel", accelerator.option(), "-cpu", "max", "-smp", "2", "-m", "1536"])
            .args(["-nodefaults", "-display", "none", "-no-reboot"])
            .arg("-kernel")
            .arg(&kernel.image)
            .arg("-initrd")
            .arg(initramfs)
            // A panic ends the guest (-no-reboot) rather than to wait for the time limit.
            .args(["-append", "console=ttyS0 panic=-1"])
            .args(["-serial", "file:console.log"])
            .args([
                "-virtfs",
                "local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap",
            ])
            .args(["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"])
            .args(["-chardev", "file,id=output,path=output.log"])
            .args(["-device", "virtserialport,chardev=output,name=lab.output"])
            .args(["-chardev", "file,id=status,path=status"])
            .args(["-device", "virtserialport,chardev=status,name=lab.status"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .spawn()
            .map_err(|error| format!("qemu-system-x86_64: {error}"))?;
        Ok(Self { qemu, folder, started: Instant::now() })
    }

    fn wait_until_ready(&mut self, limit: Duration) -> Result<Duration> {
        while self.status("ready")?.is_none() {
            if !self.is_running()? {
                return Err(self.failure("the guest died while it booted"));
            }
            if self.started.elapsed() > limit {
                return Err(
                    self.failure(&format!("the guest did not boot in {} s", limit.as_secs()))
                );
            }
            thread::sleep(POLL);
        }
        Ok(self.started.elapsed())
    }

    /// What follows `key` in a line of the guest's status.
    fn status(&self, key: &str) -> Result<Option<String>> {
        let text = fs::read_to_string(self.folder.join("status"))?;
        let found = text.lines().find_map(|line| line.strip_prefix(key));
        Ok(found.map(str::to_owned))
    }

    fn is_running(&mut self) -> Result<bool> {
        Ok(self.qemu.try_wait()?.is_none())
    }

    fn stop(&mut self) -> Result<()> {
        self.qemu.kill()?;
        self.qemu.wait()?;
        Ok(())
    }

    fn failure(&self, what: &str) -> Box<dyn std::error::Error> {
        let log = self.folder.join("console.log");
        let text = fs::read(&log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(LOG_TAIL)..).unwrap_or_default();
        format!("{what}; the end of {}:\n{}", log.display(), tail.join("\n")).into()
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        // It has mostly ended by itself; a kill then fails, rightly.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

impl Accelerator {
    fn option(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Tcg => "tcg,thread=multi",
        }
    }
}

/// Prints what is added to a file.
struct Printer {
    file: File,
    printed: String,
}

impl Printer {
    fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(Self { file, printed: String::new() })
    }

    fn print(&mut self) -> Result<()> {
        let mut bytes = Vec::new();
        self.file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        print!("{text}");
        std::io::stdout().flush()?;
        self.printed += &text;
        Ok(())
    }
}
