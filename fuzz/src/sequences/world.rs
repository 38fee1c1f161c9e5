//! A phone, what a careful client knows about it, and the promises.

mod requests;

use std::time::Duration;

use ciborium::Value;
use pocketkey_core::{platform::Clock as _, transport::Transport};

use super::steps::{Action, PINS, Person, SITES, Step, pick};
use crate::{
    device::Device,
    killer::{Ctap, Token, status},
    watch::Watch,
};

/// A pinUvAuthToken lives ten minutes at most (§6.5.2.1).
const TOKEN_LIFE: Duration = Duration::from_secs(600);

pub struct World {
    device: Device,
    watch: Watch,
    pin: Option<&'static str>,
    tokens: Vec<Issued>,
    credentials: Vec<Known>,
    /// Whether nothing was changed but by what this world keeps account of.
    sure: bool,
}

struct Issued {
    token: Token,
    /// Those that are left; presence uses most of them up.
    permissions: u8,
    at: Duration,
}

/// A credential that was acknowledged.
#[derive(Clone)]
struct Known {
    site: usize,
    user: Option<u8>,
    id: Vec<u8>,
    rk: bool,
    protect: u8,
}

impl World {
    pub fn new(built_in_uv: Option<bool>, with_pin: bool) -> Self {
        let device = Device::new();
        device.user.set_built_in_uv(built_in_uv);
        let mut world = Self {
            device,
            watch: Watch::default(),
            pin: None,
            tokens: Vec::new(),
            credentials: Vec::new(),
            sure: true,
        };
        if with_pin {
            let set = Ctap::new(world.device.clone()).set_pin(PINS[0]);
            set.expect("in memory").expect("a first PIN");
            world.pin = Some(PINS[0]);
        }
        world.watch.retries(&world.device, true);
        world
    }

    pub fn run(&mut self, step: &Step) {
        self.device.user.forget_script();
        self.device.prompts();
        self.device.was_verified();
        self.device.user.then(step.person.reaction());
        let transport = if step.client % 3 == 2 { Transport::Nfc } else { Transport::Usb };
        let view = self.device.seen_from(transport, u64::from(step.client % 3));
        let looks_at_retries = !matches!(
            step.action,
            Action::Assert(_) | Action::Next | Action::U2f { .. } | Action::Raw(_)
        );
        let may_rise = self.act(step, &view);
        if looks_at_retries || may_rise {
            self.watch.retries(&self.device, may_rise);
        }
    }

    /// Does it; says whether PIN retries may rise by it.
    fn act(&mut self, step: &Step, view: &Device) -> bool {
        let mut client = Ctap::new(view.clone());
        match &step.action {
            Action::SetPin(pin) => {
                let pin = pick(&PINS, *pin).copied().unwrap_or_default();
                if client.set_pin(pin).expect("in memory").is_ok() {
                    assert!(self.pin.is_none(), "a PIN is set once");
                    self.pin = Some(pin);
                    return true;
                }
            }
            Action::ChangePin { old, new } => {
                let (old, new) = (pick(&PINS, *old).copied(), pick(&PINS, *new).copied());
                let right = self.pin.is_some() && self.pin == old;
                let changed = client
                    .change_pin(old.unwrap_or_default(), new.unwrap_or_default())
                    .expect("in memory");
                if changed.is_ok() {
                    assert!(right, "changed with a wrong PIN");
                    self.pin = new;
                    self.tokens.clear();
                }
                return right;
            }
            Action::PinToken { pin, permissions, site } => {
                let pin = pick(&PINS, *pin).copied().unwrap_or_default();
                let right = self.pin == Some(pin);
                let site = site.and_then(|site| pick(&SITES, site)).copied();
                let token = client.token(pin, *permissions, site).expect("in memory");
                assert!(right || token.is_err(), "a token for a wrong PIN");
                if token.as_ref().err() == Some(&status::PIN_INVALID) {
                    assert!(!right, "the right PIN");
                    self.watch.has_cost_a_retry(&self.device);
                }
                self.issued(token, *permissions);
                return right;
            }
            Action::UvToken { permissions, site } => {
                let site = site.and_then(|site| pick(&SITES, site)).copied();
                let token = client.token_by_uv(*permissions, site).expect("in memory");
                assert!(
                    token.is_err() || matches!(step.person, Person::Agrees | Person::Chooses(_)),
                    "a token for nobody"
                );
                let verified = token.is_ok();
                self.issued(token, *permissions);
                return verified;
            }
            Action::Make(make) => self.make_credential(view, make),
            Action::Assert(assert) => self.get_assertion(view, assert),
            Action::Next => drop(self.send(view, &[8], None)),
            Action::Manage { subcommand, target, proof } => {
                self.manage(view, *subcommand, *target, *proof);
            }
            Action::Config { subcommand, length, force, proof } => {
                self.configure(view, *subcommand, *length, *force, *proof);
            }
            Action::Blobs { write, offset, proof } => self.blobs(view, *write, *offset, *proof),
            Action::U2f { instruction, control, site, credential } => {
                self.u2f(view, *instruction, *control, *site, *credential);
            }
            Action::Raw(request) => {
                let answer = self.send(view, request, None);
                if answer.first() == Some(&0) && !matches!(request[0], 2 | 4 | 8 | 0x0b) {
                    self.sure = false;
                }
                return Watch::may_raise_retries(request, &answer);
            }
            Action::Reset => {
                if self.send(view, &[7], None) == [0] {
                    self.was_reset();
                    return true;
                }
            }
            Action::OwnerReset => {
                self.device.authenticator.factory_reset().expect("nobody else is served");
                self.watch.was_reset();
                self.was_reset();
                return true;
            }
            Action::OwnerDeletes(which) => {
                if let Some(known) = pick(&self.credentials, *which).cloned() {
                    let done = self.device.authenticator.delete_credential(&known.id);
                    assert_eq!(done.expect("in memory"), known.rk, "it was there");
                    self.credentials.retain(|other| other.id != known.id || !known.rk);
                }
            }
            Action::PowerCycle => {
                self.device.authenticator.power_cycle();
                self.tokens.clear();
            }
            Action::Idle => self.device.authenticator.idle().expect("in memory"),
            Action::Wait(tenths) => {
                self.device.clock.advance(Duration::from_millis(u64::from(*tenths) * 100));
            }
            Action::BuiltInUv(there) => self.device.user.set_built_in_uv(*there),
            Action::ChoosesAccount(there) => self.device.user.set_chooses_account(*there),
        }
        false
    }

    fn issued(&mut self, token: Result<Token, u8>, permissions: u8) {
        if let Ok(token) = token {
            // A persistent token (0x40) lives beside the others and grants no UV.
            if permissions & 0x3f != 0 {
                self.tokens.iter_mut().for_each(|older| older.permissions = 0);
            }
            let at = self.device.clock.now();
            self.tokens.push(Issued { token, permissions, at });
        }
    }

    fn was_reset(&mut self) {
        self.pin = None;
        self.tokens.clear();
        self.credentials.clear();
        self.sure = true;
        let left = self.device.authenticator.credentials().expect("in memory");
        assert!(left.is_empty(), "a reset left {} credentials", left.len());
    }

    /// What was acknowledged and not deleted is there, and nothing else.
    pub fn finish(mut self) {
        self.device.user.forget_script();
        let listed = self.device.authenticator.credentials().expect("in memory");
        if !self.sure {
            return;
        }
        let known = self.credentials.iter().filter(|known| known.rk);
        assert_eq!(listed.len(), known.clone().count(), "others than were acknowledged");
        assert!(known.clone().all(|known| listed.iter().any(|found| found.id == known.id)));
        self.device.authenticator.power_cycle();
        for known in self.credentials.clone() {
            let allow = vec![known.clone()];
            let answer = self.assertion(&self.device.clone(), SITES[known.site], &allow);
            // alwaysUv, or a credential that wants a verification.
            let may_refuse = [status::NO_CREDENTIALS, 0x36, 0x27];
            match answer.first() {
                Some(0) => {}
                Some(refused) => assert!(may_refuse.contains(refused), "{refused:#04x}"),
                None => unreachable!("answers have a status"),
            }
            if known.protect < 3 && answer.first() == Some(&status::NO_CREDENTIALS) {
                panic!("an acknowledged credential is lost");
            }
        }
    }
}

/// An entry that may be left out.
fn optional<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Null, Into::into)
}
