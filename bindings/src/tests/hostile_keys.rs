use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicBool, Ordering},
};

use super::{hostile_person::wait_until, people::*};
use crate::{
    CallError, GeneratedKey, KeyRole, KeyStore, KeyStoreDescription, KeyStoreError, OpenError,
    OwnerError, RequestError, task::block_on, types::Algorithm,
};

/// How a key store misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Throws,
    Panics,
    Nonsense,
    Blocks,
    /// Refuses until the user was verified.
    WantsUser,
}

struct BadKeys {
    inner: Arc<dyn KeyStore>,
    fault: Mutex<Fault>,
    blocked: AtomicBool,
    go_on: (Mutex<bool>, Condvar),
}

impl BadKeys {
    fn new(fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            inner: keys(),
            fault: Mutex::new(fault),
            blocked: AtomicBool::new(false),
            go_on: Default::default(),
        })
    }

    fn misbehave(&self) -> Result<bool, KeyStoreError> {
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::None => Ok(false),
            Fault::Throws => Err(KeyStoreError::Failed { reason: "KeyStoreException".to_owned() }),
            Fault::Panics => panic!("a hostile implementation"),
            Fault::Nonsense => Ok(true),
            Fault::WantsUser => Err(KeyStoreError::NotAuthorized),
            Fault::Blocks => {
                self.blocked.store(true, Ordering::SeqCst);
                let (allowed, changed) = &self.go_on;
                let _allowed =
                    changed.wait_while(allowed.lock().unwrap(), |allowed| !*allowed).unwrap();
                Ok(false)
            }
        }
    }

    fn let_go(&self) {
        *self.go_on.0.lock().unwrap() = true;
        self.go_on.1.notify_all();
    }
}

impl KeyStore for BadKeys {
    fn describe(&self) -> Result<KeyStoreDescription, KeyStoreError> {
        self.inner.describe()
    }

    fn generate(&self, algorithm: Algorithm, role: KeyRole) -> Result<GeneratedKey, KeyStoreError> {
        if self.misbehave()? {
            return Ok(GeneratedKey { handle: Vec::new(), public_key: vec![4; 64] });
        }
        self.inner.generate(algorithm, role)
    }

    fn sign(
        &self,
        handle: Vec<u8>,
        message: Vec<u8>,
        authorization: Option<u64>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        if self.misbehave()? {
            return Ok(vec![0x30; 100_000]);
        }
        self.inner.sign(handle, message, authorization)
    }

    fn delete(&self, _handle: Vec<u8>) -> Result<(), KeyStoreError> {
        Err(KeyStoreError::Failed { reason: "never".to_owned() })
    }

    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        self.misbehave()?;
        self.inner.wrap(secret)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        self.inner.unwrap(wrapped)
    }
}

#[test]
fn a_key_store_that_fails_makes_a_typed_error_and_no_credential() {
    for (fault, status) in [
        (Fault::Throws, 0x7f),
        (Fault::Panics, 0x7f),
        (Fault::Nonsense, 0x7f),
        (Fault::WantsUser, 0x27),
    ] {
        let bad = BadKeys::new(Fault::None);
        let (authenticator, _) = open_with(Manner::Agrees, bad.clone(), None).unwrap();
        now(Arc::clone(&authenticator).make_credential(1, CLIENT, creation())).unwrap();
        *bad.fault.lock().unwrap() = fault;
        let mut other = creation();
        other.user.id = vec![9];
        let made = now(Arc::clone(&authenticator).make_credential(2, CLIENT, other));
        let signed = now(Arc::clone(&authenticator).get_assertion(3, CLIENT, sign_in()));
        assert!(
            matches!(made, Err(RequestError::Refused { status: s, .. }) if s == status),
            "{made:?}"
        );
        assert!(matches!(signed, Err(RequestError::Refused { status: s, .. }) if s == status));
        assert_eq!(authenticator.credentials().unwrap().len(), 1);
        *bad.fault.lock().unwrap() = Fault::None;
        now(Arc::clone(&authenticator).get_assertion(4, CLIENT, sign_in())).unwrap();
    }
}

#[test]
fn a_key_store_that_cannot_wrap_opens_nothing() {
    for fault in [Fault::Throws, Fault::Panics] {
        let opened = open_with(Manner::Agrees, BadKeys::new(fault), None);
        assert!(matches!(opened.map(drop), Err(OpenError::KeyStore { .. })));
    }
}

#[test]
fn a_key_store_that_blocks_holds_up_its_own_request_and_nothing_else() {
    let bad = BadKeys::new(Fault::None);
    let (authenticator, somebody) = open_with(Manner::Agrees, bad.clone(), None).unwrap();
    now(Arc::clone(&authenticator).make_credential(1, CLIENT, creation())).unwrap();
    *bad.fault.lock().unwrap() = Fault::Blocks;
    let theirs = Arc::clone(&authenticator);
    let call = std::thread::spawn(move || block_on(theirs.get_assertion(2, CLIENT, sign_in())));
    wait_until(|| bad.blocked.load(Ordering::SeqCst));

    let other = now(Arc::clone(&authenticator).ctap2(3, CLIENT, GET_INFO.to_vec()));
    assert_eq!(other, Err(CallError::Busy));
    assert_eq!(authenticator.status(), Err(OwnerError::Busy));
    assert_eq!(authenticator.cancel(Some(2)), Ok(true));
    assert_eq!(authenticator.close(), Ok(()));
    assert_eq!(authenticator.status(), Err(OwnerError::Closed));

    bad.let_go();
    assert_eq!(call.join().unwrap(), Err(RequestError::Closed));
    drop(authenticator);
    assert_eq!((Arc::strong_count(&bad), Arc::strong_count(&somebody)), (1, 1));
}
