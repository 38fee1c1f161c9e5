//! What the lab needs from the machine: packages, and a kernel to boot.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::Command,
};

use super::broken;
use crate::process::{Failed, ask, run};

/// What booting a guest needs.
pub const GUEST_PACKAGES: &[&str] = &["qemu-system-x86", "busybox-static", "cpio", "kmod", "udev"];

/// Debian's package that depends on the current kernel.
const KERNEL: &str = "linux-image-amd64";

/// An unpacked kernel package.
pub struct Kernel {
    /// The compressed kernel.
    pub image: PathBuf,
    /// The folder that has `lib/modules`.
    pub root: PathBuf,
    /// The release, as `uname -r` says it.
    pub release: String,
}

/// Whether this machine's kernel lets us make HID devices.
pub fn has_uhid() -> bool {
    OpenOptions::new().read(true).write(true).open("/dev/uhid").is_ok()
}

/// The kernel to boot, downloaded and unpacked at first use (70 MB; the host's own kernel and boot
/// loader are left alone).
///
/// # Errors
/// If Debian's package cannot be fetched or is not laid out as expected.
pub fn kernel(cache: &Path) -> Result<Kernel, Failed> {
    let root = cache.join("kernel");
    if !root.exists() {
        fetch_kernel(cache, &root)?;
    }
    let modules = fs::read_dir(root.join("lib/modules"))?;
    let release = modules
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .next()
        .ok_or_else(|| broken("the kernel package has no modules"))?;
    Ok(Kernel { image: root.join(format!("boot/vmlinuz-{release}")), root, release })
}

fn fetch_kernel(cache: &Path, root: &Path) -> Result<(), Failed> {
    run(Command::new("apt-get").args(["-qq", "update"]), |_| {})?;
    let package = ask(Command::new("apt-cache").args(["depends", KERNEL]))
        .as_deref()
        .and_then(concrete)
        .ok_or_else(|| Failed::Lacking(format!("apt knows no package {KERNEL}")))?;

    // A half-done download must not be taken for a kernel: it is renamed when it is complete.
    let unfinished = cache.join("kernel.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    let mut download = Command::new("apt-get");
    run(download.args(["-qq", "download", &package]).current_dir(&unfinished), |_| {})?;
    let archive = fs::read_dir(&unfinished)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .ok_or_else(|| broken("apt-get downloaded nothing"))?;
    run(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(&unfinished), |_| {})?;
    fs::remove_file(&archive)?;
    let modules = fs::read_dir(unfinished.join("lib/modules"))?;
    for release in modules {
        let mut depmod = Command::new("/sbin/depmod");
        run(depmod.arg("-b").arg(&unfinished).arg(release?.file_name()), |_| {})?;
    }
    fs::rename(&unfinished, root)?;
    Ok(())
}

/// The package on which a package that stands for the newest one depends, in apt-cache's words.
fn concrete(depends: &str) -> Option<String> {
    let mut names = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    names.find(|name| name.starts_with("linux-image-")).map(str::to_owned)
}
