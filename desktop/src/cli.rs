//! The command line: what can be typed, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use phone::{ActivateArgs, Approve, PhoneArgs, PhoneCommand, ScanArgs, StatusArgs, Verify};
pub use up::UpArgs;

mod phone;
mod up;

#[cfg(test)]
mod tests;

const ABOUT: &str = "A phone that is a FIDO2 security key, emulated on a desktop";

const LONG_ABOUT: &str = "\
Pocketkey makes a phone a FIDO2 security key. This command runs the very same authenticator on a
desktop, so that browsers, login screens and test clients can use it as if the phone were plugged
in, tapped on a reader or reached over a socket.

It is a desktop stand-in: where a phone keeps its keys in hardware and checks a fingerprint, this
command keeps them in a file and asks in the terminal. Do not put accounts behind it that matter.";

const EXAMPLES: &str = "\
Examples:
  pocketkey                          show everything in under a second (the same as `demo`)
  pocketkey phone                    be a security key, with what this machine has
  pocketkey phone --hid              be a USB key that every browser on this machine sees
  pocketkey phone --nfc              lie on the virtual card reader
  pocketkey phone --tcp --approve always --verify pass --json
                                     serve test clients without a person, one JSON object a line
  pocketkey up                       a workspace and a phone, to hand the one out as a key of the other
  pocketkey phone activate --image qr.png
                                     make the phone a key of the workspace whose QR this is
  pocketkey credentials list         which accounts are on the phone
  pocketkey doctor                   what this machine can do, and what to install for the rest

Each command explains itself: pocketkey help phone";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "pocketkey",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = EXAMPLES,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; `demo` when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What `pocketkey` can be told to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Be the phone: answer requests over USB (HID), NFC and TCP until stopped; or make it a key of a
    /// workspace
    Phone(Box<PhoneArgs>),
    /// List, delete or rename the accounts on the phone
    Credentials(CredentialsArgs),
    /// Erase every account, the PIN and all settings
    Reset(ResetArgs),
    /// Say what this machine can do, and what to install for the rest
    Doctor(DoctorArgs),
    /// Print the FIDO metadata statement (MDS3) of this authenticator
    Metadata,
    /// Serve a workspace: the admin panel that hands phones out as security keys
    Workspace(Box<pocketkey_workspace::command::WorkspaceArgs>),
    /// Start a workspace, its outbox and an emulated phone, to try them together
    Up(Box<UpArgs>),
    /// Show the ten steps from an empty workspace to a sign-in with a phone, and what is refused
    Demo {
        /// Write one JSON object per step
        #[arg(long)]
        json: bool,
    },
}

const STATE_HELP: &str = "\
The phone's storage
  --state names a directory of mode 0700. It holds pocketkey.db, the sealed store, and the secret
  that opens it: either `key`, 32 random bytes of mode 0600, or `key.json`, the parameters by which
  Argon2id makes that secret from a passphrase (--passphrase). The first run decides; a passphrase
  is asked for in the terminal, or read from the file that POCKETKEY_PASSPHRASE_FILE names.
  This stands in for a phone's hardware: whoever has the key file and the store has the accounts.
  One process at a time may use the directory; a second one is refused.";

/// Which phone is meant.
#[derive(Debug, Clone, Args)]
pub struct StateArgs {
    /// Where the phone keeps its state [default: $XDG_DATA_HOME/pocketkey or
    /// ~/.local/share/pocketkey]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Seal the store with a passphrase instead of a key file (a new phone only; one that has a
    /// passphrase asks for it without being told)
    #[arg(long)]
    pub passphrase: bool,
}

const CREDENTIALS_HELP: &str = "\
Examples:
  pocketkey credentials list
  pocketkey credentials list --json
  pocketkey credentials delete 3f9a
  pocketkey credentials rename 3f9a alice@example.com --display-name 'Alice at work'

ID is what `list` prints, or as much of its beginning as is unique. Credentials that a site keeps
itself (not discoverable) are on no list: the phone does not store them.";

/// `pocketkey credentials`.
#[derive(Debug, Args)]
#[command(after_help = CREDENTIALS_HELP, after_long_help = format!("{CREDENTIALS_HELP}\n\n{STATE_HELP}"))]
pub struct CredentialsArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub command: CredentialsCommand,
}

/// What can be done with the accounts on the phone.
#[derive(Debug, Subcommand)]
pub enum CredentialsCommand {
    /// List the accounts on the phone
    List {
        /// Which phone.
        #[command(flatten)]
        state: StateArgs,
        /// Write one JSON object per account
        #[arg(long)]
        json: bool,
    },
    /// Delete one account from the phone
    Delete {
        /// Which phone.
        #[command(flatten)]
        state: StateArgs,
        /// The credential's ID in hexadecimal, or a unique beginning of it
        id: String,
        /// Write a JSON object
        #[arg(long)]
        json: bool,
    },
    /// Change the name under which an account is shown
    Rename {
        /// Which phone.
        #[command(flatten)]
        state: StateArgs,
        /// The credential's ID in hexadecimal, or a unique beginning of it
        id: String,
        /// The new account name
        name: String,
        /// The new display name (kept as it is when not given)
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// Write a JSON object
        #[arg(long)]
        json: bool,
    },
}

/// `pocketkey reset`.
#[derive(Debug, Args)]
#[command(after_long_help = STATE_HELP)]
pub struct ResetArgs {
    /// Which phone.
    #[command(flatten)]
    pub state: StateArgs,

    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// `pocketkey doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where the phone keeps its state, as for `pocketkey phone`
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,

    /// Write one JSON object per check
    #[arg(long)]
    pub json: bool,
}
