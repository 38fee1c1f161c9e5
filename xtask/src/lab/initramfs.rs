//! The guest's first file system: busybox, the modules it needs to see the host's files, and init.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{Folders, broken, host::Kernel};
use crate::process::Failed;

/// What the guest loads before it sees any other module, in the order of loading.
const MODULES: &[&str] = &[
    "virtio_pci",
    "virtio_console",
    "9pnet_virtio",
    "9p",
    "overlay",
    "hid-generic",
    "uhid",
    "hci_vhci",
];

/// Packs the initramfs; returns its path.
///
/// # Errors
/// If a module is not in the kernel package, or on I/O.
pub fn build(folders: &Folders, kernel: &Kernel) -> Result<PathBuf, Failed> {
    let staging = folders.run.join("initramfs");
    if staging.exists() {
        fs::remove_dir_all(&staging)?;
    }
    let modules = staging.join("modules");
    fs::create_dir_all(staging.join("bin"))?;
    fs::create_dir_all(&modules)?;
    fs::copy("/bin/busybox", staging.join("bin/busybox"))?;
    // Executable in the repository, and fs::copy keeps the mode.
    fs::copy(folders.repository.join("xtask/src/lab/init.sh"), staging.join("init"))?;
    fs::write(staging.join("lab.conf"), configuration(folders)?)?;
    for (position, path) in with_dependencies(kernel)?.iter().enumerate() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        unpack(path, &modules.join(format!("{position:02}-{name}")))?;
    }

    let archive = folders.run.join("initramfs.cpio");
    pack(&staging, &archive)?;
    fs::remove_dir_all(&staging)?;
    Ok(archive)
}

/// Assignments that init reads.
fn configuration(folders: &Folders) -> Result<String, Failed> {
    let mut text = String::new();
    for (name, path) in [("REPOSITORY", &folders.repository), ("RUN", &folders.run)] {
        let path = path.to_str().ok_or_else(|| broken("the repository's path is not UTF-8"))?;
        if path.contains('\'') {
            return Err(broken("the repository's path has a quote in it"));
        }
        text += &format!("{name}='{path}'\n");
    }
    Ok(text)
}

/// The modules' files, each after those that it depends on.
fn with_dependencies(kernel: &Kernel) -> Result<Vec<PathBuf>, Failed> {
    let folder = kernel.root.join("lib/modules").join(&kernel.release);
    let index = fs::read_to_string(folder.join("modules.dep"))?;
    let built_in = fs::read_to_string(folder.join("modules.builtin"))?;
    let mut files = Vec::new();
    for module in MODULES {
        let Some(line) = index.lines().find(|line| {
            let path = line.split_once(':').map_or("", |(path, _)| path);
            is_module(path, module)
        }) else {
            if built_in.lines().any(|path| is_module(path, module)) {
                continue;
            }
            return Err(broken(format!("{} has no module {module}", kernel.release)));
        };
        // "module: nearest dependency, …, farthest": loaded from the right.
        for path in line.split([':', ' ']).rev().filter(|path| !path.is_empty()) {
            let path = folder.join(path);
            if !files.contains(&path) {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// Whether the path is the module's, compressed or not; `-` and `_` are the same in module names.
fn is_module(path: &str, module: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let stem = file.split(".ko").next().unwrap_or_default();
    stem.replace('-', "_") == module.replace('-', "_")
}

/// Copies a module; later Debian kernels compress theirs, which busybox does not load.
fn unpack(from: &Path, to: &Path) -> Result<(), Failed> {
    if from.extension().is_some_and(|end| end == "xz") {
        let text = Command::new("xz").args(["-dc"]).arg(from).output()?;
        if !text.status.success() {
            return Err(broken(format!("xz cannot unpack {}", from.display())));
        }
        fs::write(to, text.stdout)?;
    } else {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn pack(folder: &Path, archive: &Path) -> Result<(), Failed> {
    let mut names = Vec::new();
    list(folder, Path::new(""), &mut names)?;
    let mut cpio = Command::new("cpio")
        .args(["--quiet", "-o", "-H", "newc"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(fs::File::create(archive)?)
        .spawn()?;
    if let Some(mut input) = cpio.stdin.take() {
        input.write_all(names.join("\n").as_bytes())?;
    }
    if !cpio.wait()?.success() {
        return Err(broken("cpio cannot pack the initramfs"));
    }
    Ok(())
}

/// Names everything below a folder, parents first, as cpio wants it.
fn list(root: &Path, below: &Path, names: &mut Vec<String>) -> Result<(), Failed> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        names.push(name.to_string_lossy().into_owned());
        if entry.file_type()?.is_dir() {
            list(root, &name, names)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
