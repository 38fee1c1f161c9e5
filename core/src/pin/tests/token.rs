//! The life of a pinUvAuthToken (§6.5.2) and its permissions (§6.5.5.7).

use std::time::Duration;

use super::*;
use crate::{
    ctap::status::Status,
    platform::Clock,
    testing::{FakeClock, SeededRng},
    transport::Transport,
};

const TRANSPORTS: [(Transport, u64); 5] = [
    (Transport::Usb, 30_000),
    (Transport::Nfc, 19_800),
    (Transport::Ble, 30_000),
    (Transport::Hybrid, 30_000),
    (Transport::Internal, 30_000),
];

fn permissions(bits: u8) -> Permissions {
    Permissions::from_request(Some(bits.into())).unwrap()
}

fn token(permissions: Permissions, rp_id: Option<&str>, transport: Transport) -> Token {
    let rp_id = rp_id.map(ToOwned::to_owned);
    let (clock, rng) = (FakeClock::default(), SeededRng::new(1));
    Token::begin(PinProtocol::Two, permissions, rp_id, true, transport, &clock, &rng).unwrap()
}

fn usb(bits: u8) -> Token {
    token(permissions(bits), None, Transport::Usb)
}

fn mac(token: &Token, message: &[u8]) -> Vec<u8> {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, token.secret());
    ring::hmac::sign(&key, message).as_ref().to_vec()
}

fn verify(token: &mut Token, permission: Permissions) -> Result<(), Status> {
    let param = mac(token, b"message");
    token.verify(PinProtocol::Two, b"message", &param, permission)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_token_must_be_used_first_within_30_s_or_19_8_s_on_nfc() {
    for (transport, limit) in TRANSPORTS {
        let token = token(permissions(0x03), None, transport);
        assert!(!token.expired(millis(0)), "{transport:?}");
        assert!(!token.expired(millis(limit - 1)), "{transport:?}");
        assert!(token.expired(millis(limit)), "{transport:?}");
    }
}

#[test]
fn a_token_in_use_lasts_ten_minutes_and_no_longer() {
    for (transport, limit) in TRANSPORTS {
        let mut token = token(permissions(0x04), None, transport);
        verify(&mut token, Permissions::CM).unwrap();
        assert!(!token.expired(millis(limit)), "{transport:?}");
        assert!(!token.expired(millis(599_999)), "{transport:?}");
        // Use does not prolong it.
        verify(&mut token, Permissions::CM).unwrap();
        assert!(token.expired(millis(600_000)), "{transport:?}");
    }
}

#[test]
fn the_time_of_a_token_starts_when_it_is_made() {
    let clock = FakeClock::default();
    clock.advance(millis(5_000_000));
    let rng = SeededRng::new(1);
    let (protocol, mc) = (PinProtocol::Two, Permissions::MC);
    let token = Token::begin(protocol, mc, None, false, Transport::Usb, &clock, &rng).unwrap();
    assert!(!token.expired(clock.now()));
    clock.advance(millis(29_999));
    assert!(!token.expired(clock.now()));
    clock.advance(millis(1));
    assert!(token.expired(clock.now()));
}

#[test]
fn a_failed_use_is_none() {
    let mut token = usb(0x04);
    let param = mac(&token, b"message");
    let wrong = token.verify(PinProtocol::Two, b"other", &param, Permissions::CM);
    assert_eq!(wrong, Err(Status::PinAuthInvalid));
    assert_eq!(verify(&mut token, Permissions::ACFG), Err(Status::PinAuthInvalid));
    assert!(token.expired(millis(30_000)));
}

#[test]
fn a_token_belongs_to_one_protocol() {
    let mut token = usb(0x04);
    let half = mac(&token, b"message")[..16].to_vec();
    let result = token.verify(PinProtocol::One, b"message", &half, Permissions::CM);
    assert_eq!(result, Err(Status::PinAuthInvalid));
}

#[test]
fn a_token_permits_what_was_asked_for_and_nothing_else() {
    let all = [
        Permissions::MC,
        Permissions::GA,
        Permissions::CM,
        Permissions::LBW,
        Permissions::ACFG,
        Permissions::PCMR,
    ];
    for bits in (1..=0x7f).filter(|bits| bits & 0x48 == 0) {
        for permission in all {
            let mut token = usb(bits);
            let permitted = verify(&mut token, permission).is_ok();
            assert_eq!(permitted, bits & permission.bits() != 0, "{bits:02x} {permission:?}");
        }
    }
}

#[test]
fn a_request_names_permissions_that_are_offered() {
    let request = Permissions::from_request;
    assert_eq!(request(None), Err(Status::MissingParameter));
    assert_eq!(request(Some(0)), Err(Status::InvalidParameter));
    for bits in [0x01, 0x02, 0x03, 0x04, 0x10, 0x20, 0x37] {
        assert_eq!(request(Some(bits)).map(|found| u64::from(found.bits())), Ok(bits));
    }
    // There is no bioEnrollment here.
    for bits in [0x08, 0x0b, 0x108, u64::MAX] {
        assert_eq!(request(Some(bits)), Err(Status::UnauthorizedPermission), "{bits:x}");
    }
}

#[test]
fn permissions_that_have_no_meaning_yet_are_ignored() {
    let request = |bits| Permissions::from_request(Some(bits)).map(Permissions::bits);
    for undefined in [0x80, 0x100, 0x8000_0000_0000_0000] {
        assert_eq!(request(undefined | 0x03), Ok(0x03), "{undefined:x}");
        // They give nothing when they come alone.
        assert_eq!(request(undefined), Ok(0), "{undefined:x}");
    }
}

#[test]
fn pcmr_comes_alone() {
    assert_eq!(Permissions::from_request(Some(0x40)), Ok(Permissions::PCMR));
    for others in 1..0x40 {
        let result = Permissions::from_request(Some(0x40 | others));
        assert_eq!(result, Err(Status::UnauthorizedPermission), "{others:02x}");
    }
}

#[test]
fn only_make_credential_and_get_assertion_do_not_manage() {
    for bits in 1..=0x37_u8 {
        if let Ok(permissions) = Permissions::from_request(Some(bits.into())) {
            assert_eq!(permissions.manages(), bits & 0x34 != 0, "{bits:02x}");
        }
    }
    assert!(Permissions::PCMR.manages());
}

#[test]
fn the_first_site_that_uses_a_token_is_the_only_one() {
    let mut token = usb(0x03);
    assert_eq!(token.rp_id(), None);
    assert_eq!(token.bind_rp_id("example.com"), Ok(()));
    assert_eq!(token.bind_rp_id("example.org"), Err(Status::PinAuthInvalid));
    assert_eq!(token.bind_rp_id("EXAMPLE.COM"), Err(Status::PinAuthInvalid));
    assert_eq!(token.bind_rp_id("example.com"), Ok(()));
    assert_eq!(token.rp_id(), Some("example.com"));
}

#[test]
fn a_token_for_a_site_is_for_that_site_from_the_start() {
    let mut token = token(permissions(0x03), Some("example.com"), Transport::Usb);
    assert_eq!(token.bind_rp_id("example.org"), Err(Status::PinAuthInvalid));
    assert_eq!(token.bind_rp_id("example.com"), Ok(()));
}

#[test]
fn presence_uses_up_the_flags_and_every_permission_but_large_blob_write() {
    let mut token = usb(0x37);
    assert!(token.user_present() && token.user_verified());
    token.use_up();
    assert!(!token.user_present() && !token.user_verified());
    for spent in [Permissions::MC, Permissions::GA, Permissions::CM, Permissions::ACFG] {
        assert_eq!(verify(&mut token, spent), Err(Status::PinAuthInvalid), "{spent:?}");
    }
    assert_eq!(verify(&mut token, Permissions::LBW), Ok(()));
}

#[test]
fn no_two_tokens_are_the_same() {
    let (clock, rng) = (FakeClock::default(), SeededRng::new(1));
    let [first, second] = [(); 2].map(|()| {
        let (one, mc) = (PinProtocol::One, Permissions::MC);
        Token::begin(one, mc, None, false, Transport::Usb, &clock, &rng).unwrap()
    });
    assert_ne!(first.secret(), second.secret());
    let mc = Permissions::MC;
    let without =
        Token::begin(PinProtocol::One, mc, None, false, Transport::Usb, &clock, &Exhausted);
    assert_eq!(without.map(drop), Err(Status::Other));
}

#[test]
fn a_token_shows_no_secret() {
    let token = token(permissions(0x03), Some("example.com"), Transport::Usb);
    let shown = format!("{token:?}");
    assert_eq!(shown, "Token { protocol: Two, permissions: Permissions(3), .. }");
}

#[test]
fn each_protocol_verifies_its_own_length_of_mac_only() {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &[9; 32]);
    let mac = ring::hmac::sign(&key, b"message");
    assert!(PinProtocol::Two.verify(&[9; 32], b"message", mac.as_ref()));
    assert!(PinProtocol::One.verify(&[9; 32], b"message", &mac.as_ref()[..16]));
    for (protocol, message, param) in [
        (PinProtocol::One, &b"message"[..], mac.as_ref()),
        (PinProtocol::Two, b"message", &mac.as_ref()[..16]),
        (PinProtocol::Two, b"other", mac.as_ref()),
        (PinProtocol::Two, b"message", b""),
    ] {
        assert!(!protocol.verify(&[9; 32], message, param));
    }
}
