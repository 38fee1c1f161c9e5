//! The secret that opens the store: a key file, or a passphrase.
//!
//! A desktop stand-in for a phone's hardware: on a phone the platform's key store does this.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use ring::rand::{SecureRandom, SystemRandom};
use serde_json::{Value, json};
use zeroize::Zeroizing;

#[cfg(test)]
mod tests;

/// Names a file that holds the passphrase.
pub const PASSPHRASE_FILE: &str = "POCKETKEY_PASSPHRASE_FILE";

/// The secret that opens the store.
pub type StoreKey = Zeroizing<[u8; 32]>;

/// The second recommended option of RFC 9106 §4: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 65_536;
const PASSES: u32 = 3;
const LANES: u32 = 4;

/// What a parameter file may ask for at most: it must not be able to exhaust the machine.
const MOST_MEMORY_KIB: u32 = 1 << 20;
const MOST_PASSES: u32 = 64;
const MOST_LANES: u32 = 64;

/// A parameter file is a few hundred bytes, a passphrase no more than this many.
const MOST_BYTES: u64 = 4096;

/// Why there is no secret. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file is open to others.
    #[error(
        "others can read {0}: run `chmod 600 {0}`; if somebody may have, move the whole directory away and register anew with a new phone: a reset keeps this file"
    )]
    Exposed(String),
    /// The key file is not 32 bytes.
    #[error(
        "{0} is not a key: it has to be exactly 32 bytes; put back the file that belongs to this store"
    )]
    NotAKey(String),
    /// The parameter file cannot be used.
    #[error(
        "{0} does not hold usable Argon2id parameters; put back the file that belongs to this store"
    )]
    BadParameters(String),
    /// There is a store, but neither a key file nor a parameter file.
    #[error(
        "{0} has a store, but what opens it is gone; put `key` or `key.json` back, or move the store away to begin anew"
    )]
    Lost(String),
    /// Both files are there.
    #[error(
        "{0} has both `key` and `key.json`; move the one away that does not belong to this store"
    )]
    Both(String),
    /// `--passphrase` was given for a phone that has a key file.
    #[error("this phone is opened by a key file; --passphrase is for a new one (another --state)")]
    HasKeyFile,
    /// A passphrase is needed and there is no way to ask.
    #[error(
        "a passphrase is needed: run in a terminal, or name a file that holds it in {PASSPHRASE_FILE}"
    )]
    NoPassphrase,
    /// The passphrase is empty, too long or not text.
    #[error("the passphrase has to be text of 1 to {MOST_BYTES} bytes")]
    UnusablePassphrase,
    /// The passphrase was not repeated alike.
    #[error("the two passphrases differ")]
    Mistyped,
    /// The operating system gave no randomness.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// The operating system refused something.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        error: io::Error,
    },
}

impl KeyError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Io { path, error }
    }
}

/// What opens a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32 random bytes in a file.
    KeyFile,
    /// A passphrase, through Argon2id.
    Passphrase,
}

impl Kind {
    /// How the log names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KeyFile => "key file",
            Self::Passphrase => "passphrase",
        }
    }
}

/// Gives the secret of the phone in `directory`, making it where there is no phone yet.
///
/// # Errors
/// Any [`KeyError`].
pub fn load_or_create(
    directory: &Path,
    passphrase_wanted: bool,
) -> Result<(StoreKey, Kind), KeyError> {
    let key_file = directory.join("key");
    let parameters = directory.join("key.json");
    let shown = || directory.display().to_string();
    match (key_file.exists(), parameters.exists()) {
        (true, true) => Err(KeyError::Both(shown())),
        (true, false) if passphrase_wanted => Err(KeyError::HasKeyFile),
        (true, false) => Ok((read_key(&key_file)?, Kind::KeyFile)),
        (false, true) => Ok((open_passphrase(&parameters)?, Kind::Passphrase)),
        (false, false) if directory.join("pocketkey.db").exists() => Err(KeyError::Lost(shown())),
        (false, false) if passphrase_wanted => {
            Ok((create_passphrase(&parameters)?, Kind::Passphrase))
        }
        (false, false) => {
            let mut key = StoreKey::default();
            random(key.as_mut_slice())?;
            write_durably(&key_file, key.as_slice())?;
            Ok((key, Kind::KeyFile))
        }
    }
}

fn read_key(path: &Path) -> Result<StoreKey, KeyError> {
    let file = File::open(path).map_err(KeyError::io(path))?;
    let mode = file.metadata().map_err(KeyError::io(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed(path.display().to_string()));
    }
    // One byte more than a key, so that a longer file is noticed.
    let mut bytes = Zeroizing::new(Vec::with_capacity(33));
    file.take(33).read_to_end(&mut bytes).map_err(KeyError::io(path))?;
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Zeroizing::new(key)),
        Err(_) => Err(KeyError::NotAKey(path.display().to_string())),
    }
}

fn open_passphrase(path: &Path) -> Result<StoreKey, KeyError> {
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(KeyError::io(path))?;
    let bad = || KeyError::BadParameters(path.display().to_string());
    let (params, salt) = parse_parameters(&text).ok_or_else(bad)?;
    derive(&passphrase(false)?, &salt, params).ok_or_else(bad)
}

fn create_passphrase(path: &Path) -> Result<StoreKey, KeyError> {
    let mut salt = [0; 16];
    random(&mut salt)?;
    let bad = || KeyError::BadParameters(path.display().to_string());
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(32)).map_err(|_| bad())?;
    let key = derive(&passphrase(true)?, &salt, params).ok_or_else(bad)?;
    let text = json!({
        "kdf": "argon2id", "version": 19, "memory_kib": MEMORY_KIB, "passes": PASSES,
        "lanes": LANES, "salt": hex::encode(salt),
    });
    write_durably(path, format!("{text}\n").as_bytes())?;
    Ok(key)
}

/// Reads what [`create_passphrase`] wrote, within bounds.
fn parse_parameters(text: &str) -> Option<(Params, Vec<u8>)> {
    let object: Value = serde_json::from_str(text).ok()?;
    let number = |name, most: u32| {
        object
            .get(name)?
            .as_u64()
            .and_then(|value| u32::try_from(value).ok())
            .filter(|v| *v <= most)
    };
    if object.get("kdf")?.as_str()? != "argon2id" || object.get("version")?.as_u64()? != 19 {
        return None;
    }
    let params = Params::new(
        number("memory_kib", MOST_MEMORY_KIB)?,
        number("passes", MOST_PASSES)?,
        number("lanes", MOST_LANES)?,
        Some(32),
    );
    let salt = hex::decode(object.get("salt")?.as_str()?).ok()?;
    Some((params.ok()?, salt)).filter(|(_, salt)| salt.len() >= 16)
}

fn derive(passphrase: &[u8], salt: &[u8], params: Params) -> Option<StoreKey> {
    let mut key = StoreKey::default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, key.as_mut_slice())
        .ok()?;
    Some(key)
}

/// Reads the passphrase from the file that the environment names, or asks in the terminal; twice
/// where it is `new`, because a mistyped one would lock its owner out.
fn passphrase(new: bool) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if let Some(path) = env::var_os(PASSPHRASE_FILE).map(PathBuf::from) {
        return passphrase_file(&path);
    }
    if !io::stdin().is_terminal() {
        return Err(KeyError::NoPassphrase);
    }
    let ask = |question: &str| {
        rpassword::prompt_password(question)
            .map(|text| Zeroizing::new(text.into_bytes()))
            .map_err(|error| KeyError::Io { path: "the terminal".to_owned(), error })
    };
    let first = ask(if new { "New passphrase: " } else { "Passphrase: " })?;
    if new && first != ask("The same again: ")? {
        return Err(KeyError::Mistyped);
    }
    usable(first)
}

fn passphrase_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let file = File::open(path).map_err(KeyError::io(path))?;
    // Its final size at once: growing would leave copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8192));
    file.take(MOST_BYTES + 2).read_to_end(&mut bytes).map_err(KeyError::io(path))?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    usable(bytes)
}

fn usable(passphrase: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let fits = u64::try_from(passphrase.len()).is_ok_and(|length| length <= MOST_BYTES);
    if passphrase.is_empty() || !fits || std::str::from_utf8(&passphrase).is_err() {
        return Err(KeyError::UnusablePassphrase);
    }
    Ok(passphrase)
}

fn random(buffer: &mut [u8]) -> Result<(), KeyError> {
    SystemRandom::new().fill(buffer).map_err(|_| KeyError::NoRandomness)
}

/// Writes a new file of mode 0600 that is wholly there or not at all, whatever happens meanwhile:
/// a store whose key was lost in a power failure could never be opened again.
///
/// # Errors
/// [`KeyError::Io`].
pub fn write_durably(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let temporary = path.with_extension("new");
    let write = || {
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |directory| File::open(directory)?.sync_all())
    };
    write().map_err(KeyError::io(path))
}
