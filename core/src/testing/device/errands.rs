//! What tests of the managing commands do with a device on the way.

use ciborium::Value;

use super::{CLIENT_DATA_HASH, Device, bytes, map, member, named, text};
use crate::{Source, ctap::status::Status, transport::Transport};

impl Device {
    /// The same authenticator, as another conversation sees it.
    pub(crate) fn seen_from(&self, transport: Transport, channel: u64) -> Self {
        Self {
            authenticator: self.authenticator.clone(),
            user: self.user.clone(),
            clock: self.clock.clone(),
            source: Source::new(transport, channel),
        }
    }

    /// makeCredential, perhaps with a pinUvAuthParam and the number of its protocol.
    pub(crate) fn make_credential(
        &self,
        rp_id: &str,
        user: &[u8],
        rk: bool,
        proof: Option<(Value, Value)>,
    ) -> Result<Value, Status> {
        let (param, protocol) = proof.unwrap_or((Value::Null, Value::Null));
        let algorithm = map([("alg", Value::from(-7)), ("type", text("public-key"))]);
        self.send(
            0x01,
            map([
                (1, bytes(&CLIENT_DATA_HASH)),
                (2, map([("id", text(rp_id)), ("name", text("A site"))])),
                (3, map([("id", bytes(user)), ("name", text("somebody"))])),
                (4, Value::Array(vec![algorithm])),
                (7, map([("rk", Value::from(rk))])),
                (8, param),
                (9, protocol),
            ]),
        )
    }

    /// Makes a credential without any proof and gives its ID.
    pub(crate) fn register(&self, rp_id: &str, user: &[u8], rk: bool) -> Vec<u8> {
        let answer = self.make_credential(rp_id, user, rk, None).unwrap();
        let data = member(&answer, 2).unwrap().as_bytes().unwrap();
        let length = usize::from(u16::from_be_bytes([data[53], data[54]]));
        data[55..55 + length].to_vec()
    }

    /// getAssertion with one credential in the allow list.
    pub(crate) fn sign_in(&self, rp_id: &str, id: &[u8]) -> Result<Value, Status> {
        let allowed = map([("id", bytes(id)), ("type", text("public-key"))]);
        self.send(
            0x02,
            map([
                (1, text(rp_id)),
                (2, bytes(&CLIENT_DATA_HASH)),
                (3, Value::Array(vec![allowed])),
            ]),
        )
    }

    /// An option of getInfo.
    pub(crate) fn option(&self, name: &str) -> Option<bool> {
        named(member(&self.info(), 4).unwrap(), name).map(|value| value.as_bool().unwrap())
    }
}

/// A number in an answer.
pub(crate) fn number(answer: &Value, key: i64) -> Option<i128> {
    member(answer, key).map(|value| i128::from(value.as_integer().unwrap()))
}
