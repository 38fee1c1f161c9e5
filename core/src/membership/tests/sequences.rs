//! Whatever happens in whatever order, the phone signs no more than it may.

use std::{sync::Arc, time::Duration};

use proptest::{collection::vec, prelude::*};

use super::Folder;
use crate::{
    membership::MembershipStatus,
    protocol::KeyState,
    testing::{
        FakeClock,
        device::{Device, offline, online},
        workspace::{Deed, ScriptedWorkspace},
    },
};

#[derive(Debug, Clone)]
enum Event {
    SignIn,
    CheckIn,
    Reachable(bool),
    State(bool),
    Rules(Option<u32>),
    Clock(u64),
    LoseAnswer,
    ForgeAnswer,
    PowerCycle,
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::SignIn),
        1 => Just(Event::CheckIn),
        3 => any::<bool>().prop_map(Event::Reachable),
        2 => any::<bool>().prop_map(Event::State),
        1 => prop::option::of(1..5_u32).prop_map(Event::Rules),
        2 => (0..6_u64).prop_map(Event::Clock),
        1 => Just(Event::LoseAnswer),
        1 => Just(Event::ForgeAnswer),
        1 => Just(Event::PowerCycle),
        1 => Just(Event::Restart),
    ]
}

const DAY: u64 = 86_400;

/// What the phone may do, as somebody sees it who knows all that was said.
struct Model {
    active: bool,
    rules: Option<u32>,
    reachable: bool,
    /// What the phone has been told, and has used since.
    known_active: bool,
    left: u32,
    until: u64,
    latest: u64,
    clock: u64,
    /// The next letter has a deed of its own, after which it counts as unreachable.
    spoilt: u32,
}

impl Model {
    fn learn(&mut self) {
        self.known_active = self.active;
        self.left = self.rules.filter(|_| self.active).unwrap_or(0);
        self.until = FakeClock::EPOCH.as_secs() + 3 * DAY;
        self.latest = FakeClock::EPOCH.as_secs();
    }

    /// Whether a letter that is sent now is answered.
    fn answered(&mut self) -> bool {
        let spoilt = self.spoilt > 0;
        self.spoilt = self.spoilt.saturating_sub(1);
        self.reachable && !spoilt
    }

    fn may_sign(&mut self) -> bool {
        if self.answered() {
            self.learn();
            return self.active;
        }
        let time = self.latest.max(self.clock);
        if !self.known_active || self.left == 0 && time < self.until {
            return false;
        }
        // A time that a use, or the end of the grant, was judged by is never forgotten.
        self.latest = time;
        if time >= self.until {
            return false;
        }
        self.left -= 1;
        true
    }
}

fn rules(uses: Option<u32>) -> crate::policy::Settings {
    uses.map_or_else(online, |uses| offline(uses, 3))
}

fn play(events: Vec<Event>) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], rules(Some(2))));
    let mut device = folder.open(&workspace);
    device.join(&workspace).unwrap();
    let id = device.register("example.com", b"one", true);
    let epoch = FakeClock::EPOCH.as_secs();
    let mut model = Model {
        active: true,
        rules: Some(2),
        reachable: true,
        known_active: true,
        left: 2,
        until: epoch + 3 * DAY,
        latest: epoch,
        clock: epoch,
        spoilt: 0,
    };
    for event in events {
        match event {
            Event::SignIn => {
                let signed = device.sign_in("example.com", &id).is_ok();
                prop_assert_eq!(signed, model.may_sign());
            }
            Event::CheckIn => {
                let told = device.check_in().is_ok();
                let answered = model.answered();
                prop_assert_eq!(told, answered);
                if answered {
                    model.learn();
                }
            }
            Event::Reachable(reachable) => {
                workspace.set_reachable(reachable);
                model.reachable = reachable;
            }
            Event::State(active) => {
                workspace.set_state(if active { KeyState::Active } else { KeyState::Suspended });
                model.active = active;
            }
            Event::Rules(uses) => {
                workspace.set_settings(rules(uses));
                model.rules = uses;
            }
            Event::Clock(days) => {
                model.clock = epoch + days * DAY;
                device.clock.set_unix_time(Duration::from_secs(model.clock));
            }
            Event::LoseAnswer => {
                workspace.then(Deed::Lose);
                model.spoilt += 1;
            }
            Event::ForgeAnswer => {
                workspace.then_twist(|standing| standing.answers.0[0] ^= 1);
                model.spoilt += 1;
            }
            Event::PowerCycle => device.authenticator.power_cycle(),
            Event::Restart => {
                drop(device);
                device = folder.open(&workspace);
                model.clock = epoch;
            }
        }
        assert_holds(&device, &model)?;
    }
    Ok(())
}

fn assert_holds(device: &Device, model: &Model) -> Result<(), TestCaseError> {
    let Some(MembershipStatus::Member(member)) = device.membership() else {
        return Err(TestCaseError::fail("not a member"));
    };
    prop_assert_eq!(member.state == KeyState::Active, model.known_active);
    prop_assert_eq!(member.grant.map_or(0, |grant| grant.left), model.left);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_order_of_events_gives_a_signature_too_many(events in vec(event(), 1..40)) {
        play(events)?;
    }
}
