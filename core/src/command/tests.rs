//! The rules of the commands, each tested through whole requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod always_uv;
mod exclude_list;
mod get_info;
mod make_credential;
mod requests;
mod smoke;
mod steps;
