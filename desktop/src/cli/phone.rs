//! `pocketkey phone` and what belongs to it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{STATE_HELP, StateArgs};

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

Workspace
  `pocketkey phone activate` makes this phone a key of a workspace, running or not, and
  `pocketkey phone status` tells how it stands. A running phone checks in with its workspace at its
  start and every few minutes.

Examples:
  pocketkey phone --hid --state ~/keys/work
  pocketkey phone --tcp 127.0.0.1:0 --json --approve always --verify pass
  POCKETKEY_PASSPHRASE_FILE=secret pocketkey phone --nfc --passphrase

JSON (--json): one object a line on standard output; what to expect is in desktop/README.md.
SIGINT (Ctrl-C) and SIGTERM end it cleanly, with exit status 0.";

/// `pocketkey phone`.
#[derive(Debug, Clone, Args)]
#[command(
    after_long_help = format!("{PHONE_HELP}\n\n{STATE_HELP}"),
    args_conflicts_with_subcommands = true
)]
pub struct PhoneArgs {
    /// What else to do with the phone; nothing said, it answers requests.
    #[command(subcommand)]
    pub command: Option<PhoneCommand>,

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

/// What can be done with the phone besides being it.
#[derive(Debug, Clone, Subcommand)]
pub enum PhoneCommand {
    /// Find the activation code in a picture, and print its link
    Scan(ScanArgs),
    /// Make the phone a key of a workspace
    Activate(ActivateArgs),
    /// Tell how the phone stands with its workspace
    Status(StatusArgs),
}

const SCAN_HELP: &str = "\
The picture (PNG, JPEG, GIF, WebP or BMP) is searched for QR codes, whichever way up, tilted, out of
focus, in bad light or somewhere on a screenshot. Several different activation codes are an error,
because only a person can say which one is meant.

The link is printed as it is. Whoever reads it can use it, once, until it expires.

Exit status: 0 the link was printed; 1 there is none, and standard error says why; 2 misspelt.";

/// `pocketkey phone scan`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = SCAN_HELP)]
pub struct ScanArgs {
    /// The picture, as a camera or a screenshot gives it
    pub image: PathBuf,

    /// Write a JSON object
    #[arg(long)]
    pub json: bool,
}

const ACTIVATE_HELP: &str = "\
The admin panel shows the code as a QR, or sends it by e-mail as a QR and a link. Take a screenshot
of the QR for --image, or copy the link. A link on the command line can be seen by other users of this
machine: with `-` it is read from standard input.

What the phone would join is shown first (workspace, user, rules), and needs the owner's agreement:
in this terminal, as --approve and --verify say; or where the phone is running, if it is, which this
command then asks to do it.

A phone belongs to one workspace at most. Where an answer is lost on the way, the same command with
the same code goes on; nothing is in force before the workspace has answered.

Examples:
  pocketkey phone activate --image screenshot.png
  pocketkey phone activate 'https://keys.example.org/activate#t=...&k=...'
  pocketkey phone activate --image qr.png --approve always --verify pass --json

Exit status: 0 the phone is a key of the workspace; 1 it is not, and standard error says why and what
to do; 2 misspelt.";

/// `pocketkey phone activate`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = format!("{ACTIVATE_HELP}\n\n{STATE_HELP}"))]
pub struct ActivateArgs {
    /// The link of the activation code, or `-` to read it from standard input
    #[arg(required_unless_present = "image")]
    pub link: Option<String>,

    /// A picture of the QR instead
    #[arg(long, value_name = "FILE", conflicts_with = "link")]
    pub image: Option<PathBuf>,

    /// What the panel will call this phone
    #[arg(long, default_value = "Emulated phone")]
    pub name: String,

    /// Which phone.
    #[command(flatten)]
    pub state: StateArgs,

    /// Who agrees to joining [default: ask in a terminal, else never]
    #[arg(long, value_enum)]
    pub approve: Option<Approve>,

    /// How the person is verified
    #[arg(long, value_enum, default_value_t = Verify::Ask)]
    pub verify: Verify,

    /// Write one JSON object per event instead of plain lines
    #[arg(long)]
    pub json: bool,
}

const STATUS_HELP: &str = "\
What the phone holds is told without asking anybody, whether it is running or not. With --check-in
the workspace is asked first.

Exit status: 0 it was told; 1 it could not be, and standard error says why; 2 misspelt; 3 it was told,
and the phone is no active key of any workspace.";

/// `pocketkey phone status`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = format!("{STATUS_HELP}\n\n{STATE_HELP}"))]
pub struct StatusArgs {
    /// Which phone.
    #[command(flatten)]
    pub state: StateArgs,

    /// Ask the workspace first
    #[arg(long)]
    pub check_in: bool,

    /// Write a JSON object
    #[arg(long)]
    pub json: bool,
}
