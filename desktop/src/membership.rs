//! How the phone stands with its workspace, in words and in JSON.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use pocketkey_core::activation::PendingActivation;
use pocketkey_core::membership::{MemberStatus, MembershipStatus};
use pocketkey_core::policy::{CredentialStorage, OfflineLogin, Settings, Verification};
use pocketkey_core::protocol::{KeyState, UserName, WorkspaceName};
use pocketkey_core::{Authenticator, OwnerError};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::text::{SHOWN, printable};

#[cfg(test)]
mod tests;

/// How the phone stands. Its JSON is a promise to scripts: `desktop/README.md`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The workspace that the phone is, or was, a key of.
    pub membership: Option<Standing>,
    /// An activation whose answer was lost.
    pub pending: Option<Pending>,
}

/// The phone as a key of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Where it is.
    pub origin: String,
    /// Active, suspended or revoked.
    pub key: KeyState,
    /// When it was revoked, in seconds since 1970.
    pub revoked_at: Option<u64>,
    /// What holds until then.
    #[serde(flatten)]
    pub member: Option<Member>,
}

/// What holds for a phone that has not been revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Whose key the phone is.
    pub user: UserName,
    /// The rules.
    pub settings: Settings,
    /// Their version.
    pub policy_version: u64,
    /// What may be signed without the workspace.
    pub grant: Option<Grant>,
    /// When the workspace last answered, by its clock, in seconds since 1970.
    pub last_check_in: u64,
}

/// What is left of a grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Signatures.
    pub left: u32,
    /// In seconds since 1970.
    pub until: u64,
}

/// An activation that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Where it is.
    pub origin: String,
    /// Whose key the phone would be.
    pub user: UserName,
}

impl Status {
    /// What the phone holds.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn of(authenticator: &Authenticator) -> Result<Self, OwnerError> {
        let membership = authenticator.membership()?.map(Standing::from);
        let pending = authenticator.pending_activation()?.map(Pending::from);
        Ok(Self { membership, pending })
    }

    /// Whether the phone is a key that may sign.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.membership.as_ref().is_some_and(|membership| membership.key == KeyState::Active)
    }

    /// The same for a person, a few lines.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |name: &str, value: &str| {
            let _ = writeln!(text, "{name:<14}{value}");
        };
        match &self.membership {
            None => line("workspace", "none: `pocketkey phone activate` joins one"),
            Some(standing) => {
                line("workspace", &place(&standing.workspace, &standing.origin));
                if let Some(member) = &standing.member {
                    line("user", &person(&member.user));
                }
                line("key", &state(standing));
                for (name, value) in standing.member.iter().flat_map(Member::lines) {
                    line(name, &value);
                }
            }
        }
        if let Some(pending) = &self.pending {
            let place = place(&pending.workspace, &pending.origin);
            let whose = person(&pending.user);
            line(
                "pending",
                &format!("{place}, as the key of {whose}: activate with the same code again"),
            );
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl Member {
    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines: Vec<(&'static str, String)> =
            rules(&self.settings).into_iter().map(|rule| ("", rule)).collect();
        if let Some(first) = lines.first_mut() {
            first.0 = "rules";
        }
        let grant = match &self.grant {
            None => "none: the workspace has to agree to each signature".to_owned(),
            Some(grant) if grant.until <= now() => format!("over since {}", date(grant.until)),
            Some(grant) => format!("{} signatures left, until {}", grant.left, date(grant.until)),
        };
        lines.push(("grant", grant));
        let ago = now().saturating_sub(self.last_check_in);
        lines.push(("last check-in", format!("{} ({})", date(self.last_check_in), age(ago))));
        lines
    }
}

/// The rules, each as a sentence.
fn rules(settings: &Settings) -> Vec<String> {
    let mut rules = vec![match settings.verification {
        Verification::OnPhone => "verified on the phone for each signature".to_owned(),
        Verification::ReaderTapAndPin => {
            "answers on an NFC reader only, with a PIN typed on the computer".to_owned()
        }
    }];
    rules.push(match settings.offline_login {
        None => "the workspace agrees to each signature (offline login is off)".to_owned(),
        Some(OfflineLogin { uses, days }) => {
            format!("without the workspace at most {uses} signatures, for {days} days at most")
        }
    });
    if settings.bluetooth_proximity {
        rules.push("a request through a network needs proof that the phone is near".to_owned());
    }
    rules.push(match settings.credential_storage {
        CredentialStorage::Phone => "credentials stay on the phone".to_owned(),
        CredentialStorage::EncryptedBackup => "credentials have an encrypted backup".to_owned(),
        CredentialStorage::Workspace => "credentials are in the workspace".to_owned(),
    });
    rules
}

fn state(standing: &Standing) -> String {
    match (standing.key, standing.revoked_at) {
        (KeyState::Active, _) => "active".to_owned(),
        (KeyState::Suspended, _) => {
            "suspended: it signs nothing until the administrator resumes it".to_owned()
        }
        (KeyState::Revoked, at) => format!(
            "revoked{}: everything was erased; `pocketkey reset` makes it a new phone",
            at.map(|at| format!(" on {}", date(at))).unwrap_or_default()
        ),
    }
}

/// A workspace, by its name and by where it is, which is what counts.
#[must_use]
pub fn place(workspace: &WorkspaceName, origin: &str) -> String {
    format!("{} ({})", printable(&workspace.name, SHOWN), printable(origin, SHOWN))
}

fn person(user: &UserName) -> String {
    let name = printable(&user.name, SHOWN);
    if user.display_name.is_empty() || user.display_name == user.name {
        return name;
    }
    format!("{} ({name})", printable(&user.display_name, SHOWN))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|since| since.as_secs()).unwrap_or_default()
}

/// A time of day in UTC; its number, where there is no such date.
fn date(seconds: u64) -> String {
    let date = i64::try_from(seconds).ok().map(OffsetDateTime::from_unix_timestamp);
    let Some(Ok(date)) = date else { return format!("{seconds} seconds since 1970") };
    let (year, month, day) = date.to_calendar_date();
    let (hour, minute, _) = date.to_hms();
    format!("{year}-{:02}-{day:02} {hour:02}:{minute:02} UTC", u8::from(month))
}

fn age(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" })
}

impl From<MembershipStatus> for Standing {
    fn from(status: MembershipStatus) -> Self {
        match status {
            MembershipStatus::Member(member) => member.into(),
            MembershipStatus::Revoked(revocation) => Self {
                workspace: revocation.workspace,
                origin: revocation.origin,
                key: KeyState::Revoked,
                revoked_at: Some(revocation.at),
                member: None,
            },
        }
    }
}

impl From<MemberStatus> for Standing {
    fn from(status: MemberStatus) -> Self {
        Self {
            workspace: status.workspace,
            origin: status.origin,
            key: status.state,
            revoked_at: None,
            member: Some(Member {
                user: status.user,
                settings: status.settings,
                policy_version: status.policy_version,
                grant: status.grant.map(|grant| Grant { left: grant.left, until: grant.until }),
                last_check_in: status.last_check_in,
            }),
        }
    }
}

impl From<PendingActivation> for Pending {
    fn from(pending: PendingActivation) -> Self {
        Self { workspace: pending.workspace, origin: pending.origin, user: pending.user }
    }
}
