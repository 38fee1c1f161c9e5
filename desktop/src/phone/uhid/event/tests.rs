#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;

fn kernel_event(kind: u32, members: &[u8]) -> Vec<u8> {
    let mut event = kind.to_ne_bytes().to_vec();
    event.extend(members);
    event.resize(PREFIX, 0);
    event
}

#[test]
fn create_has_its_members_where_the_kernel_looks() {
    let event = create("pocketkey/1");
    assert_eq!(event.len(), 4 + 276 + 34);
    assert_eq!(event[..4], 11u32.to_ne_bytes());
    assert_eq!(&event[4..14], b"Pocketkey\0");
    assert_eq!(&event[132..144], b"pocketkey/1\0");
    assert_eq!(event[260..262], 34u16.to_ne_bytes());
    assert_eq!(event[262..264], 3u16.to_ne_bytes());
    assert_eq!(event[264..268], 0x1209u32.to_ne_bytes());
    assert_eq!(event[280..283], [0x06, 0xd0, 0xf1]);
}

#[test]
fn a_long_text_is_cut_and_ended() {
    let event = create(&"x".repeat(100));
    assert_eq!(event[132 + 62..132 + 65], *b"x\0\0");
}

#[test]
fn input_is_a_size_and_the_report() {
    let event = input(&[7; 64]);
    assert_eq!(event[..4], 12u32.to_ne_bytes());
    assert_eq!(event[4..6], 64u16.to_ne_bytes());
    assert_eq!(event[6..], [7; 64]);
}

#[test]
fn output_loses_the_report_number() {
    let mut data = vec![0];
    data.extend([9; 64]);
    assert_eq!(parse(&kernel_event(OUTPUT, &data)), Some(KernelEvent::Output([9; 64])));
}

#[test]
fn output_with_another_report_number_is_ignored() {
    assert_eq!(parse(&kernel_event(OUTPUT, &[9; 65])), None);
    assert_eq!(parse(&OUTPUT.to_ne_bytes()), None);
}

#[test]
fn questions_are_refused_under_their_number() {
    for (question, reply_kind, length) in [(GET_REPORT, 10u32, 12), (SET_REPORT, 14, 10)] {
        let Some(KernelEvent::Question { reply }) = parse(&kernel_event(question, &[1, 2, 3, 4]))
        else {
            unreachable!()
        };
        assert_eq!(reply[..4], reply_kind.to_ne_bytes());
        assert_eq!(reply[4..8], [1, 2, 3, 4]);
        assert_eq!(reply[8..10], 5u16.to_ne_bytes());
        assert_eq!(reply.len(), length);
    }
}

#[test]
fn the_end_is_noticed_and_the_rest_ignored() {
    assert_eq!(parse(&kernel_event(CLOSE, &[])), Some(KernelEvent::Close));
    assert_eq!(parse(&kernel_event(STOP, &[])), Some(KernelEvent::Stop));
    for kind in [2, 4, 99] {
        assert_eq!(parse(&kernel_event(kind, &[])), None);
    }
    assert_eq!(parse(&[]), None);
}
