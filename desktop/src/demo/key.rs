//! The phone as `webauthn-authenticator-rs` sees it: a USB security key.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use serde_cbor_2::Value;
use webauthn_authenticator_rs::{
    ctap2::{CBORResponse, commands::GetAssertionResponse},
    error::{CtapError, WebauthnCError},
    transport::Token,
    ui::UiCallback,
};
use webauthn_rs_core::proto::AuthenticatorTransport;

use super::cable::{Cable, CableError, Traffic};

/// A security key on a [`Cable`]. Clones are the same key.
#[derive(Clone)]
pub struct UsbKey {
    port: Arc<Mutex<Port>>,
}

struct Port {
    cable: Cable,
    last_answer: Vec<u8>,
}

impl fmt::Debug for UsbKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsbKey").finish_non_exhaustive()
    }
}

impl UsbKey {
    /// The key at the other end of `cable`.
    pub fn new(cable: Cable) -> Self {
        Self { port: Arc::new(Mutex::new(Port { cable, last_answer: Vec::new() })) }
    }

    /// What has gone through the cable so far.
    pub fn traffic(&self) -> Traffic {
        self.port().cable.traffic()
    }

    /// What the last answer says of the user, if it was one to getAssertion.
    pub fn asserted_user(&self) -> Option<AssertedUser> {
        let answer = &self.port().last_answer;
        let known = <GetAssertionResponse as CBORResponse>::try_from(answer).ok()?;
        Some(AssertedUser {
            handle: user_handle(answer)?,
            selected_on_phone: known.user_selected.unwrap_or(false),
        })
    }

    fn port(&self) -> MutexGuard<'_, Port> {
        self.port.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Members of getAssertion's answer (CTAP 2.3 §6.2.2) beside the assertion itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssertedUser {
    /// `user.id` of member 04.
    pub handle: Vec<u8>,
    /// `userSelected` of member 06: the account was chosen on the phone's display.
    pub selected_on_phone: bool,
}

/// Reads `user.id`, which `webauthn-authenticator-rs` 0.6.2 does not.
fn user_handle(answer: &[u8]) -> Option<Vec<u8>> {
    let Value::Map(mut answer) = serde_cbor_2::from_slice(answer).ok()? else { return None };
    let Value::Map(mut user) = answer.remove(&Value::Integer(4))? else { return None };
    let Value::Bytes(handle) = user.remove(&Value::Text("id".to_owned()))? else { return None };
    Some(handle)
}

#[async_trait]
impl Token for UsbKey {
    type Id = ();

    fn get_transport(&self) -> AuthenticatorTransport {
        AuthenticatorTransport::Usb
    }

    async fn transmit_raw<U: UiCallback>(
        &mut self,
        cbor: &[u8],
        ui: &U,
    ) -> Result<Vec<u8>, WebauthnCError> {
        let mut port = self.port();
        let mut answer = port.cable.cbor(cbor, &mut || ui.request_touch())?;
        if answer.is_empty() {
            return Err(WebauthnCError::MessageTooShort);
        }
        let status = CtapError::from(answer.remove(0));
        if !status.is_ok() {
            return Err(WebauthnCError::Ctap(status));
        }
        port.last_answer.clone_from(&answer);
        Ok(answer)
    }

    async fn cancel(&mut self) -> Result<(), WebauthnCError> {
        Ok(self.port().cable.cancel()?)
    }

    async fn init(&mut self) -> Result<(), WebauthnCError> {
        Ok(self.port().cable.open_channel()?)
    }

    async fn close(&mut self) -> Result<(), WebauthnCError> {
        Ok(())
    }
}

impl From<CableError> for WebauthnCError {
    fn from(error: CableError) -> Self {
        Self::IoError(error.to_string())
    }
}
