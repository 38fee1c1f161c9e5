#![allow(clippy::unwrap_used)]

use super::*;

fn source(bytes: &[u8], test_controls: bool) -> Source<&[u8]> {
    let allowed = if test_controls { is_report_or_control } else { is_report };
    Source(Frames::new(bytes, allowed, |_| ()))
}

#[test]
fn only_loopback_is_bound() {
    assert!(loopback("127.0.0.1:0").is_ok());
    assert!(loopback("127.8.9.10:35962").is_ok());
    assert!(loopback("[::1]:35962").is_ok());
    for address in ["0.0.0.0:35962", "192.0.2.1:35962", "[::]:35962"] {
        assert!(matches!(loopback(address), Err(TcpError::NotLoopback(_))), "{address}");
    }
    for address in ["", "35962", "127.0.0.1", "127.0.0.1:99999"] {
        assert!(matches!(loopback(address), Err(TcpError::NotAnAddress(_))), "{address}");
    }
}

#[tokio::test]
async fn a_frame_of_64_bytes_is_a_report() {
    let mut bytes = vec![0, 64];
    bytes.extend([7; 64]);
    let mut source = source(&bytes, false);
    assert_eq!(source.next().await.unwrap(), Some(Incoming::Report([7; 64])));
    assert_eq!(source.next().await.unwrap(), None);
}

#[tokio::test]
async fn controls_need_to_be_allowed() {
    assert!(source(&[0, 1, 0], false).next().await.is_err());
    let mut controls = source(&[0, 1, 0, 0, 1, 1], true);
    assert_eq!(controls.next().await.unwrap(), Some(Incoming::Control(Control::PowerCycle)));
    assert_eq!(controls.next().await.unwrap(), Some(Incoming::Control(Control::FactoryReset)));
    assert!(source(&[0, 1, 2], true).next().await.is_err());
}

#[tokio::test]
async fn other_lengths_are_refused_whatever_is_allowed() {
    for length in [0u16, 2, 63, 65, 0x4745] {
        assert!(source(&length.to_be_bytes(), true).next().await.is_err(), "{length}");
    }
}
