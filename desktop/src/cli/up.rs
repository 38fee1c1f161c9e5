//! `pocketkey up`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

use super::{Approve, PhoneArgs, StateArgs, Verify};

const UP_HELP: &str = "\
It is `pocketkey workspace` and `pocketkey phone` in one process, with their state in one directory:
  DIR/workspace   the workspace's database, key and outbox (messages as .eml files)
  DIR/phone       the emulated phone
Open the panel, add a user, assign a smartphone and show its QR code; then, in another terminal,
  pocketkey phone activate --state DIR/phone --image SCREENSHOT.png
or paste the link that stands beside the code. The panel shows the phone as active by itself, and the
user signs in at /signin, where the browser needs the phone as a USB key (--hid).

Examples:
  pocketkey up
  pocketkey up --hid                          a browser on this machine can sign in with the phone
  pocketkey up --dir /tmp/try --approve always --verify pass --json

Nothing is opened in a browser by itself. SIGINT (Ctrl-C) and SIGTERM end it cleanly.";

/// `pocketkey up`.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = UP_HELP)]
pub struct UpArgs {
    /// Where everything is kept [default: $XDG_DATA_HOME/pocketkey-up or ~/.local/share/pocketkey-up]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,

    /// Where the workspace listens, on this machine
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8465")]
    pub listen: SocketAddr,

    /// What people call the workspace
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,

    /// Let the phone lie on the virtual NFC reader: pcscd with vsmartcard-vpcd
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:35963")]
    pub nfc: Option<String>,

    /// Plug the phone in as a USB key, through /dev/uhid
    #[arg(long)]
    pub hid: bool,

    /// Let the phone serve CTAPHID over loopback TCP
    #[arg(long, value_name = "HOST:PORT", num_args = 0..=1, default_missing_value = "127.0.0.1:35962")]
    pub tcp: Option<String>,

    /// Who agrees to the phone's requests [default: ask in a terminal, else never]
    #[arg(long, value_enum)]
    pub approve: Option<Approve>,

    /// How the phone verifies its person
    #[arg(long, value_enum, default_value_t = Verify::Ask)]
    pub verify: Verify,

    /// Write one JSON object per event instead of plain lines
    #[arg(long)]
    pub json: bool,
}

impl UpArgs {
    /// The phone of these, with its state in this directory.
    pub fn phone(&self, state: PathBuf) -> PhoneArgs {
        PhoneArgs {
            command: None,
            state: StateArgs { state: Some(state), passphrase: false },
            nfc: self.nfc.clone(),
            hid: self.hid,
            tcp: self.tcp.clone(),
            test_controls: false,
            approve: self.approve,
            verify: self.verify,
            attestation: false,
            enterprise_rp_id: Vec::new(),
            json: self.json,
        }
    }
}
