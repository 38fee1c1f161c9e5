//! What must hold after every step, after a reset, and in the end.

use std::time::Duration;

use ciborium::Value;

use super::{
    super::steps::{SITES, Step},
    UV, World,
};
use crate::{
    command::tests::requests::{auth_data, sign_count},
    ctap::status::Status,
    platform::Clock,
    settings::Settings,
    testing::device::{member, named},
};

const UP: u8 = 0x01;
const LBW: u8 = 0x10;

impl World {
    /// A wrong PIN that was called wrong has cost an attempt.
    pub(super) fn check_price(&self, before: u8, right: bool, status: Option<&Status>) {
        if !right && status == Some(&Status::PinInvalid) {
            assert_eq!(self.settings().pin_retries, before - 1, "an attempt for nothing");
        }
    }

    /// The UV flag is there for a reason, and presence uses the token up.
    pub(super) fn check_flags(
        &mut self,
        step: &Step,
        answer: &Value,
        used: Option<usize>,
        permission: u8,
    ) {
        let flags = auth_data(answer)[32];
        if flags & UV != 0 && !self.verified(step) {
            assert!(used.is_some() && used == self.good, "UV without a good token");
            let token = &self.tokens[used.unwrap()];
            assert_ne!(token.permissions & permission, 0, "UV without the permission");
            let age = self.device.clock.now() - token.issued;
            assert!(age < Duration::from_secs(600), "UV with an old token");
        }
        if let Some(good) = self.good.filter(|_| flags & UP != 0) {
            self.tokens[good].permissions &= LBW;
        }
    }

    /// The counter of an assertion, which has grown.
    pub(super) fn count(&mut self, answer: &Value) -> Vec<u8> {
        let id = named(member(answer, 1).unwrap(), "id").unwrap().as_bytes().unwrap();
        self.counted(id, sign_count(answer));
        id.clone()
    }

    pub(super) fn counted(&mut self, id: &[u8], count: u32) {
        assert!(self.credentials.iter().any(|known| known.id == id), "nobody knows it");
        let before = self.counters.insert(id.to_vec(), count).unwrap_or(0);
        assert!(count > before, "a counter went from {before} to {count}");
    }

    pub(super) fn was_reset(&mut self) {
        (self.pin, self.good, self.pending_verified) = (None, None, false);
        self.device.user.forget_script();
        let forgotten = self.device.authenticator.with_state(|state| {
            let runtime = &state.runtime;
            Ok(runtime.token.is_none() && runtime.pin_misses == 0 && runtime.blob_write.is_none())
        });
        assert!(forgotten.unwrap(), "a reset left something begun");
        assert!(self.device.authenticator.credentials().unwrap().is_empty());
        for lost in std::mem::take(&mut self.credentials).iter().take(3) {
            let result = self.device.sign_in(SITES[lost.site], &lost.id);
            assert_eq!(result, Err(Status::NoCredentials));
        }
        for token in self.tokens.iter().rev().take(2) {
            let client = self.device.pin_client(token.protocol);
            let result = client.manage(&token.secret, 1, Value::Null);
            assert_eq!(result, Err(Status::PinAuthInvalid));
        }
        let settings = self.settings();
        let default = Settings::default();
        assert!(settings.pin.is_none());
        assert_eq!(settings.pin_retries, default.pin_retries);
        assert_eq!(settings.uv_retries, default.uv_retries);
        assert_eq!(settings.min_pin_length, default.min_pin_length);
        assert!(!settings.always_uv && !settings.force_pin_change);
    }

    /// What was acknowledged and not deleted is there, and nothing else.
    pub(in super::super) fn finish(mut self) {
        self.device.user.forget_script();
        let listed = self.device.authenticator.credentials().unwrap().len();
        assert_eq!(listed, self.credentials.iter().filter(|known| known.rk).count());
        if self.settings().always_uv {
            return;
        }
        for known in self.credentials.clone() {
            let result = self.device.sign_in(SITES[known.site], &known.id);
            match known.protect {
                3 => assert_eq!(result, Err(Status::NoCredentials)),
                _ => drop(self.count(&result.unwrap())),
            }
        }
    }
}
