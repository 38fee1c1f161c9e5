//! What was asked of the phone, and what it acknowledged: all that may be found on it later.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    killer::{Ctap, Permissions, Token, Wire, status},
    work::{SITE, user_id},
};

/// So many attempts at the PIN there are.
const MAX_RETRIES: u8 = 8;

/// A stored account.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: Vec<u8>,
    pub name: String,
    /// The last count that an assertion showed.
    pub count: u32,
}

/// A change that was asked for and not acknowledged yet.
#[derive(Debug, Clone)]
enum Pending {
    Register { name: String },
    Rename { name: String },
    Delete,
}

#[derive(Default)]
struct Account {
    stored: Option<Stored>,
    pending: Option<Pending>,
}

pub struct Ledger {
    accounts: BTreeMap<u8, Account>,
    /// Credentials that the phone does not store: their IDs and counts.
    wrapped: Vec<(Vec<u8>, u32)>,
    /// The PINs that may be the right one: more than one after a change that nobody acknowledged.
    pins: Vec<String>,
    /// What the number of retries may be.
    retries: BTreeSet<u8>,
    acknowledged: u64,
}

impl Ledger {
    pub fn new() -> Self {
        Self {
            accounts: BTreeMap::new(),
            wrapped: Vec::new(),
            pins: Vec::new(),
            retries: BTreeSet::from([MAX_RETRIES]),
            acknowledged: 0,
        }
    }

    /// How many changes were acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    pub fn stored(&self, user: u8) -> Option<&Stored> {
        self.accounts.get(&user)?.stored.as_ref()
    }

    pub fn pin(&self) -> &str {
        assert_eq!(self.pins.len(), 1, "which of them was found out when the phone started");
        &self.pins[0]
    }

    /// Whether a wrong PIN would come near to blocking the phone for good.
    pub fn few_retries(&self) -> bool {
        self.retries.first().is_some_and(|least| *least <= 4)
    }

    pub fn registering(&mut self, user: u8, name: &str) {
        self.pending(user, Pending::Register { name: name.to_owned() });
    }

    pub fn registered(&mut self, user: u8, id: Vec<u8>) {
        let account = self.accounts.get_mut(&user).unwrap();
        let Some(Pending::Register { name }) = account.pending.take() else { unreachable!() };
        account.stored = Some(Stored { id, name, count: 0 });
        self.acknowledged += 1;
    }

    pub fn renaming(&mut self, user: u8, name: &str) {
        self.pending(user, Pending::Rename { name: name.to_owned() });
    }

    pub fn renamed(&mut self, user: u8) {
        let account = self.accounts.get_mut(&user).unwrap();
        let Some(Pending::Rename { name }) = account.pending.take() else { unreachable!() };
        account.stored.as_mut().unwrap().name = name;
        self.acknowledged += 1;
    }

    pub fn deleting(&mut self, user: u8) {
        self.pending(user, Pending::Delete);
    }

    pub fn deleted(&mut self, user: u8) {
        self.accounts.remove(&user);
        self.acknowledged += 1;
    }

    /// The phone refused the change of an account, and so has not made it.
    pub fn refused(&mut self, user: u8) {
        self.accounts.get_mut(&user).unwrap().pending = None;
    }

    fn pending(&mut self, user: u8, change: Pending) {
        self.accounts.entry(user).or_default().pending = Some(change);
    }

    pub fn wrapped(&mut self, id: Vec<u8>) {
        self.wrapped.push((id, 0));
        self.acknowledged += 1;
    }

    pub fn any_wrapped(&self, which: usize) -> Option<Vec<u8>> {
        let count = self.wrapped.len().min(6);
        // The newest and some old ones.
        let index = which.checked_rem(count)?;
        let index = if index % 2 == 0 { index } else { self.wrapped.len() - 1 - index };
        Some(self.wrapped[index].0.clone())
    }

    /// An assertion was made: its count is above any before.
    pub fn counted(&mut self, id: &[u8], count: u32) {
        let stored = self.accounts.values_mut().filter_map(|account| account.stored.as_mut());
        let before = stored
            .map(|stored| (&stored.id, &mut stored.count))
            .chain(self.wrapped.iter_mut().map(|(id, count)| (&*id, count)))
            .find_map(|(known, before)| (known == id).then_some(before))
            .expect("it is known");
        assert!(count > *before, "a counter went from {before} to {count}");
        *before = count;
        self.acknowledged += 1;
    }

    pub fn setting_pin(&mut self, pin: &str) {
        self.pins.push(pin.to_owned());
    }

    /// An attempt with the right PIN is on its way: it costs a retry until it has succeeded.
    pub fn trying_right_pin(&mut self) {
        self.cost();
        self.retries.insert(MAX_RETRIES);
    }

    pub fn right_pin_accepted(&mut self) {
        self.retries = BTreeSet::from([MAX_RETRIES]);
        self.acknowledged += 1;
    }

    pub fn changing_pin(&mut self, new: &str) {
        self.trying_right_pin();
        self.setting_pin(new);
    }

    pub fn pin_changed(&mut self) {
        self.right_pin_accepted();
        self.pins.remove(0);
    }

    /// An attempt with a wrong PIN is on its way: it never gives a retry back.
    pub fn trying_wrong_pin(&mut self) {
        self.cost();
    }

    /// The phone has said how many retries there are.
    pub fn retries_are(&mut self, retries: u8) {
        assert!(self.retries.contains(&retries), "{retries} PIN retries, not {:?}", self.retries);
        self.retries = BTreeSet::from([retries]);
        self.acknowledged += 1;
    }

    fn cost(&mut self) {
        let less = self.retries.iter().map(|retries| retries - 1).collect::<Vec<_>>();
        self.retries.extend(less);
    }

    /// Compares with what a phone says that has just been started.
    pub fn check<W: Wire>(&mut self, client: &mut Ctap<W>) {
        let retries = client.pin_retries().unwrap().expect("a PIN is set");
        self.retries_are(retries);
        let token = self.find_pin(client);
        let listed = client.accounts(SITE, &token).unwrap().expect("a list");
        let mut found: BTreeMap<Vec<u8>, _> =
            listed.into_iter().map(|entry| (entry.user.clone(), entry)).collect();
        for (user, account) in &mut self.accounts {
            let entry = found.remove(&user_id(*user)).map(|entry| (entry.id, entry.name.unwrap()));
            account.settle(*user, entry);
        }
        assert!(found.is_empty(), "accounts out of nowhere: {found:?}");
        self.accounts.retain(|_, account| account.stored.is_some());
        let stored = self.accounts.values().filter_map(|account| account.stored.as_ref());
        let mut ids: Vec<Vec<u8>> = stored.map(|stored| stored.id.clone()).collect();
        ids.extend((0..6).filter_map(|index| self.any_wrapped(index)));
        for id in ids {
            let signed = client.sign_in(SITE, Some(&id), None).unwrap();
            let signed = signed.unwrap_or_else(|status| panic!("it is there: {status:#04x}"));
            self.counted(&id, signed.count);
        }
    }

    /// Finds out which PIN is the right one; gives a token for managing credentials.
    fn find_pin<W: Wire>(&mut self, client: &mut Ctap<W>) -> Token {
        for pin in std::mem::take(&mut self.pins) {
            match client.token(&pin, Permissions::MANAGE_CREDENTIALS, None).unwrap() {
                Ok(token) => {
                    self.pins = vec![pin];
                    self.right_pin_accepted();
                    return token;
                }
                Err(status::PIN_INVALID) => {}
                Err(status) => panic!("status {status:#04x}"),
            }
        }
        panic!("none of the PINs is the right one");
    }
}

impl Account {
    /// What a change came to that nobody acknowledged: all of it, or nothing.
    fn settle(&mut self, user: u8, found: Option<(Vec<u8>, String)>) {
        let before = self.stored.take();
        let pending = self.pending.take();
        let as_before = match (&before, &found) {
            (None, None) => true,
            (Some(stored), Some((id, name))) => stored.id == *id && stored.name == *name,
            _ => false,
        };
        if as_before {
            self.stored = before;
            return;
        }
        let count = before.as_ref().map_or(0, |stored| stored.count);
        let same_id = before.is_some_and(|stored| Some(&stored.id) == found.as_ref().map(|f| &f.0));
        self.stored = match (pending, found) {
            (Some(Pending::Register { name }), Some((id, now))) if name == now && !same_id => {
                Some(Stored { id, name, count: 0 })
            }
            (Some(Pending::Rename { name }), Some((id, now))) if name == now && same_id => {
                Some(Stored { id, name, count })
            }
            (Some(Pending::Delete), None) => None,
            (pending, found) => panic!("user {user}: after {pending:?}, found {found:?}"),
        };
    }
}
