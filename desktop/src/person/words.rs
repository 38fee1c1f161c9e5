//! A prompt in words: what the person is asked, and the names that logs use for it.

use pocketkey_core::platform::{Account, Needs, Operation, Prompt, Site};
use pocketkey_core::policy::{OfflineLogin, Settings, Verification};
use pocketkey_core::transport::Transport;

use crate::text::{SHOWN, printable};

#[cfg(test)]
mod tests;

/// The operation's name in the log.
#[must_use]
pub const fn operation_name(operation: &Operation) -> &'static str {
    match operation {
        Operation::Register { .. } => "register",
        Operation::AlreadyRegistered { .. } => "already_registered",
        Operation::SignIn { .. } => "sign_in",
        Operation::NoCredential { .. } => "no_credential",
        Operation::Select => "select",
        Operation::AllowToken { .. } => "allow_token",
        Operation::JoinWorkspace { .. } => "join_workspace",
        Operation::Reset => "reset",
    }
}

/// The site that asks, where the operation names one.
#[must_use]
pub const fn site(operation: &Operation) -> Option<&Site> {
    match operation {
        Operation::Register { site, .. }
        | Operation::AlreadyRegistered { site }
        | Operation::SignIn { site, .. }
        | Operation::NoCredential { site } => Some(site),
        Operation::AllowToken { site, .. } => site.as_ref(),
        Operation::Select | Operation::JoinWorkspace { .. } | Operation::Reset => None,
    }
}

/// The accounts that the operation is about, newest first.
#[must_use]
pub fn accounts(operation: &Operation) -> &[Account] {
    match operation {
        Operation::Register { account, .. } => account.as_slice(),
        Operation::SignIn { accounts, .. } => accounts,
        _ => &[],
    }
}

/// How many accounts there are that the prompt does not list.
#[must_use]
pub const fn not_listed(operation: &Operation) -> u64 {
    match operation {
        Operation::SignIn { not_listed, .. } => *not_listed,
        _ => 0,
    }
}

/// How a site is shown: its RP ID, which is what counts; its own name only beside it.
#[must_use]
pub fn show_site(site: &Site) -> String {
    let id = printable(&site.id, SHOWN);
    match site.name.as_deref() {
        Some(name) if !name.is_empty() && name != site.id => {
            format!("{id} (calls itself “{}”)", printable(name, SHOWN))
        }
        _ => id,
    }
}

/// How an account is shown.
#[must_use]
pub fn show_account(account: &Account) -> String {
    let given = |text: &Option<String>| {
        text.as_deref().filter(|text| !text.is_empty()).map(|text| printable(text, SHOWN))
    };
    match (given(&account.name), given(&account.display_name)) {
        (Some(name), Some(display)) if name != display => format!("{name} ({display})"),
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            let id: String = hex::encode(&account.id).chars().take(16).collect();
            format!("account {id}")
        }
    }
}

/// How the request came, for a person.
#[must_use]
pub const fn show_transport(transport: Transport) -> &'static str {
    match transport {
        Transport::Usb => "USB",
        Transport::Nfc => "NFC",
        Transport::Ble => "Bluetooth",
        Transport::Hybrid => "a network",
        Transport::Internal => "this phone",
    }
}

/// The question, as lines: what would happen first, then the accounts where one is to be chosen.
#[must_use]
pub fn question(prompt: &Prompt) -> Vec<String> {
    let mut lines =
        vec![format!("Over {}: {}", show_transport(prompt.transport), sentence(&prompt.operation))];
    if let Operation::SignIn { accounts, not_listed, .. } = &prompt.operation
        && (accounts.len() > 1 || *not_listed > 0)
    {
        lines.extend(
            accounts
                .iter()
                .enumerate()
                .map(|(index, account)| format!("  {}  {}", index + 1, show_account(account))),
        );
        if *not_listed > 0 {
            lines.push(format!("  (and {not_listed} older ones)"));
        }
    }
    if let Operation::JoinWorkspace { settings, credentials, .. } = &prompt.operation {
        lines.extend(rules(settings, *credentials));
    }
    if prompt.needs == Needs::Verification {
        lines.push("  It needs the owner: a phone would check a fingerprint now.".to_owned());
    }
    lines
}

/// What joining a workspace means for the phone.
fn rules(settings: &Settings, credentials: u64) -> Vec<String> {
    let verification = match settings.verification {
        Verification::OnPhone => "you are verified on this phone for each request",
        Verification::ReaderTapAndPin => {
            "it answers on an NFC reader only, with a PIN typed on the computer"
        }
    };
    let offline = match settings.offline_login {
        None => "the workspace is asked before each signature".to_owned(),
        Some(OfflineLogin { uses, days }) => {
            format!("without the workspace, it signs at most {uses} times and for {days} days")
        }
    };
    let mut lines = vec![format!("  {verification}"), format!("  {offline}")];
    if settings.bluetooth_proximity {
        lines.push("  a request through a network needs proof that the phone is near".to_owned());
    }
    let mut erased = "  when the workspace revokes this key, everything on it is erased".to_owned();
    if credentials > 0 {
        erased.push_str(&format!(", the {credentials} accounts that are here already included"));
    }
    lines.push(erased);
    lines
}

fn sentence(operation: &Operation) -> String {
    match operation {
        Operation::Register { site, account: Some(account), .. } => {
            format!("{} wants to register a passkey for {}", show_site(site), show_account(account))
        }
        Operation::Register { site, account: None, .. } => {
            format!("{} wants to register this phone", show_site(site))
        }
        Operation::AlreadyRegistered { site } => {
            format!("{} knows this phone already; confirm that you are there", show_site(site))
        }
        Operation::SignIn { site, accounts, .. } => match accounts.as_slice() {
            [] => format!("{} wants to sign you in", show_site(site)),
            [one] if not_listed(operation) == 0 => {
                format!("{} wants to sign you in as {}", show_site(site), show_account(one))
            }
            _ => format!("{} wants to sign you in with one of", show_site(site)),
        },
        Operation::NoCredential { site } => {
            format!(
                "{} asks, but there is no account for it; confirm that you are there",
                show_site(site)
            )
        }
        Operation::Select => "a program asks whether to use this phone".to_owned(),
        Operation::AllowToken { permissions, site } => {
            let what = permission_words(*permissions);
            match site {
                Some(site) => format!("a program wants to {what} at {}", show_site(site)),
                None => format!("a program wants to {what}"),
            }
        }
        Operation::JoinWorkspace { workspace, origin, user, .. } => format!(
            "join the workspace “{}” at {} as the key of {} ({})",
            printable(&workspace.name, SHOWN),
            printable(origin, SHOWN),
            printable(&user.display_name, SHOWN),
            printable(&user.name, SHOWN)
        ),
        Operation::Reset => {
            "a program wants to ERASE every account, the PIN and all settings".to_owned()
        }
    }
}

/// The permissions of CTAP 2.3 §6.5.5.7, in words.
fn permission_words(permissions: u8) -> String {
    const WORDS: [(u8, &str); 7] = [
        (0x01, "register passkeys"),
        (0x02, "sign in"),
        (0x04, "manage the accounts on the phone"),
        (0x08, "enrol biometrics"),
        (0x10, "store large blobs"),
        (0x20, "change the phone's settings"),
        (0x40, "list the accounts on the phone, from now on"),
    ];
    let words: Vec<&str> =
        WORDS.iter().filter(|(bit, _)| permissions & bit != 0).map(|(_, word)| *word).collect();
    if words.is_empty() { "verify you".to_owned() } else { words.join(", ") }
}
