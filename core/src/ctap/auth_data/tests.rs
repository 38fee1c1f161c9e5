#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions
)]

use super::*;
use crate::testing::vectors;

#[test]
fn the_bytes_are_those_of_python_fido2() {
    for vector in vectors::read(include_str!("../../../tests/vectors/authenticator_data.json")) {
        let aaguid = vector.optional("aaguid").map(|bytes| <[u8; 16]>::try_from(bytes).unwrap());
        let (id, key) = (vector.optional("credential_id"), vector.optional("public_key"));
        let attested = aaguid.as_ref().map(|aaguid| AttestedCredential {
            aaguid,
            credential_id: id.as_deref().unwrap(),
            public_key: key.as_deref().unwrap(),
        });
        let extensions = vector.optional("extensions");
        let data = AuthenticatorData {
            rp_id_hash: &vector.array("rp_id_hash"),
            flags: u8::try_from(vector.number("flags")).unwrap(),
            sign_count: u32::try_from(vector.number("sign_count")).unwrap(),
            attested,
            extensions: extensions.as_deref(),
        };
        let encoded = data.encode();
        assert_eq!(encoded, vector.bytes("encoded"), "{}", vector.text("name"));
        assert!(encoded.capacity() >= encoded.len() + 32, "no room for the client data hash");
    }
}
