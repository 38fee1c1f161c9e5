//! What may happen next.

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use pocketkey_core::{
    platform::{Choice, Refusal},
    testing::Reaction,
};

pub const SITES: [&str; 3] = ["example.com", "other.org", "a.example"];
/// The third is too short.
pub const PINS: [&str; 4] = ["1234", "567890", "abc", "日本語四"];

#[derive(Debug, Arbitrary)]
pub struct Sequence {
    pub built_in_uv: Option<bool>,
    pub with_pin: bool,
    pub steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
pub struct Step {
    pub action: Action,
    /// What the person does at the first prompt; agrees, at later ones.
    pub person: Person,
    /// Which of three clients; the third is at an NFC reader.
    pub client: u8,
}

#[derive(Debug, Arbitrary, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Agrees,
    Chooses(u8),
    WantsOlder,
    AgreesUnverified,
    Declines,
    IsNotTheOwner,
    IsLockedOut,
    Ignores,
}

impl Person {
    pub fn reaction(self) -> Reaction {
        match self {
            Self::Agrees => Reaction::Agree,
            Self::Chooses(index) => Reaction::Choose(Choice::Account(index.into())),
            Self::WantsOlder => Reaction::Choose(Choice::Older),
            Self::AgreesUnverified => Reaction::AgreeUnverified,
            Self::Declines => Reaction::Refuse(Refusal::Declined),
            Self::IsNotTheOwner => Reaction::Refuse(Refusal::NotVerified),
            Self::IsLockedOut => Reaction::Refuse(Refusal::Locked),
            Self::Ignores => Reaction::Ignore,
        }
    }
}

/// What proves an earlier verification.
#[derive(Debug, Arbitrary, Clone, Copy)]
pub enum Proof {
    None,
    Empty,
    Latest,
    Earlier(u8),
    Wrong,
}

#[derive(Debug, Arbitrary)]
pub enum Action {
    SetPin(u8),
    ChangePin { old: u8, new: u8 },
    PinToken { pin: u8, permissions: u8, site: Option<u8> },
    UvToken { permissions: u8, site: Option<u8> },
    Make(Make),
    Assert(Assert),
    Next,
    Manage { subcommand: u8, target: u8, proof: Proof },
    Config { subcommand: u8, length: Option<u8>, force: bool, proof: Proof },
    Blobs { write: bool, offset: u8, proof: Proof },
    U2f { instruction: u8, control: u8, site: u8, credential: u8 },
    Raw(Vec<u8>),
    Reset,
    OwnerReset,
    OwnerDeletes(u8),
    PowerCycle,
    Idle,
    Wait(u16),
    BuiltInUv(Option<bool>),
    ChoosesAccount(bool),
}

#[derive(Debug, Arbitrary)]
pub struct Make {
    pub site: u8,
    pub user: u8,
    pub rk: bool,
    pub protect: Option<u8>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    pub exclude: Option<u8>,
    pub proof: Proof,
}

#[derive(Debug, Arbitrary)]
pub struct Assert {
    pub site: u8,
    /// One of the credentials that were made; otherwise any discoverable one.
    pub allow: Option<u8>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    pub proof: Proof,
}

/// One of a list, whatever the number.
pub fn pick<T>(list: &[T], index: u8) -> Option<&T> {
    list.get(usize::from(index).checked_rem(list.len())?)
}
