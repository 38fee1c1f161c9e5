//! What the lab needs from the machine: packages, and a kernel to boot.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::Result;

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

/// Installs those Debian packages that are missing.
///
/// # Errors
/// Names the command to run where this user or system cannot do it.
pub fn install<S: AsRef<str>>(packages: &[S]) -> Result<()> {
    let missing: Vec<&str> =
        packages.iter().map(AsRef::as_ref).filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let advice = format!("the lab needs: apt-get install {}", missing.join(" "));
    println!("lab: installing {}", missing.join(" "));
    update_package_lists().map_err(|error| format!("{advice} ({error})"))?;
    let mut apt = apt_get();
    apt.args(["install", "--yes", "--no-install-recommends"]).args(&missing);
    succeed(&mut apt).map_err(|error| format!("{advice} ({error})").into())
}

/// The kernel to boot, downloaded and unpacked at first use (70 MB; the host's own kernel and boot
/// loader are left alone).
///
/// # Errors
/// If Debian's package cannot be fetched or is not laid out as expected.
pub fn kernel(cache: &Path) -> Result<Kernel> {
    let root = cache.join("kernel");
    if !root.exists() {
        fetch_kernel(cache, &root)?;
    }
    let modules = fs::read_dir(root.join("lib/modules"))?;
    let release = modules
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .next()
        .ok_or("the kernel package has no modules")?;
    Ok(Kernel { image: root.join(format!("boot/vmlinuz-{release}")), root, release })
}

fn fetch_kernel(cache: &Path, root: &Path) -> Result<()> {
    update_package_lists()?;
    let depends = stdout(Command::new("apt-cache").args(["depends", KERNEL]))?;
    let package = depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with("linux-image-"))
        .ok_or("apt knows no kernel package")?;
    println!("lab: fetching {package}");

    // A half-done download must not be taken for a kernel: it is renamed when it is complete.
    let unfinished = cache.join("kernel.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    succeed(apt_get().args(["download", package]).current_dir(&unfinished))?;
    let archive = fs::read_dir(&unfinished)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|end| end == "deb"))
        .ok_or("apt downloaded nothing")?;
    succeed(Command::new("dpkg-deb").arg("-x").arg(&archive).arg(&unfinished))?;
    fs::remove_file(&archive)?;
    let modules = fs::read_dir(unfinished.join("lib/modules"))?;
    for release in modules {
        succeed(Command::new("/sbin/depmod").arg("-b").arg(&unfinished).arg(release?.file_name()))?;
    }
    fs::rename(&unfinished, root)?;
    Ok(())
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Abbrev}", package]);
    stdout(&mut query).is_ok_and(|status| status.starts_with("ii"))
}

fn update_package_lists() -> Result<()> {
    succeed(apt_get().arg("update"))
}

fn apt_get() -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("--quiet=2").env("DEBIAN_FRONTEND", "noninteractive");
    apt
}

/// Runs a command whose output matters only where it fails.
///
/// # Errors
/// If it cannot be started or its exit status is not zero; the message has what it printed.
pub fn succeed(command: &mut Command) -> Result<()> {
    stdout(command).map(drop)
}

fn stdout(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name}: {}\n{}", output.status, said.trim_end()).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
