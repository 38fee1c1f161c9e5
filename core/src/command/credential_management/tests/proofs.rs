//! Who may read and change, and requests that are none.

use super::*;

#[test]
fn reading_and_changing_need_a_proof() {
    let device = with_credentials();
    let id = device.authenticator.credentials().unwrap()[0].id.clone();
    let user = map([("id", bytes(b"1")), ("name", text("x"))]);
    let requests = [
        (1, Value::Null),
        (2, Value::Null),
        (4, of_site(SITE)),
        (6, map([(2, descriptor(&id))])),
        (7, map([(2, descriptor(&id)), (3, user)])),
    ];
    for protected in [true, false] {
        // There is no grace for a device that nothing protects: nobody could hold a token.
        let device = if protected { with_credentials() } else { Device::new() };
        for (subcommand, parameters) in &requests {
            let bare = map([(1, Value::from(*subcommand)), (2, parameters.clone())]);
            assert_eq!(device.send(0x0a, bare), Err(Status::PuatRequired), "{subcommand}");
            for protocol in [1, 2] {
                let client = device.pin_client(protocol);
                let result = client.manage(&[7; 32], *subcommand, parameters.clone());
                assert_eq!(result, Err(Status::PinAuthInvalid), "{subcommand}");
            }
        }
    }
    assert_eq!(device.authenticator.credentials().unwrap().len(), 4);
}

#[test]
fn a_proof_names_its_protocol() {
    let device = with_credentials();
    for (protocol, status) in
        [(Value::Null, Status::MissingParameter), (Value::from(3), Status::InvalidParameter)]
    {
        let request = map([(1, Value::from(1)), (3, protocol), (4, bytes(&[0; 32]))]);
        assert_eq!(device.send(0x0a, request), Err(status));
    }
}

#[test]
fn a_proof_covers_the_subcommand_and_its_parameters() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let request = |subcommand: u8, parameters: Value, message: &[u8]| {
        map([
            (1, Value::from(subcommand)),
            (2, parameters),
            (3, client.number()),
            (4, client.param(&token, message)),
        ])
    };
    let encoded = crate::testing::device::encode(&of_site(SITE));
    let genuine = [&[4][..], &encoded].concat();
    for (subcommand, parameters, message) in [
        (1, Value::Null, &[2][..]),
        (2, Value::Null, &[1][..]),
        (4, of_site(SITE), &[4][..]),
        (4, of_site("other.org"), &genuine),
    ] {
        let result = device.send(0x0a, request(subcommand, parameters, message));
        assert_eq!(result, Err(Status::PinAuthInvalid));
    }
    device.send(0x0a, request(4, of_site(SITE), &genuine)).unwrap();
}

#[test]
fn a_token_for_a_site_reads_and_changes_that_site_only() {
    for protocol in [1, 2] {
        let device = with_credentials();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, CM, Some(SITE)).unwrap();
        assert_eq!(client.manage(&token, 1, Value::Null), Err(Status::PinAuthInvalid));
        assert_eq!(client.manage(&token, 2, Value::Null), Err(Status::PinAuthInvalid));
        let other = client.manage(&token, 4, of_site("other.org"));
        assert_eq!(other, Err(Status::PinAuthInvalid));
        assert_eq!(credentials(&client, &device, &token, SITE).unwrap().len(), 3);

        let all = device.authenticator.credentials().unwrap();
        let (ours, others) = (&all[0], &all[3]);
        assert_eq!((ours.rp_id.as_str(), others.rp_id.as_str()), (SITE, "other.org"));
        let rename = |id: &[u8], user: &[u8]| {
            let user = map([("id", bytes(user)), ("name", text("x"))]);
            client.manage(&token, 7, map([(2, descriptor(id)), (3, user)]))
        };
        assert_eq!(rename(&others.id, &others.account.id), Err(Status::PinAuthInvalid));
        let delete = client.manage(&token, 6, map([(2, descriptor(&others.id))]));
        assert_eq!(delete, Err(Status::PinAuthInvalid));
        rename(&ours.id, &ours.account.id).unwrap();
        client.manage(&token, 6, map([(2, descriptor(&ours.id))])).unwrap();
    }
}

#[test]
fn there_are_seven_subcommands_with_their_parameters() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    for subcommand in [0, 8, 9, 0xff] {
        let result = client.manage(&token, subcommand, Value::Null);
        assert_eq!(result, Err(Status::InvalidSubcommand));
    }
    let far = map([(1, Value::from(0x101))]);
    assert_eq!(device.send(0x0a, far), Err(Status::InvalidSubcommand));
    assert_eq!(device.send(0x0a, map::<i64>([])), Err(Status::MissingParameter));
    for subcommand in [4, 6, 7] {
        for parameters in [Value::Null, map::<i64>([])] {
            let result = client.manage(&token, subcommand, parameters);
            assert_eq!(result, Err(Status::MissingParameter), "{subcommand}");
        }
    }
    let only_credential = map([(2, descriptor(&[1; 32]))]);
    assert_eq!(client.manage(&token, 7, only_credential), Err(Status::MissingParameter));
    for length in [0, 31, 33] {
        let hash = map([(1, bytes(&vec![0; length]))]);
        assert_eq!(client.manage(&token, 4, hash), Err(Status::InvalidLength));
    }
}
