//! What the emulated phone keeps when it is treated badly: killed at any instant, out of room, on a
//! file system that was made read-only, with its file swapped for an older copy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::as_conversions, missing_docs)]
// Each test file uses another part of what they share.
#![allow(dead_code)]

#[path = "killed/disk.rs"]
mod disk;
#[path = "../../tests/killer/mod.rs"]
mod killer;
#[path = "killed/ledger.rs"]
mod ledger;
#[path = "killed/process.rs"]
mod process;
#[path = "killed/swapped.rs"]
mod swapped;
#[path = "killed/work.rs"]
mod work;

use std::{thread, time::Duration};

use ledger::Ledger;
use process::{Process, State};
use work::{Chance, SITE};

/// The seed of every kill's instant and every request, so that a failure can be looked at again.
const SEED: &str = "POCKETKEY_KILLER_SEED";

fn seed() -> u64 {
    std::env::var(SEED).ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x706f_636b)
}

/// Kills the phone so often, each time at another instant after its start.
fn survives(kills: u64) {
    let seed = seed();
    println!("{SEED}={seed}");
    let state = State::new();
    let mut chance = Chance::new(seed);
    let mut ledger = Ledger::new();
    let mut phone = Process::start(&state);
    work::set_pin(&mut phone.client().unwrap(), &mut ledger);
    phone.kill();
    for kill in 0..kills {
        let mut phone = Process::start(&state);
        // The first instants more often: opening is where a store is most in danger.
        let most = if chance.below(4) == 0 { 30 } else { 300 };
        let after = Duration::from_micros(chance.below(most * 1000));
        let id = phone.id();
        let killer = thread::spawn(move || {
            thread::sleep(after);
            process::kill(id);
        });
        work::until_it_dies(&mut phone, &mut ledger, &mut chance);
        killer.join().unwrap();
        phone.was_killed();

        let mut phone = Process::start(&state);
        let mut client = phone.client().unwrap_or_else(|error| {
            panic!("kill {kill}, after {after:?}: the phone does not start again: {error}")
        });
        ledger.check(&mut client);
        drop(client);
        phone.kill();
    }
    let done = ledger.acknowledged();
    println!("{kills} kills, {done} acknowledged changes of {SITE} survived");
    assert!(done > kills, "the phone hardly got anywhere: {done}");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_phone_is_killed() {
    survives(30);
}

#[test]
#[ignore = "the same, for minutes"]
fn nothing_acknowledged_is_lost_over_hundreds_of_kills() {
    survives(500);
}
