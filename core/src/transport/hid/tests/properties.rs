use proptest::{collection::vec, prelude::*};

use super::*;

/// One thing that may happen to a link. Channels and commands are likely to mean something.
#[derive(Debug, Clone)]
enum Step {
    Report(Vec<u8>),
    Message { channel: u32, command: u8, data: Vec<u8> },
    Wait(u64),
    Respond { channel: u32, length: usize },
    Busy(u32),
    Status(bool),
    Drain,
    TakeEvent,
}

fn channel() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..5_u32, 2 => Just(BROADCAST), 1 => any::<u32>()]
}

fn command() -> impl Strategy<Value = u8> {
    prop_oneof![
        8 => prop::sample::select(vec![PING, MSG, LOCK, INIT, WINK, CBOR, CANCEL]),
        1 => any::<u8>(),
    ]
}

fn raw_report() -> impl Strategy<Value = Vec<u8>> {
    let length = prop_oneof![0..300_u16, 7500..7700_u16, any::<u16>()];
    let kind = prop_oneof![command(), 0..4_u8];
    (channel(), kind, length, vec(any::<u8>(), 57)).prop_map(|(channel, kind, length, data)| {
        [&channel.to_be_bytes()[..], &[kind], &length.to_be_bytes(), &data].concat()
    })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => raw_report().prop_map(Step::Report),
        1 => vec(any::<u8>(), 64).prop_map(Step::Report),
        4 => (channel(), command(), vec(any::<u8>(), 0..200))
            .prop_map(|(channel, command, data)| Step::Message { channel, command, data }),
        2 => (0..700_u64).prop_map(Step::Wait),
        2 => (channel(), 0..8000_usize)
            .prop_map(|(channel, length)| Step::Respond { channel, length }),
        1 => channel().prop_map(Step::Busy),
        1 => any::<bool>().prop_map(Step::Status),
        3 => Just(Step::Drain),
        2 => Just(Step::TakeEvent),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Nothing panics, memory is bounded, deadlines lie ahead, answers are well framed, and a
    /// request is never handed out while another one runs.
    #[test]
    fn any_sequence_of_steps_is_survived(steps in vec(step(), 0..60)) {
        let (mut client, ..) = Client::with_channels();
        let mut running = None;
        for step in steps {
            let mut drained = false;
            match step {
                Step::Report(bytes) => client.feed(&bytes.try_into().unwrap()),
                Step::Message { channel, command, data } => client.send(channel, command, &data),
                Step::Wait(milliseconds) => client.wait(milliseconds),
                Step::Respond { channel, length } => {
                    if running == Some(channel) {
                        running = None;
                    }
                    client.respond(channel, &vec![1; length]);
                }
                Step::Busy(channel) => {
                    if running == Some(channel) {
                        running = None;
                    }
                    client.link.respond(channel, Answer::Busy);
                }
                Step::Status(waiting) => client.link.set_status(waiting),
                Step::Drain => drained = true,
                Step::TakeEvent => match client.link.poll_event() {
                    Some(Event::Request { channel, request }) => {
                        prop_assert_eq!(running, None);
                        let (Request::Ctap2(data) | Request::U2f(data)) = request;
                        prop_assert!((1..=7609).contains(&data.len()));
                        running = Some(channel);
                    }
                    Some(Event::Cancel { channel }) => prop_assert_eq!(running, Some(channel)),
                    Some(Event::Abort { channel }) => {
                        prop_assert_eq!(running.take(), Some(channel));
                    }
                    Some(Event::Wink { .. }) | None => {}
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

    #[test]
    fn a_message_of_any_length_arrives_intact(data in vec(any::<u8>(), 1..=7609)) {
        let (mut client, channel, _) = Client::with_channels();
        client.start(channel, &data);
        client.respond(channel, &data);
        prop_assert_eq!(client.answer(), message(channel, CBOR, &data));
    }

    /// Whatever another channel does meanwhile, unless it holds the lock.
    #[test]
    fn two_channels_interleaved(
        data in vec(any::<u8>(), 58..2000),
        others in vec((command(), vec(any::<u8>(), 0..300)), 40),
    ) {
        let (mut client, channel, other) = Client::with_channels();
        let mut reports = fragments(channel, PING, &data).into_iter();
        client.feed(&reports.next().unwrap());
        for ((command, data), report) in others.iter().zip(reports.by_ref()) {
            let last = fragments(channel, command | 0x80, data);
            for report in &last {
                let mut report = *report;
                report[..4].copy_from_slice(&other.to_be_bytes());
                client.feed(&report);
            }
            client.feed(&report);
        }
        reports.for_each(|report| client.feed(&report));
        let answers: Vec<_> =
            client.answers().into_iter().filter(|answer| answer.channel == channel).collect();
        prop_assert_eq!(answers, [message(channel, PING, &data)]);
        prop_assert_eq!(client.events(), []);
    }
}

#[test]
fn every_length_is_fragmented_and_reassembled() {
    let (mut client, channel, _) = Client::with_channels();
    let data: Vec<u8> = (0..7609_u32).map(|i| (i % 251) as u8).collect();
    for length in 0..=7609 {
        let data = &data[..length];
        assert_eq!(client.ask(channel, PING, data), message(channel, PING, data));
    }
}
