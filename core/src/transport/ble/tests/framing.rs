//! Fragments in and out (§11.4.4).

use super::*;

#[test]
fn a_ping_comes_back_whatever_its_length() {
    for length in [0, 1, 17, 18, 36, 37, 1000, LONGEST] {
        let mut client = Client::new();
        let data: Vec<u8> = (0..=u8::MAX).cycle().take(length).collect();
        assert_eq!(client.ask(PING, &data), frame(PING, &data));
    }
}

/// 17 bytes in the first fragment and 19 in each of 128: what comes after them counts from 0 again.
#[test]
fn sequence_numbers_go_on_at_0_after_7f() {
    let mut client = Client::new();
    let data = vec![5; 17 + 19 * 128 + 1];
    let sent = fragments(PING, &data, 20);
    assert_eq!((sent[128][0], sent[129][0]), (0x7F, 0));
    assert_eq!(client.ask(PING, &data), frame(PING, &data));
}

#[test]
fn each_side_has_a_fragment_length_of_its_own() {
    let data = vec![9; 600];
    for (write, notify) in [(20, 512), (512, 20), (100, 185)] {
        let mut client = Client::with_lengths(write, notify);
        assert_eq!(client.link.control_point_length(), write.to_be_bytes());
        assert_eq!(client.ask(PING, &data), frame(PING, &data));
    }
}

#[test]
fn lengths_outside_of_the_standards_are_taken_for_the_nearest() {
    for (given, taken) in [(0, [0, 20]), (19, [0, 20]), (513, [2, 0]), (u16::MAX, [2, 0])] {
        let link = Link::new(LinkConfig { control_point_length: given, serves_u2f: true });
        assert_eq!(link.control_point_length(), taken);
    }
    let mut client = Client::with_lengths(512, 0);
    client.send(PING, &[1; 30]);
    assert_eq!(client.link.poll_notification().unwrap().len(), 20);
}

#[test]
fn a_write_that_is_too_short_or_too_long_is_an_error() {
    for value in [&[][..], &[MSG], &[MSG, 0], &[0; 21], &[PING; 21]] {
        let mut client = Client::new();
        client.write(value);
        assert_eq!(client.answer(), error(INVALID_LEN), "{value:?}");
        assert_eq!(client.ask(PING, &[1]), frame(PING, &[1]), "and it is over");
    }
}

#[test]
fn more_data_than_was_announced_is_an_error() {
    let mut client = Client::new();
    client.write(&[PING, 0, 1, 7, 7]);
    assert_eq!(client.answer(), error(INVALID_LEN));
    client.write(&[PING, 0, 3, 7, 7]);
    client.write(&[0, 7, 7]);
    assert_eq!(client.answer(), error(INVALID_LEN));
    assert_eq!(client.ask(PING, &[1]), frame(PING, &[1]));
}

#[test]
fn a_message_that_nobody_could_serve_is_refused_before_it_is_kept() {
    let mut client = Client::new();
    let [high, low] = (LONGEST as u16 + 1).to_be_bytes();
    for command in [PING, MSG] {
        client.write(&[command, high, low]);
        assert_eq!(client.answer(), error(INVALID_LEN));
        assert_eq!(client.link.held_bytes(), 0);
    }
    client.write(&[MSG, 0, 0]);
    assert_eq!(client.answer(), error(INVALID_LEN), "nor one that asks nothing");
}

#[test]
fn a_command_that_no_client_has_is_an_error() {
    for command in (0x80..=0xFF).filter(|command| ![PING, MSG, CANCEL].contains(command)) {
        let mut client = Client::new();
        assert_eq!(client.ask(command, &[1]), error(INVALID_CMD), "{command:02x}");
    }
}

#[test]
fn a_fragment_out_of_sequence_ends_the_message() {
    for wrong in [1, 2, 0x7F] {
        let mut client = Client::new();
        client.write(&[MSG, 0, 40, 1]);
        client.write(&[wrong, 1]);
        assert_eq!(client.answer(), error(INVALID_SEQ));
        client.write(&[0, 1]);
        assert_eq!(client.answers(), [], "what was under way is ignored");
    }
}

#[test]
fn a_message_is_continued_and_not_begun_anew() {
    let mut client = Client::new();
    client.write(&[MSG, 0, 40, 1]);
    client.write(&[MSG, 0, 1, 4]);
    assert_eq!(client.answer(), error(INVALID_SEQ));
    client.start(&[4]);
}

/// It would keep the link waiting for ever.
#[test]
fn a_continuation_without_data_is_an_error() {
    let mut client = Client::new();
    client.write(&[MSG, 0, 40, 1]);
    client.write(&[0]);
    assert_eq!(client.answer(), error(INVALID_LEN));
}

#[test]
fn a_continuation_without_a_beginning_is_ignored() {
    let mut client = Client::new();
    client.write(&[0, 1, 2, 3]);
    assert_eq!((client.answers(), client.events()), (vec![], vec![]));
}

#[test]
fn a_message_may_pause_for_a_second_and_a_half_between_two_fragments() {
    let mut client = Client::new();
    let sent = fragments(PING, &[1; 90], 20);
    client.write(&sent[0]);
    for fragment in &sent[1..] {
        client.wait(1499);
        client.write(fragment);
    }
    assert_eq!(client.answer(), frame(PING, &[1; 90]));
    client.write(&sent[0]);
    let due = client.now + Duration::from_millis(1500);
    assert_eq!(client.link.next_deadline(), Some(due));
    client.wait(1500);
    assert_eq!(client.answer(), error(REQ_TIMEOUT));
    assert_eq!(client.link.next_deadline(), None);
}

/// Without a tick in between, as where the driver's timer is late.
#[test]
fn a_client_that_begins_anew_after_the_time_is_served() {
    let mut client = Client::new();
    client.write(&[MSG, 0, 40, 1]);
    client.now += Duration::from_millis(1500);
    client.send(MSG, &[4]);
    assert_eq!(client.answer(), error(REQ_TIMEOUT));
    assert_eq!(client.events(), [Event::Request(Request::Ctap2(vec![4]))]);
}

#[test]
fn an_answer_that_no_frame_can_hold_is_an_error() {
    let mut client = Client::new();
    client.start(&[4]);
    client.respond(&vec![0; LONGEST + 1]);
    assert_eq!(client.answer(), error(OTHER));
    client.start(&[4]);
    client.respond(&vec![0; LONGEST]);
    assert_eq!(client.answer(), frame(MSG, &vec![0; LONGEST]));
}
