use proptest::{collection::vec, prelude::*};

use super::*;

/// One thing that may happen to a link.
#[derive(Debug, Clone)]
enum Step {
    Write(Vec<u8>),
    Message { command: u8, data: Vec<u8> },
    Select(Vec<u8>),
    ServeU2f(bool),
    NotifyBy(u16),
    Wait(u64),
    Respond(usize),
    Busy,
    Status(bool),
    Drain,
    TakeEvent,
}

fn command() -> impl Strategy<Value = u8> {
    prop_oneof![
        8 => prop::sample::select(vec![PING, MSG, MSG, CANCEL, KEEPALIVE, ERROR]),
        1 => any::<u8>(),
    ]
}

fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![0..60_u16, 7600..7620_u16, any::<u16>()];
    prop_oneof![
        2 => (command(), length, vec(any::<u8>(), 0..18))
            .prop_map(|(command, length, data)| [&[command], &length.to_be_bytes()[..], &data].concat()),
        2 => (0..4_u8, vec(any::<u8>(), 0..20))
            .prop_map(|(sequence, data)| [&[sequence], &data[..]].concat()),
        1 => vec(any::<u8>(), 0..25),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => fragment().prop_map(Step::Write),
        4 => (command(), vec(any::<u8>(), 0..200))
            .prop_map(|(command, data)| Step::Message { command, data }),
        1 => vec(prop::sample::select(vec![0x20, 0x40, 0x80, 0, 1]), 0..2).prop_map(Step::Select),
        1 => any::<bool>().prop_map(Step::ServeU2f),
        1 => any::<u16>().prop_map(Step::NotifyBy),
        2 => (0..2000_u64).prop_map(Step::Wait),
        2 => (0..8000_usize).prop_map(Step::Respond),
        1 => Just(Step::Busy),
        1 => any::<bool>().prop_map(Step::Status),
        3 => Just(Step::Drain),
        3 => Just(Step::TakeEvent),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Nothing panics, memory is bounded, deadlines lie ahead, answers are well framed, and a
    /// request is never handed out while another one runs.
    #[test]
    fn any_sequence_of_steps_is_survived(steps in vec(step(), 0..60)) {
        let mut client = Client::new();
        client.notify = 512;
        let mut running = false;
        for step in steps {
            let mut drained = false;
            match step {
                Step::Write(value) => client.write(&value),
                Step::Message { command, data } => client.send(command, &data),
                Step::Select(value) => {
                    let _ = client.link.select_revision(&value);
                }
                Step::ServeU2f(yes) => client.link.set_serves_u2f(yes),
                Step::NotifyBy(length) => client.link.set_notification_length(length),
                Step::Wait(milliseconds) => client.wait(milliseconds),
                Step::Respond(length) => {
                    running = false;
                    client.respond(&vec![1; length]);
                }
                Step::Busy => {
                    running = false;
                    client.link.respond(Answer::Busy);
                }
                Step::Status(waiting) => client.link.set_status(waiting),
                Step::Drain => drained = true,
                Step::TakeEvent => match client.link.poll_event() {
                    Some(Event::Request(request)) => {
                        prop_assert!(!running);
                        let (Request::Ctap2(data) | Request::U2f(data)) = request;
                        prop_assert!((1..=LONGEST).contains(&data.len()));
                        running = true;
                    }
                    Some(Event::Cancel) => prop_assert!(running),
                    None => {}
                },
            }
            if drained {
                client.answers();
            }
            prop_assert!(client.link.held_bytes() <= MOST_BYTES);
            client.link.tick(client.now);
            if let Some(deadline) = client.link.next_deadline() {
                prop_assert!(deadline > client.now);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_message_of_any_length_arrives_intact_by_fragments_of_any_length(
        data in vec(any::<u8>(), 1..=LONGEST),
        write in 20..=512_u16,
        notify in 20..=512_u16,
    ) {
        let mut client = Client::with_lengths(write, notify);
        client.link.select_revision(&[FIDO2]).unwrap();
        client.start(&data);
        client.respond(&data);
        prop_assert_eq!(client.answer(), frame(MSG, &data));
    }
}
