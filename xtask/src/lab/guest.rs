//! A guest machine: QEMU, Debian's kernel, and the host's own files.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Folders, broken, host::Kernel, initramfs};
use crate::process::Failed;

/// How often the host looks at what runs.
pub const POLL: Duration = Duration::from_millis(50);
/// How much of the guest's kernel log is shown where something fails, in lines.
const LOG_TAIL: usize = 30;
/// Its name, in the run's folder.
const CONSOLE: &str = "console.log";

/// What executes the guest's instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// The processor.
    Kvm,
    /// QEMU's translator.
    Tcg,
}

impl Accelerator {
    fn option(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Tcg => "tcg,thread=multi",
        }
    }
}

/// A running QEMU. Dropped, it is killed.
pub struct Guest<'a> {
    qemu: Child,
    pub folder: &'a Path,
    pub started: Instant,
}

impl<'a> Guest<'a> {
    /// Starts it; [`Guest::wait_until_ready`] is next.
    pub fn boot(
        folders: &'a Folders,
        kernel: &Kernel,
        accelerator: Accelerator,
    ) -> Result<Self, Failed> {
        let initramfs = initramfs::build(folders, kernel)?;
        let folder = folders.run.as_path();
        for name in [CONSOLE, "output.log", "status"] {
            File::create(folder.join(name))?;
        }
        // One processor: the kernel's ring towards a uhid device has 32 places and drops the rest, and
        // an emulated processor is woken too late to empty it while another one fills it.
        let qemu = Command::new("qemu-system-x86_64")
            .args(["-accel", accelerator.option(), "-cpu", "max", "-smp", "1", "-m", "1536"])
            .args(["-nodefaults", "-display", "none", "-no-reboot"])
            .arg("-kernel")
            .arg(&kernel.image)
            .arg("-initrd")
            .arg(initramfs)
            // A panic ends the guest (-no-reboot) rather than to wait for the time limit. The kernel's
            // own tests of its ciphers cost time, and one of Bluetooth's fails in Debian's 6.1.
            .args(["-append", "console=ttyS0 panic=-1 cryptomgr.notests"])
            .args(["-serial", &format!("file:{CONSOLE}")])
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
            .map_err(|error| broken(format!("qemu-system-x86_64: {error}")))?;
        Ok(Self { qemu, folder, started: Instant::now() })
    }

    /// Waits until the job begins; returns how long the boot took.
    pub fn wait_until_ready(&mut self, limit: Duration) -> Result<Duration, Failed> {
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
    pub fn status(&self, key: &str) -> Result<Option<String>, Failed> {
        let text = fs::read_to_string(self.folder.join("status"))?;
        let found = text.lines().find_map(|line| line.strip_prefix(key));
        Ok(found.map(str::to_owned))
    }

    /// Whether it has not powered off.
    pub fn is_running(&mut self) -> Result<bool, Failed> {
        Ok(self.qemu.try_wait()?.is_none())
    }

    /// Ends it without asking it.
    pub fn stop(&mut self) -> Result<(), Failed> {
        self.qemu.kill()?;
        self.qemu.wait()?;
        Ok(())
    }

    /// The end of the kernel's log.
    pub fn kernel_log(&self) -> String {
        let text = fs::read(self.folder.join(CONSOLE)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<_> = text.lines().collect();
        lines.get(lines.len().saturating_sub(LOG_TAIL)..).unwrap_or_default().join("\n")
    }

    /// An error with the end of the kernel's log.
    pub fn failure(&self, what: &str) -> Failed {
        let log = self.folder.join(CONSOLE);
        broken(format!("{what}; the end of {}:\n{}", log.display(), self.kernel_log()))
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        // It has mostly ended by itself; a kill then fails, rightly.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}
