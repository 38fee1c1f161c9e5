//! What the steps need from outside of cargo: Debian packages, and a Python environment.
//!
//! Debian packages are not pinned: an archive keeps one version of each, and a pin would refuse
//! the next security update. Python packages are pinned by their hashes.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{Failed, ask, root, run};

#[cfg(test)]
mod tests;

/// Where everything is put that is downloaded for the client tests.
pub fn folder() -> PathBuf {
    root().join("target").join("clients")
}

/// Makes sure that Debian packages are installed.
///
/// # Errors
/// [`Failed::Lacking`] with what root would do, for anybody else.
pub fn debian(packages: &[&str]) -> Result<(), Failed> {
    let lacking: Vec<&str> = packages.iter().copied().filter(|p| !installed(p)).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let lacking_list = lacking.join(" ");
    if !is_root() {
        return Err(Failed::Lacking(format!("root would run: apt-get install {lacking_list}")));
    }
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq").args(arguments);
        run(&mut apt, |_| {})
    };
    apt(&["update"])?;
    let mut install = vec!["install", "-y", "--no-install-recommends"];
    install.extend(&lacking);
    apt(&install)
}

fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    ask(&mut query).is_some_and(|status| status == "installed")
}

/// Whether we may install packages and start services.
pub fn is_root() -> bool {
    ask(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

/// The folder of the programs of a Python environment with everything in `requirements.txt`: made
/// once, and again when the requirements change.
pub fn venv() -> Result<PathBuf, Failed> {
    let tests = root().join("tests");
    let lists = [
        tests.join("clients").join("requirements-build.txt"),
        tests.join("clients").join("requirements.txt"),
        tests.join("workspace").join("requirements.txt"),
    ];
    let mut wanted = String::new();
    for list in &lists {
        wanted.push_str(&fs::read_to_string(list)?);
    }
    let venv = folder().join("venv");
    let programs = venv.join("bin");
    let stamp = venv.join("requirements.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    // pyscard comes as source: it is compiled against PC/SC's headers and Python's own.
    debian(&["gcc", "libc6-dev", "libpcsclite-dev"])?;
    python_can_make_venvs()?;
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv), |_| {})?;
    for list in &lists {
        pip(&programs, &["install", "--quiet", "--require-hashes", "-r"], list)?;
    }
    fs::write(stamp, wanted)?;
    Ok(programs)
}

fn python_can_make_venvs() -> Result<(), Failed> {
    let probe =
        "import ensurepip, os, sysconfig; os.stat(sysconfig.get_path('include') + '/Python.h')";
    if ask(Command::new("python3").args(["-c", probe])).is_some() {
        return Ok(());
    }
    debian(&["python3-dev", "python3-venv"])
}

fn pip(programs: &Path, arguments: &[&str], last: &Path) -> Result<(), Failed> {
    let mut paths = vec![programs.to_owned()];
    paths.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    let path = env::join_paths(paths).map_err(|error| Failed::Broken(error.to_string()))?;
    let mut pip = Command::new(programs.join("pip"));
    // The build tools come from requirements-build.txt and nowhere else.
    pip.env("PATH", path).env("PIP_NO_BUILD_ISOLATION", "1");
    pip.env("PIP_DISABLE_PIP_VERSION_CHECK", "1").args(arguments).arg(last);
    run(&mut pip, |_| {})
}

/// The folder of the browser tests, with the packages that its lock file pins.
pub fn node() -> Result<PathBuf, Failed> {
    let place = root().join("tests").join("workspace");
    if ask(Command::new("npm").arg("--version")).is_none() {
        debian(&["nodejs", "npm"])?;
    }
    let wanted = fs::read_to_string(place.join("package-lock.json"))?;
    let stamp = place.join("node_modules").join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(place);
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&place).args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    run(&mut npm, |_| {})?;
    fs::write(stamp, wanted)?;
    Ok(place)
}

/// The folder of python-fido2's source distribution, which brings its device suite.
pub fn suite() -> Result<PathBuf, Failed> {
    let programs = venv()?;
    let requirements = root().join("tests").join("clients").join("requirements.txt");
    let pinned = entry(&fs::read_to_string(requirements)?, "fido2")?;
    let place = folder().join("fido2");
    let stamp = place.join("unpacked");
    if fs::read_to_string(&stamp).is_ok_and(|unpacked| unpacked == pinned) {
        return only_folder(&place);
    }
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    fs::create_dir_all(&place)?;
    let list = place.join("requirements.txt");
    fs::write(&list, &pinned)?;
    let folder = place.to_string_lossy().into_owned();
    // pip checks the archive against the hashes before anything reads it.
    let arguments = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", &folder];
    pip(&programs, &[&arguments[..], &["--require-hashes", "-r"]].concat(), &list)?;
    let archive = fs::read_dir(&place)?
        .filter_map(|found| found.ok().map(|found| found.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "gz"))
        .ok_or_else(|| Failed::Broken("pip downloaded no source distribution".to_owned()))?;
    let mut tar = Command::new("tar");
    run(tar.arg("-C").arg(&place).arg("-xzf").arg(archive), |_| {})?;
    fs::write(stamp, pinned)?;
    only_folder(&place)
}

/// One package's lines of a requirements file.
fn entry(requirements: &str, package: &str) -> Result<String, Failed> {
    let mut lines =
        requirements.lines().skip_while(|line| !line.starts_with(&format!("{package}==")));
    let mut entry = String::new();
    for line in lines.by_ref() {
        entry.push_str(line);
        entry.push('\n');
        if !line.ends_with('\\') {
            return Ok(entry);
        }
    }
    Err(Failed::Broken(format!("requirements.txt does not pin {package}")))
}

fn only_folder(place: &Path) -> Result<PathBuf, Failed> {
    fs::read_dir(place)?
        .filter_map(|found| found.ok().map(|found| found.path()))
        .find(|path| path.is_dir())
        .ok_or_else(|| Failed::Broken(format!("{} holds no folder", place.display())))
}
