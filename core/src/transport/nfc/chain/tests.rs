#![allow(clippy::unwrap_used)]

use super::*;

const HEADER: Header = Header { class: 0x80, instruction: 0x10, p1: 0, p2: 0 };

#[test]
fn parts_are_put_together_up_to_the_limit() {
    let mut incoming = Incoming::new(HEADER);
    incoming.append(&[1, 2], 4);
    incoming.append(&[], 4);
    incoming.append(&[3, 4], 4);
    assert_eq!(incoming.into_data(), Some(vec![1, 2, 3, 4]));
}

#[test]
fn what_is_too_long_is_forgotten_at_once_and_stays_too_long() {
    let mut incoming = Incoming::new(HEADER);
    incoming.append(&[1, 2], 4);
    incoming.append(&[3, 4, 5], 4);
    assert_eq!(incoming.data.capacity(), 0);
    incoming.append(&[6], 4);
    assert_eq!(incoming.data.capacity(), 0);
    assert_eq!(incoming.into_data(), None);
}

#[test]
fn chain_goes_on_with_the_same_header_only() {
    let incoming = Incoming::new(HEADER);
    assert!(incoming.continues_with(HEADER));
    for other in [
        Header { class: 0x00, ..HEADER },
        Header { instruction: 0x11, ..HEADER },
        Header { p1: 0x80, ..HEADER },
        Header { p2: 0x01, ..HEADER },
    ] {
        assert!(!incoming.continues_with(other));
    }
}

#[test]
fn last_part_carries_the_status_and_the_others_what_is_left() {
    let outgoing = Outgoing::new(vec![1, 2, 3, 4, 5], StatusWord::OK);
    let (part, left) = outgoing.next(2);
    assert_eq!(part, [1, 2, 0x61, 3]);
    let (part, left) = left.unwrap().next(1);
    assert_eq!(part, [3, 0x61, 2]);
    let (part, left) = left.unwrap().next(256);
    assert_eq!(part, [4, 5, 0x90, 0x00]);
    assert!(left.is_none());
}

#[test]
fn answer_that_just_fits_is_one_part() {
    let (part, left) = Outgoing::new(vec![7; 256], StatusWord::OK).next(256);
    assert_eq!(part.len(), 258);
    assert!(part.ends_with(&[0x90, 0x00]));
    assert!(left.is_none());
}

#[test]
fn empty_answer_is_its_status() {
    let (part, left) = Outgoing::new(Vec::new(), StatusWord::NOT_ALLOWED).next(256);
    assert_eq!(part, [0x69, 0x00]);
    assert!(left.is_none());
}
