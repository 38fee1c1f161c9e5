use std::sync::Arc;

use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};

use super::people::*;
use crate::{OwnerError, RequestError};

/// The uncompressed point of a COSE_Key for ES256: x and y are its last two members.
fn point(cose_key: &[u8]) -> Vec<u8> {
    let x = &cose_key[cose_key.len() - 67..cose_key.len() - 35];
    let y = &cose_key[cose_key.len() - 32..];
    [&[4], x, y].concat()
}

#[test]
fn a_passkey_is_made_and_signs_in() {
    let (authenticator, _) = open(Manner::Agrees);
    let made = now(Arc::clone(&authenticator).make_credential(1, CLIENT, creation())).unwrap();
    assert_eq!(made.attestation_object[..5], [0xa3, 0x63, b'f', b'm', b't']);
    let signed = now(Arc::clone(&authenticator).get_assertion(2, CLIENT, sign_in())).unwrap();
    assert_eq!(signed.credential_id, made.id);
    assert_eq!(signed.user.unwrap().name.as_deref(), Some("user1"));
    let message = [signed.authenticator_data.as_slice(), &[0xcd; 32]].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point(&made.public_key))
        .verify(&message, &signed.signature)
        .unwrap();
}

#[test]
fn what_cannot_be_sent_is_told_before_anybody_is_asked() {
    let (authenticator, somebody) = open(Manner::Agrees);
    let mut requests = [creation(), creation(), creation()];
    requests[0].client_data_hash.pop();
    requests[1].rp_id.clear();
    requests[2].user.id = vec![0; 65];
    for request in requests {
        let made = now(Arc::clone(&authenticator).make_credential(1, CLIENT, request));
        assert!(matches!(made, Err(RequestError::Invalid { .. })), "{made:?}");
    }
    assert!(somebody.asked.lock().unwrap().is_empty());
}

#[test]
fn a_refusal_has_its_status_and_its_name() {
    let (authenticator, _) = open(Manner::Agrees);
    let mut nothing = creation();
    nothing.algorithms.clear();
    for (result, name) in [
        (
            now(Arc::clone(&authenticator).get_assertion(1, CLIENT, sign_in())).map(drop),
            "CTAP2_ERR_NO_CREDENTIALS",
        ),
        (
            now(Arc::clone(&authenticator).make_credential(2, CLIENT, nothing)).map(drop),
            "CTAP2_ERR_UNSUPPORTED_ALGORITHM",
        ),
    ] {
        let Err(RequestError::Refused { name: found, .. }) = result else { panic!("{result:?}") };
        assert_eq!(found, name);
    }
}

#[test]
fn the_owner_lists_renames_and_deletes() {
    let (authenticator, _) = open(Manner::Agrees);
    let made = now(Arc::clone(&authenticator).make_credential(1, CLIENT, creation())).unwrap();
    let listed = authenticator.credentials().unwrap();
    assert_eq!((listed.len(), &listed[0].id), (1, &made.id));
    assert_eq!(listed[0].rp_name.as_deref(), Some("Example"));
    let renamed = authenticator.rename_credential(made.id.clone(), Some("me".to_owned()), None);
    assert_eq!(renamed, Ok(true));
    assert_eq!(authenticator.credentials().unwrap()[0].account.name.as_deref(), Some("me"));
    assert_eq!(authenticator.delete_credential(made.id.clone()), Ok(true));
    assert_eq!(authenticator.delete_credential(made.id), Ok(false));
    let status = authenticator.status().unwrap();
    assert_eq!((status.protection.pin_retries, status.membership), (8, None));
    assert!(authenticator.metadata().unwrap().contains("\"authenticatorGetInfo\""));
    assert_ne!(authenticator.idle(), Err(OwnerError::Closed));
}
