//! What may happen next.

use proptest::{collection::vec, prelude::*};

use crate::{
    platform::{Choice, Refusal},
    testing::Reaction,
};

pub(super) const SITES: [&str; 3] = ["example.com", "other.org", "a.example"];
/// The third is too short.
pub(super) const PINS: [&str; 4] = ["1234", "567890", "abc", "日本語四"];

#[derive(Debug, Clone)]
pub(super) struct Step {
    pub action: Action,
    /// To the prompts of this step, in order; then the person agrees.
    pub reactions: Vec<Reaction>,
    pub ending: Ending,
    pub channel: usize,
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Answer,
    Cancel,
    /// The client goes away while the person is being asked.
    Drop,
}

/// What proves an earlier verification.
#[derive(Debug, Clone, Copy)]
pub(super) enum Proof {
    None,
    Empty,
    Latest,
    Earlier(usize),
    Wrong,
}

#[derive(Debug, Clone)]
pub(super) enum Action {
    SetPin(usize),
    ChangePin { old: usize, new: usize },
    PinToken { protocol: u8, pin: usize, permissions: Option<u8>, site: Option<usize> },
    UvToken { protocol: u8, permissions: u8, site: Option<usize> },
    Make(Make),
    Assert(Assert),
    Next,
    Manage { subcommand: u8, target: usize, proof: Proof },
    Config { subcommand: u8, length: Option<u8>, force: bool, proof: Proof },
    Blobs { write: bool, offset: u8, proof: Proof },
    U2fRegister(usize),
    U2fAuthenticate { credential: usize, control: u8 },
    Raw(Vec<u8>),
    Reset,
    OwnerReset,
    PowerCycle,
    Idle,
    Wait(u64),
    BuiltInUv(Option<bool>),
    ChoosesAccount(bool),
}

#[derive(Debug, Clone)]
pub(super) struct Make {
    pub site: usize,
    pub user: u8,
    pub rk: bool,
    pub protect: Option<u8>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    pub proof: Proof,
}

#[derive(Debug, Clone)]
pub(super) struct Assert {
    pub site: usize,
    /// One of the credentials that were made; otherwise any discoverable one.
    pub allow: Option<usize>,
    pub up: Option<bool>,
    pub uv: Option<bool>,
    pub proof: Proof,
}

fn proof() -> impl Strategy<Value = Proof> {
    prop_oneof![
        4 => Just(Proof::None),
        6 => Just(Proof::Latest),
        1 => Just(Proof::Empty),
        1 => (0..8_usize).prop_map(Proof::Earlier),
        1 => Just(Proof::Wrong),
    ]
}

fn permissions() -> impl Strategy<Value = u8> {
    prop_oneof![
        6 => prop::sample::select(vec![0x01, 0x02, 0x03, 0x04, 0x13, 0x20, 0x40, 0x37]),
        1 => any::<u8>(),
    ]
}

/// Mostly the first: a sequence in which nothing fits says little.
fn pin() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0), 1 => 0..PINS.len()]
}

fn site() -> impl Strategy<Value = usize> {
    prop_oneof![3 => Just(0), 1 => 0..SITES.len()]
}

fn option() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![2 => Just(None), 1 => any::<bool>().prop_map(Some)]
}

fn pin_action() -> impl Strategy<Value = Action> {
    let of_pin = (1..=2_u8, pin(), prop::option::weighted(0.8, permissions())).prop_flat_map(
        |(protocol, pin, permissions)| {
            prop::option::of(site()).prop_map(move |site| Action::PinToken {
                protocol,
                pin,
                permissions,
                site,
            })
        },
    );
    prop_oneof![
        2 => pin().prop_map(Action::SetPin),
        1 => (pin(), pin()).prop_map(|(old, new)| Action::ChangePin { old, new }),
        6 => of_pin,
        3 => (1..=2_u8, permissions(), prop::option::of(site())).prop_map(
            |(protocol, permissions, site)| Action::UvToken { protocol, permissions, site }
        ),
    ]
}

fn credential_action() -> impl Strategy<Value = Action> {
    let make = (
        (site(), 0..4_u8, any::<bool>(), prop::option::weighted(0.3, 1..=3_u8)),
        (option(), option(), proof()),
    )
        .prop_map(|((site, user, rk, protect), (up, uv, proof))| {
            Action::Make(Make { site, user, rk, protect, up, uv, proof })
        });
    let assert = (site(), prop::option::of(0..16_usize), option(), option(), proof()).prop_map(
        |(site, allow, up, uv, proof)| Action::Assert(Assert { site, allow, up, uv, proof }),
    );
    prop_oneof![
        4 => make,
        5 => assert,
        2 => Just(Action::Next),
        1 => site().prop_map(Action::U2fRegister),
        1 => (0..16_usize, prop::sample::select(vec![3_u8, 7, 8]))
            .prop_map(|(credential, control)| Action::U2fAuthenticate { credential, control }),
    ]
}

fn managing_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        3 => (1..=7_u8, 0..16_usize, proof()).prop_map(|(subcommand, target, proof)| {
            Action::Manage { subcommand, target, proof }
        }),
        1 => (1..=4_u8, prop::option::of(3..7_u8), any::<bool>(), proof()).prop_map(
            |(subcommand, length, force, proof)| {
                Action::Config { subcommand, length, force, proof }
            }
        ),
        1 => (any::<bool>(), prop::sample::select(vec![0_u8, 10, 17]), proof())
            .prop_map(|(write, offset, proof)| Action::Blobs { write, offset, proof }),
    ]
}

fn other_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => prop::sample::select(vec![vec![4], vec![0x0b], vec![8]]).prop_map(Action::Raw),
        1 => vec(any::<u8>(), 0..40).prop_map(Action::Raw),
        1 => Just(Action::Reset),
        1 => prop_oneof![Just(Action::OwnerReset), Just(Action::Idle)],
        2 => Just(Action::PowerCycle),
        3 => prop::sample::select(vec![1_u64, 19_800, 30_000, 300_000, 600_000])
            .prop_map(Action::Wait),
        1 => prop::option::of(any::<bool>()).prop_map(Action::BuiltInUv),
        1 => any::<bool>().prop_map(Action::ChoosesAccount),
    ]
}

fn reaction() -> impl Strategy<Value = Reaction> {
    let choice = prop_oneof![(0..10_usize).prop_map(Choice::Account), Just(Choice::Older)];
    let refusals =
        vec![Refusal::Declined, Refusal::TimedOut, Refusal::NotVerified, Refusal::Locked];
    prop_oneof![
        3 => Just(Reaction::Agree),
        2 => choice.prop_map(Reaction::Choose),
        2 => Just(Reaction::AgreeUnverified),
        2 => prop::sample::select(refusals).prop_map(Reaction::Refuse),
        1 => Just(Reaction::Ignore),
    ]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let action = prop_oneof![4 => pin_action(), 5 => credential_action(), 3 => managing_action(), 2 => other_action()];
    let ending =
        prop_oneof![12 => Just(Ending::Answer), 1 => Just(Ending::Cancel), 1 => Just(Ending::Drop)];
    let reactions = prop_oneof![3 => Just(Vec::new()), 1 => vec(reaction(), 1..5)];
    let channel = prop_oneof![6 => Just(0), 1 => 0..3_usize];
    (action, reactions, ending, channel).prop_map(|(action, reactions, ending, channel)| Step {
        action,
        reactions,
        ending,
        channel,
    })
}
