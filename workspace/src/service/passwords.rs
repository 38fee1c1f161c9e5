//! Administrators' passwords: what is taken, how it is kept (Argon2id), and at what cost it is
//! compared.

use std::{fmt, sync::OnceLock};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::ServiceError;

/// How many are worked on at once: each takes its memory and a processor, and who asks is nobody yet.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Memory in KiB and passes: above what OWASP asks of Argon2id (19 MiB, 2 passes).
const COST: (u32, u32) = if cfg!(any(test, fuzzing)) { (8, 1) } else { (32 * 1024, 3) };

/// The fewest characters.
pub const MIN_LENGTH: usize = 12;

/// The most: more is work for nothing.
const MAX_LENGTH: usize = 256;

/// The fewest different characters.
const MIN_DIFFERENT: usize = 5;

/// What everybody tries first, without the digits and signs that are put around it.
const OBVIOUS: [&str; 12] = [
    "password",
    "passwordpassword",
    "passphrase",
    "qwertyuiop",
    "qwertyuiopasdfghjkl",
    "administrator",
    "changeme",
    "changemenow",
    "letmein",
    "welcome",
    "iloveyou",
    "pocketkey",
];

/// A password as it was typed.
#[derive(Clone, Default)]
pub struct Password(Zeroizing<String>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

impl Password {
    /// Whether both are the same. What was typed twice is compared: no secret of ours.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }

    /// What is wrong with it as the new password of somebody with this user name.
    #[must_use]
    pub fn weakness(&self, user_name: &str) -> Option<&'static str> {
        let length = self.0.chars().count();
        if length < MIN_LENGTH {
            return Some("The password must have at least 12 characters.");
        }
        if length > MAX_LENGTH {
            return Some("The password must have at most 256 characters.");
        }
        let lower = Zeroizing::new(self.0.to_lowercase());
        let user_name = user_name.trim().to_lowercase();
        if !user_name.is_empty() && lower.contains(&user_name) {
            return Some("The password must not contain the user name.");
        }
        let mut different = Vec::new();
        for letter in lower.chars() {
            if !different.contains(&letter) {
                different.push(letter);
            }
        }
        let core = lower.trim_matches(|letter: char| !letter.is_alphabetic());
        if different.len() < MIN_DIFFERENT || OBVIOUS.contains(&core) || is_a_row(&lower) {
            return Some("This password is among the first that others would try.");
        }
        None
    }

    /// How it is kept: a PHC string.
    pub(super) async fn hash(&self) -> Result<String, ServiceError> {
        let password = self.0.clone();
        at_cost(move || {
            let hash = argon2().hash_password(password.as_bytes());
            hash.map(|hash: PasswordHash| hash.to_string())
                .map_err(|error| ServiceError::Internal(format!("Argon2id: {error}")))
        })
        .await?
    }

    /// Whether it is the one that is kept. Takes the same time where none is.
    pub(super) async fn verify(&self, kept: Option<String>) -> Result<bool, ServiceError> {
        let password = self.0.clone();
        at_cost(move || {
            let exists = kept.is_some();
            let kept = kept.unwrap_or_else(nobodys);
            let kept = PasswordHash::new(&kept)
                .map_err(|error| ServiceError::Internal(format!("a password's hash: {error}")))?;
            Ok(argon2().verify_password(password.as_bytes(), &kept).is_ok() && exists)
        })
        .await?
    }
}

/// `12345678…`, `abcdefgh…` and back.
fn is_a_row(text: &str) -> bool {
    let steps = |back: bool| {
        let letters = text.chars().map(u32::from);
        letters.clone().zip(letters.skip(1)).all(|(one, next)| {
            if back { one == next.wrapping_add(1) } else { next == one.wrapping_add(1) }
        })
    };
    steps(false) || steps(true) || "12345678901234567890".starts_with(text)
}

fn argon2() -> Argon2<'static> {
    let (memory, passes) = COST;
    // These are parameters that it takes; its own defaults are fine too.
    let parameters = Params::new(memory, passes, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

/// A hash that belongs to nobody, made at the same cost.
fn nobodys() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let hash = argon2().hash_password_with_salt(b"", b"nobody's own salt");
        hash.map(|hash: PasswordHash| hash.to_string()).unwrap_or_default()
    })
    .clone()
}

/// On a thread of its own, when it is its turn.
async fn at_cost<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let failed = |error: &dyn fmt::Display| ServiceError::Internal(error.to_string());
    let turn = AT_ONCE.acquire().await.map_err(|error| failed(&error))?;
    let done = tokio::task::spawn_blocking(move || {
        // Held until the work is done, even where nobody waits for it any more.
        let _turn = turn;
        work()
    });
    done.await.map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_obvious_passwords_are_refused() {
        for weak in [
            "short",
            "eleven char",
            "Password1234",
            "aaaaaaaaaaaaaaaa",
            "123456789012",
            "abcdefghijklmno",
            "ponmlkjihgfedcba",
            "1234administrator",
            "my first.user is it",
            "ababababababab",
        ] {
            assert!(Password::from(weak).weakness("First.User").is_some(), "{weak}");
        }
        assert!(Password::from("x".repeat(257).as_str()).weakness("u").is_some());
        for fine in ["correct horse battery", "vier Wörter und ein Punkt.", "q8#Lw2!zP0$r"] {
            assert_eq!(Password::from(fine).weakness("first.user"), None, "{fine}");
        }
    }

    #[tokio::test]
    async fn a_password_is_kept_as_an_argon2id_hash_and_recognised_by_it() {
        let password = Password::from("correct horse battery");
        let kept = password.hash().await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$"), "{kept}");
        assert!(password.verify(Some(kept.clone())).await.unwrap());
        assert!(!Password::from("correct horse batterx").verify(Some(kept)).await.unwrap());
    }

    #[tokio::test]
    async fn where_there_is_no_password_none_is_right_at_the_same_cost() {
        assert!(!Password::from("").verify(None).await.unwrap());
        let made = nobodys();
        let (memory, passes) = COST;
        assert!(made.contains(&format!("$m={memory},t={passes},p=1$")), "{made}");
    }

    #[test]
    fn a_password_is_in_no_debug_text() {
        assert_eq!(format!("{:?}", Password::from("correct horse")), "Password");
    }
}
