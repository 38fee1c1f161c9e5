//! How many pictures of each kind of distortion are read, and how long it takes.

use std::time::{Duration, Instant};

use super::{
    super::*,
    kinds::{KINDS, Kind, Scene},
    link,
    pictures::{Code, Dice, Picture},
};

/// What a number of pictures of one kind came to.
#[derive(Default)]
struct Rate {
    read: usize,
    time: Duration,
    longest: Duration,
}

fn measure(kind: &Kind, pictures: u8, width: usize, height: usize) -> Rate {
    let mut rate = Rate::default();
    for number in 0..pictures {
        // Every other one with a pin, which makes it a version larger.
        let wanted = link(number, number % 2 == 1);
        let code = Code::of(&wanted.text());
        let dice = Dice::new(u64::from(number) * 7919 + 1);
        let picture = (kind.take)(&mut Scene { dice, code: &code, width, height });
        let pixels = picture.bytes();
        let began = Instant::now();
        let found = scan(&Luminance { width, height, stride: width, pixels: &pixels });
        let took = began.elapsed();
        rate.time += took;
        rate.longest = rate.longest.max(took);
        rate.read += usize::from(found.is_ok_and(|found| *found.text() == *wanted.text()));
    }
    rate
}

#[test]
fn distorted_pictures_are_read() {
    const PICTURES: u8 = 3;
    for kind in KINDS {
        let rate = measure(kind, PICTURES, 480, 360);
        println!("{:32} {:3} of {PICTURES}", kind.name, rate.read);
        let percent = rate.read * 100 / usize::from(PICTURES);
        assert!(percent >= kind.floor, "{}: {percent} of 100 were read", kind.name);
    }
}

/// Run with `--config 'profile.dev.package.pocketkey-core.opt-level=3'` and `--nocapture`: as the
/// code is shipped.
#[test]
#[ignore = "measures, and takes a minute"]
fn rates_and_times_at_1280_by_720() {
    const PICTURES: u8 = 50;
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    for kind in KINDS {
        let rate = measure(kind, PICTURES, 1280, 720);
        println!(
            "{:32} {:3} of {PICTURES}, {:6.1} ms each, {:6.1} ms at most",
            kind.name,
            rate.read,
            millis(rate.time) / f64::from(PICTURES),
            millis(rate.longest)
        );
    }
    for (name, picture) in without_codes() {
        let pixels = picture.bytes();
        let began = Instant::now();
        let found = scan(&Luminance { width: 1280, height: 720, stride: 1280, pixels: &pixels });
        println!("{name:32} {:?}, {:6.1} ms", found.unwrap_err(), millis(began.elapsed()));
    }
}

fn without_codes() -> [(&'static str, Picture); 4] {
    let plain = || Picture::plain(1280, 720, 128.0);
    [
        ("a plain", plain()),
        ("a cluttered screen", plain().cluttered(&mut Dice::new(3))),
        ("grain", plain().grainy(&mut Dice::new(4), 40.0)),
        (
            "finder patterns side by side",
            plain().each(|x, y, _| {
                let ring = |at: f32| (at.rem_euclid(10.0) - 4.0).abs().floor();
                match ring(x).max(ring(y)) {
                    2.0 | 4.0.. => 255.0,
                    _ => 0.0,
                }
            }),
        ),
    ]
}
