#![allow(clippy::unwrap_used)]

use std::time::Duration;

use tokio::io::{AsyncWriteExt, duplex};
use tokio::time::timeout;

use super::*;

fn frames(bytes: &[u8]) -> Frames<&[u8]> {
    Frames::new(bytes, |length| length == 3, |_| ())
}

#[tokio::test]
async fn frames_come_one_by_one_until_the_end() {
    let mut frames = frames(&[0, 3, 1, 2, 3, 0, 3, 4, 5, 6]);
    assert_eq!(frames.next().await.unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(frames.next().await.unwrap(), Some(vec![4, 5, 6]));
    assert_eq!(frames.next().await.unwrap(), None);
}

#[tokio::test]
async fn another_length_is_an_error_before_its_bytes_come() {
    let error = frames(&[0xff, 0xff]).next().await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(error.to_string(), "a frame of 65535 bytes");
}

#[tokio::test]
async fn half_a_frame_is_an_error() {
    for bytes in [&[0][..], &[0, 3], &[0, 3, 1, 2]] {
        let error = frames(bytes).next().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }
}

#[tokio::test]
async fn a_dropped_read_loses_nothing() {
    let (mut client, server) = duplex(64);
    let mut frames = Frames::new(server, |length| length == 3, |_| ());
    client.write_all(&[0, 3, 1]).await.unwrap();
    assert!(timeout(Duration::from_millis(5), frames.next()).await.is_err());
    client.write_all(&[2, 3]).await.unwrap();
    assert_eq!(frames.next().await.unwrap(), Some(vec![1, 2, 3]));
}

#[tokio::test]
async fn a_dropped_write_loses_nothing() {
    let (client, server) = duplex(4);
    let mut writer = FrameWriter::new(server);
    assert!(writer.push(&[1, 2, 3]));
    assert!(timeout(Duration::from_millis(5), writer.flush()).await.is_err());
    assert_eq!(writer.waiting(), 1);
    let mut frames = Frames::new(client, |_| true, |_| ());
    let (frame, flushed) = tokio::join!(frames.next(), writer.flush());
    flushed.unwrap();
    assert_eq!(frame.unwrap(), Some(vec![1, 2, 3]));
    assert_eq!(writer.waiting(), 0);
}

#[test]
fn a_frame_that_its_length_cannot_name_is_refused() {
    let mut writer = FrameWriter::new(Vec::new());
    assert!(!writer.push(&vec![0; 65_536]));
    assert_eq!(writer.waiting(), 0);
}
