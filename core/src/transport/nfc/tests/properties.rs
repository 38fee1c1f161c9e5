//! Any sequence of commands is survived in bounded memory; any message and any answer arrives.

use proptest::{collection::vec, prelude::*};

use super::*;

/// What a driver may do with an applet.
#[derive(Debug, Clone)]
enum Call {
    Command(Vec<u8>),
    Respond(Vec<u8>),
    Busy,
    Pending,
    Deactivate,
}

fn command_apdu() -> impl Strategy<Value = Vec<u8>> {
    let header = (
        prop_oneof![Just(0x80), Just(0x90), Just(0x00), Just(0x10), any::<u8>()],
        prop_oneof![
            Just(0x10),
            Just(0x11),
            Just(0x12),
            Just(0xA4),
            Just(0xC0),
            0x01..=0x03_u8,
            any::<u8>()
        ],
        prop_oneof![Just(0x00), Just(0x80), Just(0x04), Just(0x11), Just(0x01), any::<u8>()],
        prop_oneof![8 => Just(0x00), 1 => any::<u8>()],
    )
        .prop_map(|(class, instruction, p1, p2)| [class, instruction, p1, p2]);
    let short = (header.clone(), vec(any::<u8>(), 0..=255), prop::option::of(any::<u8>()))
        .prop_map(|(header, data, le)| {
            let length = (!data.is_empty()).then(|| u8::try_from(data.len()).unwrap());
            [&header[..], length.as_slice(), &data, le.as_slice()].concat()
        });
    let extended = (header, 0..9_000_u16, any::<[u8; 2]>()).prop_map(|(header, length, le)| {
        let lc = length.to_be_bytes();
        [&header[..], &[0], &lc, &vec![0x5A; usize::from(length)], &le].concat()
    });
    prop_oneof![
        4 => short,
        2 => extended,
        1 => vec(any::<u8>(), 0..20),
        1 => Just(bytes(SELECT)),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    prop_oneof![
        8 => command_apdu().prop_map(Call::Command),
        2 => vec(any::<u8>(), 0..2_000).prop_map(Call::Respond),
        1 => Just(Call::Busy),
        2 => Just(Call::Pending),
        1 => Just(Call::Deactivate),
    ]
}

/// The client's side of an exchange by short APDUs: takes all of an answer, whose first part is
/// given.
fn take_all(applet: &mut Applet, mut part: Vec<u8>) -> Vec<u8> {
    let mut answer = Vec::new();
    loop {
        assert!(part.len() <= 258);
        let (data, status) = part.split_at(part.len() - 2);
        answer.extend_from_slice(data);
        let more = match status {
            [0x61, more] => *more,
            _ => {
                answer.extend_from_slice(status);
                return answer;
            }
        };
        let Step::Reply(next) = applet.command(&[0x00, 0xC0, 0x00, 0x00, more], true) else {
            unreachable!()
        };
        part = next;
    }
}

proptest! {
    #[test]
    fn any_sequence_of_calls_is_answered_in_bounded_memory(calls in vec(call(), 1..60)) {
        let mut applet = Applet::new();
        applet.command(&bytes(SELECT), true);
        for call in calls {
            match call {
                Call::Command(apdu) => match applet.command(&apdu, true) {
                    Step::Reply(apdu) => prop_assert!(apdu.len() >= 2),
                    Step::Run(Request::Ctap2(message)) => {
                        prop_assert!((1..=MAX_MSG_SIZE).contains(&message.len()));
                    }
                    Step::Run(Request::U2f(raw)) => {
                        prop_assert!((7..=MAX_MSG_SIZE + 9).contains(&raw.len()));
                    }
                    Step::Cancel | Step::Wait => {
                        prop_assert!(matches!(applet.state, State::Running(_)));
                    }
                },
                Call::Respond(answer) => {
                    let response = applet.respond(Answer::Message(answer));
                    prop_assert!(response.is_none_or(|apdu| apdu.len() >= 2));
                }
                Call::Busy => drop(applet.respond(Answer::Busy)),
                Call::Pending => drop(applet.pending(true)),
                Call::Deactivate => {
                    applet.deactivate();
                    prop_assert!(matches!(applet.state, State::Deselected));
                }
            }
            if let State::Receiving(incoming) = &applet.state {
                prop_assert!(incoming.buffered() <= MAX_MSG_SIZE);
            }
        }
    }

    #[test]
    fn any_message_and_answer_arrive_by_short_apdus(
        message in vec(any::<u8>(), 1..=MAX_MSG_SIZE),
        answer in vec(any::<u8>(), 0..=9_000_usize),
        part_length in 1..=255_usize,
        polls in 0..3_u8,
    ) {
        let mut applet = selected();
        let mut parts = message.chunks(part_length).peekable();
        let mut step = Step::Wait;
        while let Some(part) = parts.next() {
            let class = if parts.peek().is_some() { 0x90 } else { 0x80 };
            let length = u8::try_from(part.len()).unwrap();
            step = applet.command(
                &[&[class, 0x10, 0x80, 0x00, length], part, &[0x00]].concat(),
                true,
            );
            if class == 0x90 {
                prop_assert!(step == Step::Reply(vec![0x90, 0x00]));
            }
        }
        prop_assert!(step == Step::Run(Request::Ctap2(message)));
        for _ in 0..polls {
            prop_assert_eq!(applet.pending(true), Some(vec![0x02, 0x91, 0x00]));
            prop_assert!(applet.command(&[0x80, 0x11, 0x00, 0x00, 0x00], true) == Step::Wait);
        }
        let first = applet.respond(Answer::Message(answer.clone())).unwrap();
        prop_assert_eq!(take_all(&mut applet, first), [&answer[..], &[0x90, 0x00]].concat());
    }

    #[test]
    fn any_message_and_answer_arrive_by_extended_apdus(
        message in vec(any::<u8>(), 1..=MAX_MSG_SIZE),
        answer in vec(any::<u8>(), 0..=9_000_usize),
        has_le in any::<bool>(),
    ) {
        let mut applet = selected();
        let length = u16::try_from(message.len()).unwrap().to_be_bytes();
        let le: &[u8] = if has_le { &[0, 0] } else { &[] };
        let command = [&[0x80, 0x10, 0x00, 0x00, 0x00], &length[..], &message, le].concat();
        prop_assert!(request_of(&mut applet, &command) == Request::Ctap2(message));
        let response = applet.respond(Answer::Message(answer.clone())).unwrap();
        prop_assert_eq!(response, [&answer[..], &[0x90, 0x00]].concat());
    }

    #[test]
    fn any_u2f_message_and_answer_arrive_by_short_apdus(
        message in vec(any::<u8>(), 1..1_000_usize),
        answer in vec(any::<u8>(), 0..=2_000_usize),
    ) {
        let mut applet = selected();
        let mut parts = message.chunks(240).peekable();
        let mut step = Step::Wait;
        while let Some(part) = parts.next() {
            let class = if parts.peek().is_some() { 0x10 } else { 0x00 };
            let length = u8::try_from(part.len()).unwrap();
            step = applet
                .command(&[&[class, 0x02, 0x03, 0x00, length], part, &[0x00]].concat(), true);
        }
        let Step::Run(Request::U2f(raw)) = step else { unreachable!() };
        prop_assert_eq!(&raw[7..raw.len() - 2], &message[..]);
        let answer = [answer, vec![0x90, 0x00]].concat();
        let first = applet.respond(Answer::Message(answer.clone())).unwrap();
        prop_assert_eq!(take_all(&mut applet, first), answer);
    }
}
