//! The library's own courier, over a real socket of this machine.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};

use pocketkey_core::protocol::{ActivationLink, Ticket, WorkspaceKey};

use super::{hostile_person::wait_until, people::*};
use crate::{ActivationError, CourierFailure, task::block_on};

fn link(origin: &str) -> String {
    let link = ActivationLink {
        origin: origin.to_owned(),
        ticket: Ticket::from_text(&"A".repeat(43)).unwrap(),
        key: WorkspaceKey([7; 32]),
        pin: None,
    };
    link.text().to_string()
}

fn here(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// A server that reads one request and answers with this; what it read.
fn server(reply: &'static [u8]) -> (u16, std::thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).unwrap();
        request.truncate(length);
        stream.write_all(reply).unwrap();
        request
    });
    (port, serving)
}

#[test]
fn a_phone_without_a_courier_reaches_its_workspace_by_itself() {
    let (port, serving) = server(
        b"HTTP/1.1 409 Conflict\r\ncontent-length: 44\r\nconnection: close\r\n\r\n\
          {\"type\":\"urn:pocketkey:problem:ticket-used\"}",
    );
    let (authenticator, _) = open(Manner::Agrees);
    let joined = block_on(Arc::clone(&authenticator).activate(1, link(&here(port)), String::new()));
    let problem = "urn:pocketkey:problem:ticket-used".to_owned();
    assert_eq!(joined, Err(ActivationError::Refused { problem }));
    assert!(serving.join().unwrap().starts_with(b"POST /phone/v1/"));
}

#[test]
fn where_nobody_listens_there_is_no_answer() {
    // Bound and dropped: nobody else has it now.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (authenticator, _) = open(Manner::Agrees);
    let joined = block_on(Arc::clone(&authenticator).activate(1, link(&here(port)), String::new()));
    let failure = CourierFailure::NoAnswer;
    assert_eq!(joined, Err(ActivationError::Unreachable { failure }));
}

#[test]
fn a_call_that_waits_for_a_server_is_cancelled_and_closed_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = here(silent.local_addr().unwrap().port());
    for close in [false, true] {
        let (authenticator, somebody) = open(Manner::Agrees);
        let (theirs, link) = (Arc::clone(&authenticator), link(&origin));
        let call = std::thread::spawn(move || block_on(theirs.activate(5, link, String::new())));
        let connection = silent.accept().unwrap();
        let begun = Instant::now();
        if close {
            authenticator.close().unwrap();
        } else {
            wait_until(|| authenticator.cancel(Some(5)) == Ok(true));
        }
        let expected = if close { ActivationError::Closed } else { ActivationError::Cancelled };
        assert_eq!(call.join().unwrap(), Err(expected));
        assert!(begun.elapsed() < Duration::from_secs(5));
        drop((authenticator, connection));
        wait_until(|| Arc::strong_count(&somebody) == 1);
    }
}
