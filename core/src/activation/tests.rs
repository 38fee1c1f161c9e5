#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::as_conversions)]

mod joining;
mod lost;
mod refusals;
mod swaps;

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
};

use zeroize::Zeroizing;

use super::ActivationError;
use crate::{
    Location,
    algorithm::Algorithm,
    membership::MemberStatus,
    platform::{Authorization, KeyHandle, KeyRole, KeyStore, KeyStoreError, PublicKey},
    policy::Settings,
    protocol::ActivationLink,
    software::SoftwareKeyStore,
    testing::{
        device::{Device, now, offline},
        workspace::{Deed, ScriptedWorkspace},
    },
};

/// What the panel calls the phone.
const NAME: &str = "A phone";

/// A key store that knows which of its keys are still there.
struct CountedKeys {
    inner: SoftwareKeyStore,
    living: Mutex<Vec<KeyHandle>>,
    made: Mutex<Vec<KeyRole>>,
    signed_with: Mutex<Vec<KeyHandle>>,
    binds_authorization: AtomicBool,
}

impl CountedKeys {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            inner: SoftwareKeyStore::new(&[7; 32]),
            living: Mutex::default(),
            made: Mutex::default(),
            signed_with: Mutex::default(),
            binds_authorization: AtomicBool::new(false),
        })
    }

    fn living(&self) -> usize {
        self.living.lock().unwrap().len()
    }
}

impl KeyStore for CountedKeys {
    fn algorithms(&self) -> &[Algorithm] {
        self.inner.algorithms()
    }

    fn generate(
        &self,
        algorithm: Algorithm,
        role: KeyRole,
    ) -> Result<(KeyHandle, PublicKey), KeyStoreError> {
        let made = self.inner.generate(algorithm, role)?;
        self.made.lock().unwrap().push(role);
        self.living.lock().unwrap().push(made.0.clone());
        Ok(made)
    }

    fn sign(
        &self,
        handle: &KeyHandle,
        message: &[u8],
        authorization: Option<&Authorization>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        assert!(self.living.lock().unwrap().contains(handle), "a deleted key signs");
        self.signed_with.lock().unwrap().push(handle.clone());
        self.inner.sign(handle, message, authorization)
    }

    fn delete(&self, handle: &KeyHandle) -> Result<(), KeyStoreError> {
        self.living.lock().unwrap().retain(|living| living != handle);
        Ok(())
    }

    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        self.inner.wrap(secret)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        self.inner.unwrap(wrapped)
    }

    fn key_protection(&self) -> &[&'static str] {
        self.inner.key_protection()
    }

    fn binds_authorization(&self) -> bool {
        self.binds_authorization.load(Ordering::Relaxed)
    }
}

/// A phone within reach of a workspace, and a link for it.
struct Scene {
    device: Device,
    workspace: Arc<ScriptedWorkspace>,
    keys: Arc<CountedKeys>,
    link: ActivationLink,
}

impl Scene {
    fn new() -> Self {
        Self::with(offline(10, 3))
    }

    fn with(settings: Settings) -> Self {
        Self::at(&Location::Memory, settings)
    }

    fn at(location: &Location, settings: Settings) -> Self {
        let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], settings));
        let link = workspace.issue(1);
        let keys = CountedKeys::new();
        let device = open(location, &keys, &workspace, 1);
        Self { device, workspace, keys, link }
    }

    fn activate(&self) -> Result<MemberStatus, ActivationError> {
        now(self.device.authenticator.activate(&self.link, NAME))
    }

    fn resume(&self) -> Result<MemberStatus, ActivationError> {
        now(self.device.authenticator.resume_activation())
    }

    fn is_pending(&self) -> bool {
        self.device.authenticator.pending_activation().unwrap().is_some()
    }

    /// That nothing is left of an attempt: no membership, no credential, no key.
    fn is_untouched(&self) -> bool {
        self.device.membership().is_none()
            && !self.is_pending()
            && self.device.authenticator.credentials().unwrap().is_empty()
            && self.keys.living() == 0
    }

    /// Changes the JSON of the next answer before it is signed.
    fn twist(&self, twist: impl FnOnce(&mut serde_json::Value) + Send + 'static) {
        self.workspace.then(Deed::Rewrite(Box::new(|text| {
            let mut value = serde_json::from_str(text).unwrap();
            twist(&mut value);
            value.to_string()
        })));
    }
}

fn open(
    location: &Location,
    keys: &Arc<CountedKeys>,
    workspace: &Arc<ScriptedWorkspace>,
    seed: u64,
) -> Device {
    let device = Device::open_with(
        location,
        Arc::clone(keys) as Arc<_>,
        Arc::clone(workspace) as Arc<_>,
        seed,
    );
    device.user.set_built_in_uv(Some(true));
    device
}

/// Polls a future so many times, and drops it: somebody has switched the phone off.
fn cut_off<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..polls {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return Some(value);
        }
    }
    None
}
