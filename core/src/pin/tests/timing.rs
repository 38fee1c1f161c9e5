//! Comparisons of secrets take as long for a guess that is nearly right as for one that is all wrong.
//!
//! After `dudect` (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?"): two classes of
//! input in random order, the slowest measurements cut off, Welch's t-test on the rest. A machine that
//! is busy can spoil a measurement, so that a leak is one that shows each time; and a comparison that
//! does leak is measured in the same way, so that a test that sees nothing is noticed.

use std::{hint::black_box, time::Instant};

use zeroize::Zeroizing;

use crate::{pin::PinProtocol, settings::Pin};

const SAMPLES: usize = 6000;
/// One measurement is so many comparisons: a clock's tick is longer than one.
const REPEATS: usize = 48;
/// What `dudect` calls certain.
const CERTAIN: f64 = 10.0;
const ATTEMPTS: usize = 5;

/// The statistic for guesses that differ in the first byte and guesses that differ in the last.
fn statistic(secret: &[u8], compare: &dyn Fn(&[u8]) -> bool) -> f64 {
    let (mut early, mut late) = (secret.to_vec(), secret.to_vec());
    early[0] ^= 1;
    *late.last_mut().unwrap() ^= 1;
    let mut chance = 0x9e37_79b9_7f4a_7c15_u64;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..SAMPLES {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let class = usize::from(chance >> 63 == 1);
        let guess = [&early, &late][class];
        let begin = Instant::now();
        for _ in 0..REPEATS {
            assert!(!black_box(compare(black_box(guess))));
        }
        times[class].push(begin.elapsed().as_nanos() as f64);
    }
    // The slower half of each class was interrupted, or missed a cache.
    let [(n0, mean0, var0), (n1, mean1, var1)] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times.truncate(times.len() / 2);
        let n = times.len() as f64;
        let mean = times.iter().sum::<f64>() / n;
        (n, mean, times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0))
    });
    (mean0 - mean1) / (var0 / n0 + var1 / n1).sqrt()
}

/// Whether the comparison betrays, each time that it is measured, how far a guess is right.
fn leaks(secret: &[u8], compare: &dyn Fn(&[u8]) -> bool) -> bool {
    (0..ATTEMPTS).all(|_| statistic(secret, compare).abs() > CERTAIN)
}

#[test]
fn a_comparison_that_stops_at_the_first_difference_is_seen_to_leak() {
    let secret = [0x5a; 32];
    let careless =
        |guess: &[u8]| guess.iter().zip(&secret).all(|(guess, byte)| black_box(guess == byte));
    // It is enough that it shows once.
    assert!((0..ATTEMPTS).any(|_| statistic(&secret, &careless).abs() > CERTAIN));
}

#[test]
fn comparing_a_pin_tells_nothing_but_the_result() {
    let pin = Pin { hash: Zeroizing::new(vec![0x5a; 16]), length: 4 };
    assert!(!leaks(&pin.hash, &|guess| pin.is(guess)));
    assert!(pin.is(&pin.hash));
}

#[test]
fn checking_a_mac_tells_nothing_but_the_result() {
    for protocol in PinProtocol::ALL {
        let (key, message) = ([7; 32], [8; 32]);
        let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key), &message);
        let length = if protocol.number() == 1 { 16 } else { 32 };
        let tag = &tag.as_ref()[..length];
        assert!(protocol.verify(&key, &message, tag));
        assert!(!leaks(tag, &|guess| protocol.verify(&key, &message, guess)), "{protocol:?}");
    }
}
