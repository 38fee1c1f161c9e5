//! One transaction at a time.

use super::*;

#[test]
fn whatever_comes_while_a_request_runs_is_told_to_wait() {
    let mut client = Client::new();
    client.start(&[4]);
    for command in [PING, MSG, 0x90] {
        assert_eq!(client.ask(command, &[4]), error(BUSY));
    }
    assert_eq!(client.events(), []);
    client.respond(&[0, 1]);
    assert_eq!(client.answer(), frame(MSG, &[0, 1]));
    client.start(&[4]);
}

#[test]
fn an_answer_is_sent_to_its_end_before_the_next_request_is_taken() {
    let mut client = Client::new();
    client.start(&[4]);
    client.respond(&[7; 100]);
    let first = client.link.poll_notification().unwrap();
    client.send(PING, &[1]);
    let mut rest: Vec<_> = std::iter::from_fn(|| client.link.poll_notification()).collect();
    rest.insert(0, first);
    assert_eq!(reassemble(&rest, 20), [frame(MSG, &[7; 100]), error(BUSY)]);
    assert_eq!(client.ask(PING, &[1]), frame(PING, &[1]));
}

#[test]
fn an_authenticator_that_serves_others_is_busy() {
    let mut client = Client::new();
    client.start(&[4]);
    client.link.respond(Answer::Busy);
    assert_eq!(client.answer(), error(BUSY));
    client.start(&[4]);
}

#[test]
fn an_answer_to_nothing_is_ignored() {
    let mut client = Client::new();
    client.respond(&[0]);
    client.send(MSG, &[4]);
    client.respond(&[0]);
    assert_eq!(client.answers(), [], "nobody has seen the request");
    assert_eq!(client.events().len(), 1);
    client.respond(&[0]);
    client.respond(&[1]);
    assert_eq!(client.answer(), frame(MSG, &[0]), "and there is one answer");
}
