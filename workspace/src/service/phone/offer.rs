//! What is offered to the holder of a ticket.

use pocketkey_core::protocol::{
    Base64Url, CreationOptions, CredentialParameter, RelyingParty, UserAccount,
};
use webauthn_rs::prelude::CreationChallengeResponse;

/// ECDSA on P-256 with SHA-256 (RFC 9053 §2.1).
const ES256: i64 = -7;

/// The part of the creation options that a phone heeds. Of the algorithms that are accepted from
/// any FIDO2 key, a phone is offered the one that every key store has.
pub(super) fn creation_options(challenge: &CreationChallengeResponse) -> CreationOptions {
    let options = &challenge.public_key;
    CreationOptions {
        rp: RelyingParty { id: options.rp.id.clone(), name: options.rp.name.clone() },
        user: UserAccount {
            id: Base64Url(options.user.id.clone()),
            name: options.user.name.clone(),
            display_name: options.user.display_name.clone(),
        },
        challenge: Base64Url(options.challenge.clone()),
        pub_key_cred_params: options
            .pub_key_cred_params
            .iter()
            .filter(|parameter| parameter.alg == ES256)
            .map(|parameter| CredentialParameter { alg: parameter.alg, kind: Default::default() })
            .collect(),
    }
}
