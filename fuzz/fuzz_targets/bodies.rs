//! A test of the workspace as cargo sees it (`workspace/Cargo.toml`), so that its many dependencies are
//! those of the other tests, built once; see README.md beside it.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(unsafe_code, missing_docs, reason = "the counting allocator; libFuzzer's entry")]

#[path = "../src/bodies.rs"]
mod bodies;
#[path = "../../workspace/src/testing/handset.rs"]
#[expect(dead_code, reason = "shared with tests that use other parts of it")]
mod handset;
#[path = "../src/memory.rs"]
mod memory;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::run(data));
