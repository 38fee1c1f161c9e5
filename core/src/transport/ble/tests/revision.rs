//! Which protocol a client speaks (§11.4.3.4).

use super::*;
use crate::transport::ble::UnknownRevision;

const GET_VERSION: &[u8] = &[0, 3, 0, 0, 0, 0, 0];

#[test]
fn the_bitfield_says_what_is_served() {
    let mut client = Client::unselected();
    assert_eq!(client.link.revisions(), 0xE0, "U2F 1.1, U2F 1.2, FIDO2");
    client.link.set_serves_u2f(false);
    assert_eq!(client.link.revisions(), FIDO2);
}

#[test]
fn a_message_is_of_the_protocol_that_was_selected() {
    for (bit, is_u2f) in [(0x80, true), (0x40, true), (FIDO2, false)] {
        let mut client = Client::unselected();
        client.link.select_revision(&[bit]).unwrap();
        client.send(MSG, GET_VERSION);
        let message = GET_VERSION.to_vec();
        let request = if is_u2f { Request::U2f(message) } else { Request::Ctap2(message) };
        assert_eq!(client.events(), [Event::Request(request)]);
    }
}

#[test]
fn a_client_that_knows_no_bitfield_speaks_u2f_where_it_is_served() {
    let mut client = Client::unselected();
    client.send(MSG, GET_VERSION);
    assert_eq!(client.events(), [Event::Request(Request::U2f(GET_VERSION.to_vec()))]);
    let mut client = Client::unselected();
    client.link.set_serves_u2f(false);
    client.send(MSG, &[4]);
    assert_eq!(client.events(), [Event::Request(Request::Ctap2(vec![4]))]);
}

#[test]
fn anything_but_one_bit_that_is_served_is_refused_and_changes_nothing() {
    let mut client = Client::new();
    for value in [&[][..], &[0], &[0xE0], &[0xA0], &[0x10], &[0x01], &[FIDO2, 0], &[0, FIDO2]] {
        assert_eq!(client.link.select_revision(value), Err(UnknownRevision), "{value:?}");
    }
    client.link.set_serves_u2f(false);
    assert_eq!(client.link.select_revision(&[0x80]), Err(UnknownRevision));
    client.start(&[4]);
}

#[test]
fn a_client_of_u2f_gets_an_error_once_u2f_is_off() {
    let mut client = Client::unselected();
    client.link.select_revision(&[0x80]).unwrap();
    client.link.set_serves_u2f(false);
    assert_eq!(client.ask(MSG, GET_VERSION), error(INVALID_CMD));
    assert_eq!(client.ask(PING, &[1]), frame(PING, &[1]));
}

/// A client that changes its mind does so for its next message.
#[test]
fn the_protocol_of_a_running_request_stays() {
    let mut client = Client::new();
    client.start(&[4]);
    client.link.select_revision(&[0x80]).unwrap();
    client.respond(&[0]);
    assert_eq!(client.answer(), frame(MSG, &[0]));
    client.send(MSG, GET_VERSION);
    assert_eq!(client.events(), [Event::Request(Request::U2f(GET_VERSION.to_vec()))]);
}
