//! Commands with the proof of a token, and the odd requests that only tests make.

use ciborium::Value;

use super::{PinClient, Session, pin_hash};
use crate::{
    ctap::status::Status,
    testing::device::{CLIENT_DATA_HASH, bytes, encode, map, text},
};

impl PinClient<'_> {
    /// authenticatorConfig.
    pub(crate) fn config(
        &self,
        token: &[u8],
        subcommand: u8,
        parameters: Value,
    ) -> Result<Value, Status> {
        let head = [[0xff; 32].as_slice(), &[0x0d, subcommand]].concat();
        self.subcommand(0x0d, token, subcommand, parameters, head)
    }

    /// authenticatorCredentialManagement.
    pub(crate) fn manage(
        &self,
        token: &[u8],
        subcommand: u8,
        parameters: Value,
    ) -> Result<Value, Status> {
        self.subcommand(0x0a, token, subcommand, parameters, vec![subcommand])
    }

    fn subcommand(
        &self,
        command: u8,
        token: &[u8],
        subcommand: u8,
        parameters: Value,
        mut message: Vec<u8>,
    ) -> Result<Value, Status> {
        if !parameters.is_null() {
            message.extend(encode(&parameters));
        }
        let param = self.param(token, &message);
        self.device.send(
            command,
            map([(1, Value::from(subcommand)), (2, parameters), (3, self.number()), (4, param)]),
        )
    }

    /// authenticatorLargeBlobs with `set`; the length goes with the first fragment.
    pub(crate) fn write_blobs(
        &self,
        token: &[u8],
        fragment: &[u8],
        offset: u32,
        length: Option<u64>,
    ) -> Result<Value, Status> {
        let hash = ring::digest::digest(&ring::digest::SHA256, fragment);
        let offset_bytes = offset.to_le_bytes();
        let message = [&[0xff; 32], &[0x0c, 0x00][..], &offset_bytes, hash.as_ref()].concat();
        self.device.send(
            0x0c,
            map([
                (2, bytes(fragment)),
                (3, Value::from(offset)),
                (4, length.map_or(Value::Null, Value::from)),
                (5, self.param(token, &message)),
                (6, self.number()),
            ]),
        )
    }

    /// makeCredential with the proof of a token.
    pub(crate) fn make_credential(
        &self,
        token: &[u8],
        rp_id: &str,
        user: &[u8],
        rk: bool,
    ) -> Result<Value, Status> {
        let param = self.param(token, &CLIENT_DATA_HASH);
        self.device.make_credential(rp_id, user, rk, Some((param, self.number())))
    }

    /// getAssertion with the proof of a token.
    pub(crate) fn get_assertion(
        &self,
        token: &[u8],
        rp_id: &str,
        up: bool,
    ) -> Result<Value, Status> {
        self.device.send(
            0x02,
            map([
                (1, text(rp_id)),
                (2, bytes(&CLIENT_DATA_HASH)),
                (5, if up { Value::Null } else { map([("up", Value::from(false))]) }),
                (6, self.param(token, &CLIENT_DATA_HASH)),
                (7, self.number()),
            ]),
        )
    }

    /// setPIN with any 64 bytes, or not even 64.
    pub(crate) fn set_padded_pin(&self, padded: &[u8]) -> Result<Value, Status> {
        let session = self.session();
        let new_pin = session.encrypt(padded);
        let param = session.authenticate(&new_pin);
        self.client_pin(
            &session,
            3,
            [(4, bytes(&param)), (5, bytes(&new_pin)), (6, Value::Null), (9, Value::Null)],
        )
    }

    /// getPinUvAuthTokenUsingPinWithPermissions with a key agreement of some time ago.
    pub(crate) fn token_in(
        &self,
        session: &Session,
        pin: &str,
        permissions: Value,
    ) -> Result<Vec<u8>, Status> {
        let hash = session.encrypt(&pin_hash(pin));
        let answer = self.client_pin(
            session,
            9,
            [(4, Value::Null), (5, Value::Null), (6, bytes(&hash)), (9, permissions)],
        )?;
        Ok(session.decrypt(super::member(&answer, 2).unwrap().as_bytes().unwrap()))
    }

    /// authenticatorClientPIN with these members beside the usual ones.
    pub(crate) fn client_pin<const N: usize>(
        &self,
        session: &Session,
        subcommand: u8,
        members: [(i64, Value); N],
    ) -> Result<Value, Status> {
        let mut all =
            vec![(1, self.number()), (2, Value::from(subcommand)), (3, session.cose_key.clone())];
        all.extend(members);
        self.device.send(0x06, map(all))
    }
}
