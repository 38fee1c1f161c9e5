//! What is left in the process's memory after PIN entry and signing through the library, and after its
//! `close()`.

use std::sync::Arc;

use super::{memory_search as search, people::*};
use crate::{
    Authenticator, GeneratedKey, KeyRole, KeyStore, KeyStoreDescription, KeyStoreError, Place,
    Seams, software_key_store, types::Algorithm,
};

/// The software's keys, whose handles are told.
struct Telling(Arc<dyn KeyStore>);

impl KeyStore for Telling {
    fn describe(&self) -> Result<KeyStoreDescription, KeyStoreError> {
        self.0.describe()
    }

    fn generate(&self, algorithm: Algorithm, role: KeyRole) -> Result<GeneratedKey, KeyStoreError> {
        self.0.generate(algorithm, role).inspect(|key| search::tell_handle(&key.handle))
    }

    fn sign(
        &self,
        handle: Vec<u8>,
        message: Vec<u8>,
        authorization: Option<u64>,
    ) -> Result<Vec<u8>, KeyStoreError> {
        self.0.sign(handle, message, authorization)
    }

    fn delete(&self, handle: Vec<u8>) -> Result<(), KeyStoreError> {
        self.0.delete(handle)
    }

    fn wrap(&self, secret: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        self.0.wrap(secret)
    }

    fn unwrap(&self, wrapped: Vec<u8>) -> Result<Vec<u8>, KeyStoreError> {
        self.0.unwrap(wrapped)
    }
}

#[test]
fn child() {
    let Some((mut root, path)) = search::started() else { return };
    search::mask(&mut root);
    let keys = Arc::new(Telling(software_key_store(root).unwrap()));
    let somebody = Somebody::who(Manner::Agrees);
    let place = Place::File { path };
    let verifier = Arc::clone(&somebody);
    let status = crate::VerifierStatus { built_in_uv: None, ..STATUS };
    let opened = Authenticator::open(place, keys, verifier, status, None, Seams::default());
    let authenticator = opened.unwrap();
    *somebody.authenticator.lock().unwrap() = Arc::downgrade(&authenticator);
    search::serve(|request| match request {
        Some(request) => {
            now(Arc::clone(&authenticator).ctap2(1, CLIENT, request.to_vec())).unwrap()
        }
        // The app still holds the object: closing alone has to do.
        None => authenticator.close().map(|()| Vec::new()).unwrap(),
    });
}

#[test]
fn no_pin_and_no_key_stays_in_memory() {
    search::nothing_is_left("tests::memory::child");
}
