//! credProtect (§12.1): who sees which credential.

use ciborium::Value;

use super::{
    requests::{credential_id, options},
    steps::{allow, extension, extensions, output, register, sign_in, try_register, user_id},
};
use crate::{
    ctap::status::Status,
    testing::device::{Device, member},
};

fn protected(device: &Device, user: &[u8], level: u8, discoverable: bool) -> Value {
    let more = vec![
        (6, extension("credProtect", level.into())),
        (7, options(&[("uv", true), ("rk", discoverable)])),
    ];
    register(device, user, more)
}

#[test]
fn each_level_shows_itself_as_it_should() {
    for level in 1..=3 {
        for discoverable in [true, false] {
            for verified in [false, true] {
                for known in [false, true] {
                    let device = Device::with_uv();
                    let made = protected(&device, b"user", level, discoverable);
                    let mut more = vec![(5, options(&[("uv", verified)]))];
                    if known {
                        more.push(allow(credential_id(&made)));
                    }
                    let policy = match level {
                        1 => true,
                        2 => verified || known,
                        _ => verified,
                    };
                    let visible = policy && (discoverable || known);
                    assert_eq!(
                        sign_in(&device, more).map(drop),
                        if visible { Ok(()) } else { Err(Status::NoCredentials) },
                        "level {level}, rk {discoverable}, uv {verified}, ID known {known}",
                    );
                }
            }
        }
    }
}

#[test]
fn the_level_in_force_is_told() {
    for level in 1..=3_u8 {
        let made = protected(&Device::with_uv(), b"user", level, true);
        assert_eq!(output(&made, "credProtect"), Some(Value::from(level)));
    }
}

#[test]
fn who_does_not_ask_hears_nothing_and_gets_level_one() {
    let device = Device::new();
    let made = register(&device, b"user", vec![super::steps::rk()]);
    assert_eq!(extensions(&made), None);
    sign_in(&device, vec![]).unwrap();
}

#[test]
fn an_unknown_level_is_refused() {
    for level in [0, 4, 255] {
        let more = vec![(6, extension("credProtect", level.into()))];
        let answer = try_register(&Device::new(), b"user", more);
        assert_eq!(answer, Err(Status::InvalidOption));
    }
    let more = vec![(6, extension("credProtect", "strict".into()))];
    assert_eq!(try_register(&Device::new(), b"user", more), Err(Status::CborUnexpectedType));
}

#[test]
fn only_visible_accounts_are_counted_and_given() {
    let device = Device::with_uv();
    device.user.set_chooses_account(false);
    for (user, level) in [(b"0", 1), (b"1", 3), (b"2", 2), (b"3", 1), (b"4", 3)] {
        protected(&device, user, level, true);
    }
    let walk = |verified| {
        let first = sign_in(&device, vec![(5, options(&[("uv", verified)]))]).unwrap();
        let count: i128 = member(&first, 5).unwrap().as_integer().unwrap().into();
        let mut users = vec![user_id(&first)];
        while let Ok(next) = device.raw(&[8]) {
            users.push(user_id(&next));
        }
        (count, users.concat())
    };
    assert_eq!(walk(false), (2, b"30".to_vec()));
    assert_eq!(walk(true), (5, b"43210".to_vec()));
}

#[test]
fn a_new_level_for_the_same_account_counts_anew() {
    let device = Device::with_uv();
    device.user.set_chooses_account(false);
    protected(&device, b"0", 1, true);
    protected(&device, b"1", 1, true);
    protected(&device, b"1", 3, true);
    assert!(member(&sign_in(&device, vec![]).unwrap(), 5).is_none());
    let verified = sign_in(&device, vec![(5, options(&[("uv", true)]))]).unwrap();
    assert_eq!(member(&verified, 5), Some(&Value::from(2)));
}
