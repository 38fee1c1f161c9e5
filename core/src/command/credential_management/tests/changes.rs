//! deleteCredential and updateUserInformation.

use super::*;

fn user(id: &[u8], name: Option<&str>, display_name: Option<&str>) -> Value {
    map([
        ("id", bytes(id)),
        ("name", name.map_or(Value::Null, text)),
        ("displayName", display_name.map_or(Value::Null, text)),
    ])
}

fn update(client: &PinClient<'_>, token: &[u8], id: &[u8], user: Value) -> Result<(), Status> {
    client.manage(token, 7, map([(2, descriptor(id)), (3, user)])).map(drop)
}

fn delete(client: &PinClient<'_>, token: &[u8], id: &[u8]) -> Result<(), Status> {
    client.manage(token, 6, map([(2, descriptor(id))])).map(drop)
}

#[test]
fn a_deleted_credential_is_gone_and_its_site_with_the_last() {
    for protocol in [1, 2] {
        let device = with_credentials();
        let client = device.pin_client(protocol);
        let token = client.token_using_pin(PIN, CM, None).unwrap();
        for left in [2, 1, 0] {
            let id = credential_id(&client.manage(&token, 4, of_site(SITE)).unwrap());
            delete(&client, &token, &id).unwrap();
            assert_eq!(delete(&client, &token, &id), Err(Status::NoCredentials));
            assert_eq!(device.sign_in(SITE, &id), Err(Status::NoCredentials));
            let rest = credentials(&client, &device, &token, SITE);
            assert_eq!(
                rest.map(|rest| rest.len()),
                match left {
                    0 => Err(Status::NoCredentials),
                    left => Ok(left),
                }
            );
        }
        let sites = sites(&client, &device, &token).unwrap();
        assert_eq!(sites.iter().map(rp_id).collect::<Vec<_>>(), ["other.org"]);
        let last = credential_id(&client.manage(&token, 4, of_site("other.org")).unwrap());
        delete(&client, &token, &last).unwrap();
        assert_eq!(client.manage(&token, 2, Value::Null), Err(Status::NoCredentials));
    }
}

#[test]
fn names_are_replaced_and_absent_or_empty_ones_removed() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let first = || client.manage(&token, 4, of_site(SITE)).unwrap();
    let id = credential_id(&first());
    for (name, display_name) in [
        (Some("me"), Some("Myself")),
        (Some("me"), None),
        (Some("me"), Some("")),
        (None, Some("Myself")),
        (None, None),
        (Some(""), Some("")),
    ] {
        update(&client, &token, &id, user(b"3", name, display_name)).unwrap();
        let kept = |name: Option<&'static str>| name.filter(|name| !name.is_empty());
        let expected = user(b"3", kept(name), kept(display_name));
        assert_eq!(member(&first(), 6), Some(&expected));
    }
    // Nothing else about it, and nothing else, has changed.
    assert_eq!(credential_id(&first()), id);
    let others = credentials(&client, &device, &token, SITE).unwrap();
    assert_eq!(member(&others[1], 6), Some(&user(b"2", Some("somebody"), None)));
    device.sign_in(SITE, &id).unwrap();
}

#[test]
fn the_account_itself_cannot_be_changed() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let id = credential_id(&client.manage(&token, 4, of_site(SITE)).unwrap());
    for other in [&b"2"[..], b"", b"33"] {
        let result = update(&client, &token, &id, user(other, Some("x"), None));
        assert_eq!(result, Err(Status::InvalidParameter));
    }
    let first = client.manage(&token, 4, of_site(SITE)).unwrap();
    assert_eq!(member(&first, 6), Some(&user(b"3", Some("somebody"), None)));
}

#[test]
fn what_is_not_in_the_list_is_not_managed() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM | 0x01, None).unwrap();
    let wrapped = device.register("other.org", b"wrapped", false);
    let token_again = client.token_using_pin(PIN, CM, None).unwrap();
    for id in [&wrapped[..], &[1; 32], &[2; 60], &[]] {
        let rename = update(&client, &token_again, id, user(b"wrapped", Some("x"), None));
        assert_eq!(rename, Err(Status::NoCredentials));
        assert_eq!(delete(&client, &token_again, id), Err(Status::NoCredentials));
    }
    assert_eq!(delete(&client, &token, &wrapped), Err(Status::PinAuthInvalid));
    device.sign_in("other.org", &wrapped).unwrap();
}

#[test]
fn a_deletion_ends_an_enumeration() {
    let device = with_credentials();
    let client = device.pin_client(2);
    let token = client.token_using_pin(PIN, CM, None).unwrap();
    let id = credential_id(&client.manage(&token, 4, of_site(SITE)).unwrap());
    delete(&client, &token, &id).unwrap();
    assert_eq!(next(&device, 5), Err(Status::NotAllowed));
}
