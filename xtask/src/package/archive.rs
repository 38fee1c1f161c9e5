//! Archives that come out the same from the same files, and their hashes.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{Failed, ask, run};

/// The list of hashes, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";

/// Packs `tree/NAME` into `NAME.tar.gz`, with nothing in it of when and by whom.
///
/// # Errors
/// Where `tar` fails.
pub fn pack(folder: &Path, name: &str) -> Result<PathBuf, Failed> {
    let archive = folder.join(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--mtime=@0",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
    ]);
    tar.args(["--mode=u+rw,go=rX", "--use-compress-program=gzip -9 --no-name", "--file"]);
    tar.arg(&archive).arg("--directory").arg(folder.join("tree")).arg(name);
    run(&mut tar, |_| {})?;
    Ok(archive)
}

/// Unpacks an archive for its smoke test; gives the folder in it.
///
/// # Errors
/// Where `tar` fails.
pub fn unpack(archive: &Path, folder: &Path) -> Result<PathBuf, Failed> {
    let place = folder.join("unpacked");
    fs::create_dir_all(&place)?;
    let mut tar = Command::new("tar");
    tar.arg("--extract").arg("--file").arg(archive).arg("--directory").arg(&place);
    run(&mut tar, |_| {})?;
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    Ok(place.join(name.trim_end_matches(".tar.gz")))
}

/// Writes the hashes of all archives; gives what was written.
///
/// # Errors
/// Where one cannot be read.
pub fn hashes(folder: &Path, archives: &[PathBuf]) -> Result<String, Failed> {
    let mut sum = Command::new("sha256sum");
    sum.current_dir(folder).args(archives.iter().filter_map(|archive| archive.file_name()));
    let sums = ask(&mut sum)
        .ok_or_else(|| Failed::Broken("sha256sum cannot read what was packed".to_owned()))?;
    fs::write(folder.join(SUMS), &sums)?;
    Ok(sums)
}
