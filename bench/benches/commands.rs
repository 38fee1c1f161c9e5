//! The two commands that matter, beside the bare signature and beside other authenticators; and
//! how they grow with what is stored. `cargo xtask bench` makes the table.

use std::{cell::LazyCell, hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkGroup, Criterion};
use pocketkey_bench::{
    client::{self, CLIENT_DATA_HASH, bytes, get_assertion, make_credential},
    cpu_time::{CpuTime, cpu_time},
    device::Device,
    pin::{Session, authenticate},
    rivals::{opensk::OpenSk, passkey::PasskeyRs},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING as ES256, EcdsaKeyPair},
};

const RP_ID: &str = "example.com";

/// New accounts in a store before the next one begins empty: `opensk` has room for 150.
const ACCOUNTS: u64 = 100;

fn main() {
    let mut criterion = Criterion::default()
        .with_measurement(CpuTime)
        .sample_size(30)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(900))
        .configure_from_args();
    assertions(&mut criterion);
    registrations(&mut criterion);
    scale(&mut criterion);
    criterion.final_summary();
}

/// One signature with a loaded key over a message of an assertion's length. Every group measures it
/// anew, because what a noisy machine gives changes from one minute to the next.
fn floor(group: &mut BenchmarkGroup<'_, CpuTime>) {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ES256, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ES256, pkcs8.as_ref(), &random).unwrap();
    let message = [0x5a; 37 + 32];
    group.bench_function("floor", |bencher| {
        bencher.iter(|| key.sign(&random, black_box(&message)).unwrap());
    });
}

fn assertions(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("getAssertion");
    floor(&mut group);

    for (name, discoverable) in [("pocketkey stored", true), ("pocketkey wrapped", false)] {
        let device = Device::in_memory();
        let id = device.register(RP_ID, b"user", discoverable);
        sign_in(&mut group, name, &id, |request| device.call(request));
    }
    with_pin_and_hmac_secret(&mut group);

    for (name, discoverable) in [("opensk stored", true), ("opensk wrapped", false)] {
        let mut opensk = OpenSk::new();
        let made = opensk.call(&make_credential(RP_ID, b"user", discoverable));
        let id = client::credential_id(&made);
        sign_in(&mut group, name, &id, |request| opensk.call(request));
    }

    let registration = make_credential(RP_ID, b"user", true);
    let mut passkey = PasskeyRs::aws_lc_rs();
    let id = client::credential_id(&passkey.call(&registration));
    sign_in(&mut group, "passkey-rs aws-lc-rs", &id, |request| passkey.call(request));
    let request = get_assertion(RP_ID, Some(&id), vec![]);
    group.bench_function("passkey-rs aws-lc-rs typed", |bencher| {
        bencher.iter_batched(
            || ciborium::from_reader(&request[1..]).unwrap(),
            |request| passkey.get_assertion(request),
            BatchSize::SmallInput,
        );
    });

    let mut passkey = PasskeyRs::rust_crypto();
    let id = client::credential_id(&passkey.call(&registration));
    sign_in(&mut group, "passkey-rs RustCrypto", &id, |request| passkey.call(request));
    group.finish();
}

fn sign_in(
    group: &mut BenchmarkGroup<'_, CpuTime>,
    name: &str,
    id: &[u8],
    mut call: impl FnMut(&[u8]) -> Vec<u8>,
) {
    let request = get_assertion(RP_ID, Some(id), vec![]);
    client::success(&call(&request));
    group.bench_function(name, |bencher| bencher.iter(|| call(black_box(&request))));
}

/// A token is good for one sign-in: getting it is not part of what is measured.
fn with_pin_and_hmac_secret(group: &mut BenchmarkGroup<'_, CpuTime>) {
    let device = Device::in_memory();
    device.register(RP_ID, b"user", true);
    Session::begin(&device).set_pin(&device);
    let session = Session::begin(&device);
    let sign_in = || {
        let token = session.token(&device, RP_ID);
        let proof = authenticate(&token, &CLIENT_DATA_HASH);
        let more = vec![(4, session.hmac_secret()), (6, bytes(&proof)), (7, 2.into())];
        get_assertion(RP_ID, None, more)
    };
    client::success(&device.call(&sign_in()));
    group.bench_function("pocketkey PIN hmac-secret", |bencher| {
        bencher.iter_batched(sign_in, |request| device.call(&request), BatchSize::PerIteration);
    });
}

fn registrations(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("makeCredential");
    floor(&mut group);
    register(&mut group, "pocketkey", || {
        let device = Device::in_memory();
        move |request: &[u8]| device.call(request)
    });
    register(&mut group, "opensk", || {
        let mut opensk = OpenSk::new();
        move |request: &[u8]| opensk.call(request)
    });
    register(&mut group, "passkey-rs aws-lc-rs", || {
        let mut passkey = PasskeyRs::aws_lc_rs();
        move |request: &[u8]| passkey.call(request)
    });
    register(&mut group, "passkey-rs RustCrypto", || {
        let mut passkey = PasskeyRs::rust_crypto();
        move |request: &[u8]| passkey.call(request)
    });
    group.finish();
}

/// Registers one new account after another, with a fresh authenticator now and then.
fn register<F: FnMut(&[u8]) -> Vec<u8>>(
    group: &mut BenchmarkGroup<'_, CpuTime>,
    name: &str,
    fresh: impl Fn() -> F,
) {
    let requests: Vec<_> =
        (0..ACCOUNTS).map(|user| make_credential(RP_ID, &user.to_be_bytes(), true)).collect();
    client::success(&fresh()(&requests[0]));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut left = usize::try_from(iterations).unwrap();
            let mut spent = Duration::ZERO;
            while left > 0 {
                let mut call = fresh();
                let batch = &requests[..left.min(requests.len())];
                let start = cpu_time();
                for request in batch {
                    black_box(call(black_box(request)));
                }
                spent += cpu_time() - start;
                left -= batch.len();
            }
            spent
        });
    });
}

fn scale(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("scale");
    for (name, fill) in [
        ("accounts", Device::with_accounts as fn(&str, u32) -> (Device, Vec<u8>)),
        ("sites", Device::with_sites),
    ] {
        for count in [10, 10_000] {
            let filled = LazyCell::new(|| fill(RP_ID, count));
            group.bench_function(format!("{count} {name} allow list"), |bencher| {
                let (device, id) = &*filled;
                let request = get_assertion(RP_ID, Some(id), vec![]);
                bencher.iter(|| device.call(black_box(&request)));
            });
            group.bench_function(format!("{count} {name} discoverable"), |bencher| {
                let (device, _) = &*filled;
                let request = get_assertion(RP_ID, None, vec![]);
                bencher.iter(|| device.call(black_box(&request)));
            });
        }
    }
    group.finish();
}
