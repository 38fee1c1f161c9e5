//! The rules of the commands, each tested through whole requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod accounts;
mod always_uv;
mod attestation;
mod bound_keys;
mod built_in_uv;
mod cred_protect;
mod evidence;
mod exclude_list;
mod extensions;
pub(crate) mod fake_keys;
mod get_assertion;
mod get_info;
mod hmac_secret;
mod key_stores;
mod large_blobs;
mod make_credential;
mod next_assertion;
mod policy;
mod refusals;
mod requests;
mod reset;
mod sequences;
mod smoke;
mod steps;
mod u2f;
mod u2f_messages;
mod u2f_polling;
