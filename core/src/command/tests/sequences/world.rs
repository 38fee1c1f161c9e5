//! A device, what a careful client knows about it, and the promises.

mod promises;
mod requests;

use std::{collections::HashMap, time::Duration};

use ciborium::Value;

use super::steps::{Action, PINS, SITES, Step};
use crate::{
    command::tests::requests::auth_data,
    ctap::status::Status,
    platform::{Clock, Needs, Prompt, Refusal},
    settings::Settings,
    testing::{
        Reaction,
        device::{Device, map},
    },
    transport::Transport,
};

const UV: u8 = 0x04;
const PCMR: u8 = 0x40;

pub(super) struct World {
    device: Device,
    pin: Option<&'static str>,
    /// Every token of this sequence.
    tokens: Vec<Token>,
    /// The one that may still be good for registering and signing in.
    good: Option<usize>,
    credentials: Vec<Known>,
    counters: HashMap<Vec<u8>, u32>,
    /// Whether the assertion that getNextAssertion goes on with was a verified one.
    pending_verified: bool,
    /// The prompts of this step.
    seen: Vec<Prompt>,
}

#[derive(Clone)]
struct Token {
    secret: Vec<u8>,
    protocol: u8,
    permissions: u8,
    issued: Duration,
}

/// A credential that was acknowledged.
#[derive(Clone)]
struct Known {
    site: usize,
    /// `None` for U2F's.
    user: Option<u8>,
    id: Vec<u8>,
    rk: bool,
    protect: u8,
}

/// The outcome of a request; `None` where the client went away.
type Outcome = Option<Result<Value, Status>>;

impl World {
    pub(super) fn new(built_in_uv: Option<bool>, with_pin: bool) -> Self {
        let device = Device::new();
        device.user.set_built_in_uv(built_in_uv);
        let pin = with_pin.then_some(PINS[0]);
        if let Some(pin) = pin {
            device.pin_client(1).set_pin(pin).unwrap();
        }
        Self {
            device,
            pin,
            tokens: Vec::new(),
            good: None,
            seen: Vec::new(),
            credentials: Vec::new(),
            counters: HashMap::new(),
            pending_verified: false,
        }
    }

    fn settings(&self) -> Settings {
        self.device.authenticator.with_state(|state| Ok(Settings::clone(&state.settings))).unwrap()
    }

    pub(super) fn run(&mut self, step: &Step) {
        self.seen.clear();
        let user = &self.device.user;
        user.forget_script();
        user.take_prompts();
        step.reactions.iter().for_each(|reaction| user.then(*reaction));
        let channel = u64::try_from(step.channel).unwrap();
        let transport = if step.channel == 2 { Transport::Nfc } else { Transport::Usb };
        let view = self.device.seen_from(transport, channel);
        let before = self.settings();
        let right_pin = self.act(step, &view, before.pin_retries);
        let after = self.settings();
        // A reset is the only thing that leaves no PIN, and a first PIN starts afresh.
        let fresh = before.pin.is_none() || after.pin.is_none();
        assert!(after.pin_retries <= before.pin_retries || right_pin || fresh, "PIN retries rose");
        assert!(after.pin_retries + 1 >= before.pin_retries, "one step, two attempts");
        if let Action::Reset | Action::OwnerReset = step.action {
            return;
        }
        assert!(
            after.uv_retries <= before.uv_retries || right_pin || self.verified(step),
            "UV retries rose"
        );
    }

    /// Does it; says whether the right PIN was given.
    fn act(&mut self, step: &Step, view: &Device, before: u8) -> bool {
        match &step.action {
            Action::SetPin(pin) => {
                if view.pin_client(2).set_pin(PINS[*pin]).is_ok() {
                    assert!(self.pin.is_none(), "a PIN is set once");
                    self.pin = Some(PINS[*pin]);
                }
            }
            Action::ChangePin { old, new } => {
                let right = self.pin == Some(PINS[*old]);
                let result = view.pin_client(2).change_pin(PINS[*old], PINS[*new]);
                self.check_price(before, right, result.as_ref().err());
                if result.is_ok() {
                    assert!(right, "changed with a wrong PIN");
                    self.pin = Some(PINS[*new]);
                    self.good = None;
                }
                return right;
            }
            Action::PinToken { protocol, pin, permissions, site } => {
                self.agree_or_refuse(step);
                let right = self.pin == Some(PINS[*pin]);
                let client = view.pin_client(*protocol);
                let site = site.map(|site| SITES[site]);
                let token = match permissions {
                    Some(permissions) => client.token_using_pin(PINS[*pin], *permissions, site),
                    None => client.get_pin_token(PINS[*pin]),
                };
                assert!(right || token.is_err(), "a token for a wrong PIN");
                self.check_price(before, right, token.as_ref().err());
                self.issued(token, *protocol, permissions.unwrap_or(0x03));
                return right;
            }
            Action::UvToken { protocol, permissions, site } => {
                self.agree_or_refuse(step);
                let client = view.pin_client(*protocol);
                let token = client.token_using_uv(*permissions, site.map(|site| SITES[site]));
                assert!(token.is_err() || self.verified(step), "a token for nobody");
                self.issued(token, *protocol, *permissions);
            }
            Action::Make(make) => self.make_credential(step, view, make),
            Action::Assert(assert) => self.get_assertion(step, view, assert),
            Action::Next => {
                if let Some(Ok(answer)) = self.send(view, step, &[8]) {
                    let verified = auth_data(&answer)[32] & UV != 0;
                    assert!(!verified || self.pending_verified, "UV out of nothing");
                    self.count(&answer);
                }
            }
            Action::Manage { subcommand, target, proof } => {
                self.manage(step, view, *subcommand, *target, *proof);
            }
            Action::Config { subcommand, length, force, proof } => {
                let parameters = map([
                    (1, length.map_or(Value::Null, Value::from)),
                    (3, if *force { Value::from(true) } else { Value::Null }),
                ]);
                let parameters = if *subcommand == 3 { parameters } else { Value::Null };
                let head = [&[0xff; 32][..], &[0x0d, *subcommand]].concat();
                let body = (*subcommand, parameters);
                self.subcommand(step, view, 0x0d, body, head, *proof);
            }
            Action::Blobs { write, offset, proof } => {
                self.blobs(step, view, *write, *offset, *proof)
            }
            Action::U2fRegister(site) => self.u2f_register(view, *site),
            Action::U2fAuthenticate { credential, control } => {
                self.u2f_authenticate(view, *credential, *control);
            }
            Action::Raw(request) => drop(self.send(view, step, request)),
            Action::Reset => {
                if let Some(Ok(_)) = self.send(view, step, &[7]) {
                    self.was_reset();
                }
            }
            Action::OwnerReset => {
                self.device.authenticator.factory_reset().unwrap();
                self.was_reset();
            }
            Action::PowerCycle => {
                self.device.authenticator.power_cycle();
                self.good = None;
            }
            Action::Idle => self.device.authenticator.idle().unwrap(),
            Action::Wait(millis) => self.device.clock.advance(Duration::from_millis(*millis)),
            Action::BuiltInUv(ready) => self.device.user.set_built_in_uv(*ready),
            Action::ChoosesAccount(can) => self.device.user.set_chooses_account(*can),
        }
        false
    }

    /// A PIN client waits for its answer, so that the person must give one.
    fn agree_or_refuse(&self, step: &Step) {
        self.device.user.forget_script();
        for reaction in &step.reactions {
            self.device.user.then(match reaction {
                Reaction::Ignore => Reaction::Refuse(Refusal::TimedOut),
                reaction => *reaction,
            });
        }
    }

    /// Whether the person was verified in this step.
    fn verified(&mut self, step: &Step) -> bool {
        self.seen.extend(self.device.user.take_prompts());
        self.seen.iter().enumerate().any(|(index, prompt)| {
            let reaction = step.reactions.get(index).copied().unwrap_or(Reaction::Agree);
            let agreed = matches!(reaction, Reaction::Agree | Reaction::Choose(_));
            prompt.needs == Needs::Verification && agreed
        })
    }

    fn issued(&mut self, token: Result<Vec<u8>, Status>, protocol: u8, permissions: u8) {
        let Ok(secret) = token else { return };
        let issued = self.device.clock.now();
        if permissions & 0x7f != PCMR {
            self.good = Some(self.tokens.len());
        }
        self.tokens.push(Token { secret, protocol, permissions, issued });
    }
}
