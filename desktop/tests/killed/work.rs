//! A stream of requests of every kind that changes something.

use std::io;

use crate::{
    killer::{Ctap, Permissions, Registration, Token, status},
    ledger::Ledger,
    process::{Process, Socket},
};

pub const SITE: &str = "example.com";
pub const PIN: &str = "1234";
const WRONG_PIN: &str = "not it";

/// So many users share the site: few, so that accounts are replaced, renamed and deleted often.
const USERS: u64 = 10;

/// Repeatable chance (SplitMix64).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// The user handle of a user.
pub fn user_id(user: u8) -> Vec<u8> {
    vec![0x75, user]
}

/// The first PIN of a new phone.
pub fn set_pin(client: &mut Ctap<Socket>, ledger: &mut Ledger) {
    ledger.setting_pin(PIN);
    client.set_pin(PIN).unwrap().expect("a first PIN");
}

/// Works until the phone dies under it, which may be before it is ready.
pub fn until_it_dies(phone: &mut Process, ledger: &mut Ledger, chance: &mut Chance) {
    let Ok(mut client) = phone.client() else { return };
    while step(&mut client, ledger, chance).is_ok() {}
}

/// One request of a kind that chance chooses.
pub fn step(client: &mut Ctap<Socket>, ledger: &mut Ledger, chance: &mut Chance) -> io::Result<()> {
    let user = u8::try_from(chance.below(USERS)).unwrap();
    let name = format!("name {}", chance.below(1 << 32));
    match chance.below(20) {
        0..=4 => register(client, ledger, user, &name),
        5 => register_wrapped(client, ledger),
        6..=10 => sign_in(client, ledger, user, chance),
        11..=13 => wrong_pin(client, ledger),
        14..=15 => rename(client, ledger, user, &name),
        16..=17 => delete(client, ledger, user),
        18 => change_pin(client, ledger, &format!("{:04}", chance.below(10_000))),
        _ => client.wire.power_cycle(),
    }
}

fn token(client: &mut Ctap<Socket>, ledger: &mut Ledger, permission: u8) -> io::Result<Token> {
    ledger.trying_right_pin();
    let mut token = client.token(ledger.pin(), permission, Some(SITE))?;
    if token.as_ref().is_err_and(|status| *status == status::PIN_AUTH_BLOCKED) {
        client.wire.power_cycle()?;
        token = client.token(ledger.pin(), permission, Some(SITE))?;
    }
    let token = token.unwrap_or_else(|status| panic!("the right PIN: {status:#04x}"));
    ledger.right_pin_accepted();
    Ok(token)
}

fn register(
    client: &mut Ctap<Socket>,
    ledger: &mut Ledger,
    user: u8,
    name: &str,
) -> io::Result<()> {
    let token = token(client, ledger, Permissions::MAKE_CREDENTIAL)?;
    let user_id = user_id(user);
    ledger.registering(user, name);
    let new =
        Registration { rp_id: SITE, user: &user_id, name, discoverable: true, token: Some(&token) };
    let id = client.register(&new)?.unwrap_or_else(|status| panic!("registering: {status:#04x}"));
    ledger.registered(user, id);
    Ok(())
}

fn register_wrapped(client: &mut Ctap<Socket>, ledger: &mut Ledger) -> io::Result<()> {
    let new = Registration { rp_id: SITE, user: b"w", name: "-", discoverable: false, token: None };
    let id = client.register(&new)?.unwrap_or_else(|status| panic!("wrapping: {status:#04x}"));
    ledger.wrapped(id);
    Ok(())
}

fn sign_in(
    client: &mut Ctap<Socket>,
    ledger: &mut Ledger,
    user: u8,
    chance: &mut Chance,
) -> io::Result<()> {
    let which = usize::try_from(chance.below(6)).unwrap();
    let id = match ledger.stored(user) {
        Some(stored) => stored.id.clone(),
        None => match ledger.any_wrapped(which) {
            Some(id) => id,
            None => return Ok(()),
        },
    };
    let signed = client.sign_in(SITE, Some(&id), None)?;
    let signed = signed.unwrap_or_else(|status| panic!("signing in: {status:#04x}"));
    assert_eq!(signed.flags & 0x04, 0, "nobody was verified");
    ledger.counted(&id, signed.count);
    Ok(())
}

fn wrong_pin(client: &mut Ctap<Socket>, ledger: &mut Ledger) -> io::Result<()> {
    if ledger.few_retries() {
        return token(client, ledger, Permissions::GET_ASSERTION).map(drop);
    }
    ledger.trying_wrong_pin();
    let refused = client.token(WRONG_PIN, Permissions::GET_ASSERTION, Some(SITE))?;
    let refused = refused.err().expect("a wrong PIN");
    assert!([status::PIN_INVALID, status::PIN_AUTH_BLOCKED].contains(&refused), "{refused:#04x}");
    let retries = client.pin_retries()?.expect("a PIN is set");
    ledger.retries_are(retries);
    Ok(())
}

fn rename(client: &mut Ctap<Socket>, ledger: &mut Ledger, user: u8, name: &str) -> io::Result<()> {
    let Some(id) = ledger.stored(user).map(|stored| stored.id.clone()) else { return Ok(()) };
    let token = token(client, ledger, Permissions::MANAGE_CREDENTIALS)?;
    ledger.renaming(user, name);
    let done = client.rename(&id, &user_id(user), name, &token)?;
    done.unwrap_or_else(|status| panic!("renaming: {status:#04x}"));
    ledger.renamed(user);
    Ok(())
}

fn delete(client: &mut Ctap<Socket>, ledger: &mut Ledger, user: u8) -> io::Result<()> {
    let Some(id) = ledger.stored(user).map(|stored| stored.id.clone()) else { return Ok(()) };
    let token = token(client, ledger, Permissions::MANAGE_CREDENTIALS)?;
    ledger.deleting(user);
    client.delete(&id, &token)?.unwrap_or_else(|status| panic!("deleting: {status:#04x}"));
    ledger.deleted(user);
    Ok(())
}

fn change_pin(client: &mut Ctap<Socket>, ledger: &mut Ledger, new: &str) -> io::Result<()> {
    let old = ledger.pin().to_owned();
    if old == new {
        return Ok(());
    }
    ledger.changing_pin(new);
    let mut changed = client.change_pin(&old, new)?;
    if changed == Err(status::PIN_AUTH_BLOCKED) {
        client.wire.power_cycle()?;
        changed = client.change_pin(&old, new)?;
    }
    changed.unwrap_or_else(|status| panic!("changing the PIN: {status:#04x}"));
    ledger.pin_changed();
    Ok(())
}
