//! What python-fido2 meant is what we read.

use super::{
    super::{ManagementCommand, Options, PinUvAuth},
    *,
};

/// SHAKE-256 of a name, as `generate.py` makes its bytes, is not ours to compute: the parts are
/// taken from the message by another decoder instead.
fn part(message: &[u8], path: &[i64]) -> Value {
    path.iter().fold(parameters(message), |value, key| match &value {
        Value::Array(items) => items[usize::try_from(*key).unwrap()].clone(),
        Value::Map(entries) => {
            let entry = entries.iter().find(|(other, _)| *other == Value::from(*key));
            entry.expect("a member").1.clone()
        }
        _ => panic!("no container"),
    })
}

fn bytes(message: &[u8], path: &[i64]) -> Vec<u8> {
    part(message, path).into_bytes().unwrap()
}

#[test]
fn every_request_of_the_corpus_is_understood() {
    for vector in corpus() {
        assert_eq!(status(&vector.bytes("message")), Status::Ok, "{}", vector.text("name"));
    }
}

#[test]
fn make_credential_with_every_member() {
    let message = sample("makeCredential, every member");
    let Ok(Request::MakeCredential(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.client_data_hash.to_vec(), bytes(&message, &[1]));
    assert_eq!((request.rp.id, request.rp.name), ("example.com", Some("Example")));
    assert_eq!(request.user.name.as_deref(), Some("a@example.com"));
    assert_eq!(request.user.display_name.as_deref(), Some("Ann"));
    assert_eq!(request.user.id.len(), 64);
    assert_eq!(request.algorithms, [-49, -8, -7]);
    assert_eq!(request.exclude_list.len(), 3);
    assert_eq!(request.options, Options { rk: Some(true), up: None, uv: None });
    assert_eq!(request.enterprise_attestation, Some(1));
    assert_eq!(request.attestation_formats.as_deref(), Some(&["packed", "none"][..]));
    let mac = bytes(&message, &[8]);
    assert_eq!(request.pin_uv_auth, PinUvAuth { param: Some(&mac), protocol: Some(2) });
    let extensions = &request.extensions;
    assert_eq!(extensions.cred_protect, Some(2));
    assert_eq!(extensions.cred_blob.map(<[u8]>::len), Some(32));
    assert_eq!(extensions.large_blob_key, Some(true));
    assert!(extensions.min_pin_length && extensions.hmac_secret && extensions.third_party_payment);
    let salts = extensions.hmac_secret_mc.unwrap();
    assert_eq!((salts.salt_enc.len(), salts.salt_auth.len(), salts.protocol), (80, 32, 2));
}

#[test]
fn what_a_client_does_not_say_is_not_invented() {
    let message = sample("makeCredential, mandatory members");
    let Ok(Request::MakeCredential(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.options, Options::default());
    assert_eq!(request.pin_uv_auth, PinUvAuth { param: None, protocol: None });
    assert!(request.exclude_list.is_empty() && request.attestation_formats.is_none());
    assert_eq!(request.enterprise_attestation, None);
    let extensions = &request.extensions;
    assert!(extensions.cred_protect.is_none() && extensions.cred_blob.is_none());
    assert!(extensions.large_blob_key.is_none() && extensions.hmac_secret_mc.is_none());
    assert!(!extensions.min_pin_length && !extensions.hmac_secret);
    let message = sample("getAssertion, mandatory members");
    let Ok(Request::GetAssertion(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.options, Options::default());
    assert!(request.allow_list.is_empty() && request.extensions.hmac_secret.is_none());
}

#[test]
fn get_assertion_with_every_member() {
    let message = sample("getAssertion, every member");
    let Ok(Request::GetAssertion(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.rp_id, "example.com");
    assert_eq!(request.client_data_hash.to_vec(), bytes(&message, &[2]));
    assert_eq!(request.allow_list.len(), 3);
    assert_eq!(request.options, Options { rk: None, up: Some(true), uv: None });
    assert!(request.extensions.cred_blob && request.extensions.third_party_payment);
    assert_eq!(request.extensions.large_blob_key, Some(true));
    assert!(request.extensions.hmac_secret.is_some());
    let mac = bytes(&message, &[6]);
    assert_eq!(request.pin_uv_auth, PinUvAuth { param: Some(&mac), protocol: Some(2) });
}

#[test]
fn hmac_secret_without_a_protocol_means_protocol_one() {
    let message = sample("getAssertion, every member");
    let mut parameters = parameters(&message);
    let members = parameters.as_map_mut().unwrap();
    members.retain(|(key, _)| [1, 2, 4].map(Value::from).contains(key));
    let extensions = members[2].1.as_map_mut().unwrap();
    extensions.retain(|(name, _)| *name == Value::from("hmac-secret"));
    extensions[0].1.as_map_mut().unwrap().retain(|(key, _)| *key != Value::from(4));
    let message = super::message(0x02, &parameters);
    let Ok(Request::GetAssertion(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.extensions.hmac_secret.unwrap().protocol, 1);
}

#[test]
fn client_pin_gives_each_member_its_place() {
    let message = sample("clientPIN changePIN");
    let Ok(Request::ClientPin(request)) = Request::parse(&message) else { panic!() };
    assert_eq!((request.protocol, request.subcommand), (Some(2), 4));
    let key = request.key_agreement.unwrap();
    assert_eq!(key.x.to_vec(), bytes(&message, &[3, -2]));
    assert_eq!(key.y.to_vec(), bytes(&message, &[3, -3]));
    assert_eq!(request.pin_uv_auth_param, Some(bytes(&message, &[4]).as_slice()));
    assert_eq!(request.new_pin_enc, Some(bytes(&message, &[5]).as_slice()));
    assert_eq!(request.pin_hash_enc, Some(bytes(&message, &[6]).as_slice()));
    assert_eq!((request.permissions, request.rp_id), (None, None));
    let message = sample("clientPIN getPinUvAuthTokenUsingPinWithPermissions");
    let Ok(Request::ClientPin(request)) = Request::parse(&message) else { panic!() };
    assert_eq!((request.permissions, request.rp_id), (Some(3), Some("example.com")));
}

#[test]
fn credential_management_authenticates_the_parameters_as_sent() {
    let authenticated = |name| {
        let message = sample(name);
        let Ok(Request::CredentialManagement(request)) = Request::parse(&message) else { panic!() };
        (request.authenticated, parameters(&message))
    };
    let (bytes, _) = authenticated("credentialManagement getCredsMetadata");
    assert_eq!(bytes, [1]);
    for (name, byte) in [
        ("credentialManagement enumerateCredentialsBegin", 4),
        ("credentialManagement deleteCredential", 6),
        ("credentialManagement updateUserInformation", 7),
    ] {
        let (bytes, parameters) = authenticated(name);
        let subcommand = &parameters.as_map().unwrap()[1].1;
        assert_eq!(bytes, [vec![byte], encode(subcommand)].concat(), "{name}");
    }
    let message = sample("credentialManagement updateUserInformation");
    let Ok(Request::CredentialManagement(request)) = Request::parse(&message) else { panic!() };
    let ManagementCommand::UpdateUserInformation { id, user } = request.command else { panic!() };
    assert_eq!((id.len(), user.display_name.as_deref()), (64, Some("Ann")));
}

#[test]
fn config_authenticates_32_ff_0d_and_the_parameters_as_sent() {
    let message = sample("config setMinPINLength");
    let Ok(Request::Config(request)) = Request::parse(&message) else { panic!() };
    let sent = encode(&part(&message, &[2]));
    assert_eq!(request.authenticated, [&[0xff; 32][..], &[0x0d, 3], &sent].concat());
    assert_eq!(request.parameters.new_min_pin_length, Some(8));
    let rp_ids = request.parameters.rp_ids.unwrap();
    assert_eq!(rp_ids, ["example.com", "example.org"]);
    assert!(request.parameters.force_change_pin && !request.parameters.pin_complexity_policy);
    let message = sample("config toggleAlwaysUv");
    let Ok(Request::Config(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.authenticated, [&[0xff; 32][..], &[0x0d, 2]].concat());
}

#[test]
fn large_blobs_gives_each_member_its_place() {
    let message = sample("largeBlobs get");
    let Ok(Request::LargeBlobs(request)) = Request::parse(&message) else { panic!() };
    assert_eq!((request.get, request.set, request.offset), (Some(1024), None, 0));
    let message = sample("largeBlobs set");
    let Ok(Request::LargeBlobs(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.set, Some(bytes(&message, &[2]).as_slice()));
    assert_eq!((request.get, request.length), (None, Some(100)));
    assert_eq!(request.pin_uv_auth.protocol, Some(2));
}

#[test]
fn subcommands_beyond_a_byte_are_invalid_subcommands() {
    for command in [0x0a, 0x41, 0x0d] {
        let request = Value::Map(vec![(Value::from(1), Value::from(0x102))]);
        assert_eq!(status(&message(command, &request)), Status::InvalidSubcommand);
    }
}

#[test]
fn algorithms_of_other_types_are_passed_over_and_such_credentials_match_nothing() {
    let other = |entries: Vec<(&str, Value)>| crate::testing::device::map(entries);
    let mut parameters = parameters(&sample("makeCredential, mandatory members"));
    let members = parameters.as_map_mut().unwrap();
    let params = |id: i64, kind: &str| other(vec![("alg", id.into()), ("type", kind.into())]);
    members[3].1 = Value::Array(vec![params(-7, "private-key"), params(-8, "public-key")]);
    let descriptor = |id: &[u8], kind: &str| {
        other(vec![("id", Value::Bytes(id.to_vec())), ("type", kind.into())])
    };
    let list = Value::Array(vec![descriptor(b"a", "password"), descriptor(b"b", "public-key")]);
    members.push((Value::from(5), list));
    let message = message(0x01, &parameters);
    let Ok(Request::MakeCredential(request)) = Request::parse(&message) else { panic!() };
    assert_eq!(request.algorithms, [-8]);
    assert_eq!(request.exclude_list, [b"".as_slice(), b"b"]);
}
