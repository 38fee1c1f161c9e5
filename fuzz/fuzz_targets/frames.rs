#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pocketkey_fuzz::frames::run(data));
