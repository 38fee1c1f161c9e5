//! credBlob (§12.2), largeBlobKey (§12.3), minPinLength (§12.4), thirdPartyPayment (§12.9).

use ciborium::Value;

use super::{
    requests::{credential_id, make_credential, options},
    steps::{
        ACFG, ED, PIN, allow, blob, config, device_with_pin, extension, extensions, flags, output,
        register, register_discoverable, rk, sign_in, try_register,
    },
};
use crate::{
    ctap::status::Status,
    testing::device::{Device, bytes, map, member, text},
};

#[test]
fn a_cred_blob_comes_back() {
    for length in [1, 32, 128] {
        let device = Device::new();
        let made = register(&device, b"user", vec![rk(), (6, extension("credBlob", blob(length)))]);
        assert_eq!(output(&made, "credBlob"), Some(Value::from(true)));
        let answer = sign_in(&device, vec![(4, extension("credBlob", true.into()))]).unwrap();
        assert_eq!(output(&answer, "credBlob"), Some(blob(length)));
    }
}

#[test]
fn a_cred_blob_that_is_too_long_is_not_stored() {
    let device = Device::new();
    let made = register(&device, b"user", vec![rk(), (6, extension("credBlob", blob(129)))]);
    assert_eq!(output(&made, "credBlob"), Some(Value::from(false)));
    let answer = sign_in(&device, vec![(4, extension("credBlob", true.into()))]).unwrap();
    assert_eq!(output(&answer, "credBlob"), Some(bytes(&[])));
}

#[test]
fn a_credential_that_is_not_discoverable_has_no_cred_blob() {
    let device = Device::new();
    let made = register(&device, b"user", vec![(6, extension("credBlob", blob(4)))]);
    assert_eq!(output(&made, "credBlob"), Some(Value::from(false)));
    let ask = vec![allow(credential_id(&made)), (4, extension("credBlob", true.into()))];
    assert_eq!(output(&sign_in(&device, ask).unwrap(), "credBlob"), Some(bytes(&[])));
}

#[test]
fn a_cred_blob_is_as_visible_as_its_credential() {
    let device = Device::with_uv();
    let inputs = map([("credBlob", blob(8)), ("credProtect", 3.into())]);
    register(&device, b"user", vec![(6, inputs), (7, options(&[("rk", true), ("uv", true)]))]);
    let ask = || (4, extension("credBlob", true.into()));
    assert_eq!(sign_in(&device, vec![ask()]), Err(Status::NoCredentials));
    let verified = sign_in(&device, vec![ask(), (5, options(&[("uv", true)]))]).unwrap();
    assert_eq!(output(&verified, "credBlob"), Some(blob(8)));
}

#[test]
fn who_does_not_ask_gets_no_outputs() {
    let device = Device::new();
    let inputs = map([("credBlob", blob(8)), ("largeBlobKey", true.into())]);
    register(&device, b"user", vec![rk(), (6, inputs)]);
    let answer = sign_in(&device, vec![]).unwrap();
    assert_eq!(extensions(&answer), None);
    assert!(member(&answer, 7).is_none());
    let declined = sign_in(&device, vec![(4, extension("credBlob", false.into()))]).unwrap();
    assert_eq!((flags(&declined) & ED, extensions(&declined)), (0, None));
}

#[test]
fn a_large_blob_key_is_the_same_at_each_sign_in() {
    let device = Device::new();
    let ask = || extension("largeBlobKey", true.into());
    let made = register(&device, b"user", vec![rk(), (6, ask())]);
    let key = member(&made, 5).unwrap().as_bytes().unwrap();
    assert_eq!(key.len(), 32);
    assert_eq!(extensions(&made), None, "it is no output, and is not signed");
    let answer = sign_in(&device, vec![(4, ask())]).unwrap();
    assert_eq!(member(&answer, 7), Some(&bytes(key)));
    let other = register(&device, b"other", vec![rk(), (6, ask())]);
    assert_ne!(member(&other, 5), Some(&bytes(key)));
}

#[test]
fn a_large_blob_key_is_asked_for_with_true_only() {
    let device = Device::new();
    register_discoverable(&device, b"user");
    let deny = || extension("largeBlobKey", false.into());
    assert_eq!(try_register(&device, b"user", vec![rk(), (6, deny())]), Err(Status::InvalidOption));
    assert_eq!(sign_in(&device, vec![(4, deny())]), Err(Status::InvalidOption));
}

#[test]
fn a_large_blob_key_needs_a_discoverable_credential() {
    let device = Device::new();
    for options in [vec![], vec![(7, options(&[("rk", false)]))]] {
        let more = [options, vec![(6, extension("largeBlobKey", true.into()))]].concat();
        assert_eq!(try_register(&device, b"user", more), Err(Status::InvalidOption));
    }
}

#[test]
fn a_credential_without_large_blob_key_gives_none() {
    let device = Device::new();
    let stored = register_discoverable(&device, b"user");
    let wrapped = credential_id(&register(&device, b"user", vec![])).to_vec();
    for id in [stored, wrapped] {
        let ask = vec![allow(&id), (4, extension("largeBlobKey", true.into()))];
        assert!(member(&sign_in(&device, ask).unwrap(), 7).is_none());
    }
}

#[test]
fn only_listed_sites_learn_the_minimum_pin_length() {
    let device = device_with_pin();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, ACFG, None).unwrap();
    let list = map([(1, 4.into()), (2, Value::Array(vec![text("listed.example")]))]);
    config(&device, 3, list, Some((&client, &token))).unwrap();
    let output_at = |rp_id, ask: bool| {
        let more = vec![(6, extension("minPinLength", ask.into()))];
        let made = device.send(1, make_credential(rp_id, b"user", more)).unwrap();
        output(&made, "minPinLength")
    };
    assert_eq!(output_at("listed.example", true), Some(Value::from(4)));
    assert_eq!(output_at("listed.example", false), None);
    assert_eq!(output_at("example.com", true), None);
    assert_eq!(output_at("sub.listed.example", true), None);
}

#[test]
fn third_party_payment_is_told_at_sign_in() {
    let device = Device::new();
    for discoverable in [false, true] {
        for payment in [false, true] {
            let inputs =
                if payment { extension("thirdPartyPayment", true.into()) } else { map::<&str>([]) };
            let more = vec![(6, inputs), (7, options(&[("rk", discoverable)]))];
            let made = register(&device, b"user", more);
            let confirmed = payment.then_some(Value::from(true));
            assert_eq!(output(&made, "thirdPartyPayment"), confirmed);
            let ask = extension("thirdPartyPayment", true.into());
            let answer = sign_in(&device, vec![allow(credential_id(&made)), (4, ask)]).unwrap();
            assert_eq!(output(&answer, "thirdPartyPayment"), Some(Value::from(payment)));
        }
    }
}

#[test]
fn unknown_extensions_are_passed_over() {
    let device = Device::new();
    let inputs = || map([("future", map([("a", 1.into())])), ("other", blob(3))]);
    let made = register(&device, b"user", vec![rk(), (6, inputs())]);
    assert_eq!(extensions(&made), None);
    assert_eq!(extensions(&sign_in(&device, vec![(4, inputs())]).unwrap()), None);
}

#[test]
fn all_outputs_at_once_are_in_order() {
    let device = Device::with_uv();
    let inputs = map([
        ("credBlob", blob(128)),
        ("credProtect", 2.into()),
        ("hmac-secret", true.into()),
        ("largeBlobKey", true.into()),
        ("minPinLength", true.into()),
        ("thirdPartyPayment", true.into()),
    ]);
    let more = vec![(6, inputs), (7, options(&[("rk", true), ("uv", true)]))];
    // The helper requires that the outputs are canonical.
    let outputs = extensions(&register(&device, b"user", more)).unwrap();
    assert_eq!(outputs.as_map().unwrap().len(), 4);
}
