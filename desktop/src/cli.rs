//! The command line: what can be typed, and the help that teaches it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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
    /// Be the phone: answer requests over USB (HID), NFC and TCP until stopped
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
    /// Register and sign in against a real relying party, in this one process
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

const PHONE_HELP: &str = "\
Consent
  With --approve ask each request is shown (site, account, operation, transport) and waits for
  `y` or `n` and Enter, until the countdown ends or the computer gives up. Several accounts are
  listed: type the number of one. `always` agrees by itself and takes the newest account, `never`
  refuses. The default is ask in a terminal and never elsewhere.
  --verify is the fingerprint that a desktop does not have: `ask` lets you play it (`v` it matched,
  `f` it did not), `pass` and `fail` play it by themselves, `none` is a phone without any.

Transports
  Without --hid, --nfc and --tcp the phone takes what the machine has: USB where /dev/uhid can be
  written (as root, or by a udev rule), else TCP on 127.0.0.1:35962.
  --tcp carries CTAPHID: each 64-byte report in a frame of a 2-byte big-endian length and the
  report; several connections at once, each like a USB port of its own; loopback only.
  --test-controls lets whoever connects over TCP send a frame of length 1: 0 is a power cycle,
  1 erases everything. The same frame comes back when it has been done.
  Every transport is the same phone: one request at a time, the others are told that it is busy.

Examples:
  pocketkey phone --hid --state ~/keys/work
  pocketkey phone --tcp 127.0.0.1:0 --json --approve always --verify pass
  POCKETKEY_PASSPHRASE_FILE=secret pocketkey phone --nfc --passphrase

JSON (--json): one object a line on standard output; what to expect is in desktop/README.md.
SIGINT (Ctrl-C) and SIGTERM end it cleanly, with exit status 0.";

/// `pocketkey phone`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = format!("{PHONE_HELP}\n\n{STATE_HELP}"))]
pub struct PhoneArgs {
    /// Which phone.
    #[command(flatten)]
    pub state: StateArgs,

    /// Lie on the virtual NFC reader: pcscd with vsmartcard-vpcd
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:35963")]
    pub nfc: Option<String>,

    /// Be plugged in as a USB key, through /dev/uhid
    #[arg(long)]
    pub hid: bool,

    /// Serve CTAPHID over loopback TCP
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:35962")]
    pub tcp: Option<String>,

    /// Let TCP clients cut the power and erase the phone (for test suites)
    #[arg(long)]
    pub test_controls: bool,

    /// Who agrees to requests [default: ask in a terminal, else never]
    #[arg(long, value_enum)]
    pub approve: Option<Approve>,

    /// How the person is verified
    #[arg(long, value_enum, default_value_t = Verify::Ask)]
    pub verify: Verify,

    /// Attest with certified keys of its own (made at first use, under a root that nobody knows)
    /// instead of letting each credential attest itself
    #[arg(long)]
    pub attestation: bool,

    /// A site that gets enterprise attestation, which tells this phone from others; repeatable
    #[arg(long, value_name = "RP_ID", requires = "attestation")]
    pub enterprise_rp_id: Vec<String>,

    /// Write one JSON object per event instead of plain lines
    #[arg(long)]
    pub json: bool,
}

/// Who agrees to requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Approve {
    /// The person at the terminal
    Ask,
    /// Agree by itself, with the newest account
    Always,
    /// Refuse by itself
    Never,
}

/// How the person is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// The person at the terminal plays it
    Ask,
    /// It always matches
    Pass,
    /// It never matches
    Fail,
    /// The phone has no built-in verification at all
    None,
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
