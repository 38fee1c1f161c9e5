//! The state directory: who may look into it, and that one process at a time uses it.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::{env, process};

pub mod key;
#[cfg(test)]
mod tests;

/// Why a state directory cannot be used. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Neither `--state` nor anything to derive it from.
    #[error(
        "no place for the phone's state: neither HOME nor XDG_DATA_HOME is set; name one with --state DIR"
    )]
    NoHome,
    /// The directory is open to others.
    #[error(
        "others can look into {path}: run `chmod 700 {path}`, or name another directory with --state"
    )]
    Exposed {
        /// The directory.
        path: String,
    },
    /// There is something else of this name.
    #[error("{path} is not a directory: name one with --state")]
    NotADirectory {
        /// What is there.
        path: String,
    },
    /// Another process has the directory.
    #[error(
        "another pocketkey{process} is using {path}: stop it first, or name another directory with --state"
    )]
    InUse {
        /// The directory.
        path: String,
        /// " (process N)", where it is known.
        process: String,
    },
    /// The operating system refused something.
    #[error("{path}: {error}")]
    Io {
        /// The file or directory.
        path: String,
        /// What the system said.
        error: io::Error,
    },
}

impl StateError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Io { path, error }
    }
}

/// A state directory that this process has for itself, for as long as this value lives.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    /// Holds the lock; closing it gives the directory back, however the process ends.
    _lock: File,
}

impl StateDir {
    /// Makes the directory where there is none, sees that only its owner can enter it (mode 0700),
    /// and locks it.
    ///
    /// # Errors
    /// Any [`StateError`].
    pub fn open(path: PathBuf) -> Result<Self, StateError> {
        if path.exists() && !path.is_dir() {
            return Err(StateError::NotADirectory { path: path.display().to_string() });
        }
        let failed = StateError::io(&path);
        DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(failed)?;
        keep_private(&path)?;
        let lock = lock(&path)?;
        Ok(Self { path, _lock: lock })
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sealed store.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("pocketkey.db")
    }
}

/// The directory that `--state` names, or the default of the XDG Base Directory Specification.
///
/// # Errors
/// [`StateError::NoHome`].
pub fn directory(chosen: Option<PathBuf>) -> Result<PathBuf, StateError> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    chosen
        .or_else(|| absolute("XDG_DATA_HOME").map(|data| data.join("pocketkey")))
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share/pocketkey")))
        .ok_or(StateError::NoHome)
}

/// An empty directory, such as `mkdir` makes, is closed to others; one that has something in it was
/// open to them, and its owner should know.
fn keep_private(path: &Path) -> Result<(), StateError> {
    let failed = || StateError::io(path);
    let mode = fs::metadata(path).map_err(failed())?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    if fs::read_dir(path).map_err(failed())?.next().is_some() {
        return Err(StateError::Exposed { path: path.display().to_string() });
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed())
}

fn lock(directory: &Path) -> Result<File, StateError> {
    let path = directory.join("lock");
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(StateError::io(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(StateError::InUse {
                path: directory.display().to_string(),
                process: holder(&mut file),
            });
        }
        Err(TryLockError::Error(error)) => return Err(StateError::io(&path)(error)),
    }
    // Only a courtesy to whoever is refused: the lock counts, not what the file says.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", process::id()));
    Ok(file)
}

/// Names the process that wrote itself into the lock file.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(20).read_to_string(&mut text));
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(id)) => format!(" (process {id})"),
        _ => String::new(),
    }
}
