use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::testing::device::Device;

/// A request of the corpus with a few wrong bytes.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let corpus: Vec<_> = corpus().iter().map(|vector| vector.bytes("message")).collect();
    let wrong = vec((any::<Index>(), any::<u8>()), 0..4);
    (prop::sample::select(corpus), wrong, any::<Index>()).prop_map(|(mut bytes, wrong, end)| {
        for (place, byte) in wrong {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        // Cut at times: mostly the end is beyond the message.
        bytes.truncate(1 + end.index(4 * bytes.len()));
        bytes
    })
}

fn anything() -> impl Strategy<Value = Vec<u8>> {
    let commands = prop::sample::select(vec![1_u8, 2, 4, 6, 7, 8, 0x0a, 0x0b, 0x0c, 0x0d, 0x41]);
    let after = (prop_oneof![5 => commands, 1 => any::<u8>()], vec(any::<u8>(), 0..200));
    prop_oneof![
        1 => after.prop_map(|(command, bytes)| [vec![command], bytes].concat()),
        3 => damaged(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn parsing_arbitrary_bytes_never_panics(message in anything()) {
        let _ = Request::parse(&message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    /// The whole authenticator, whose answers the device checks: a status of the standard, and
    /// canonical CBOR only after success.
    #[test]
    fn arbitrary_requests_never_bring_the_authenticator_down(
        messages in vec(anything(), 0..40), pin in any::<bool>(),
    ) {
        let device = Device::with_uv();
        if pin {
            device.pin_client(2).set_pin("1234").unwrap();
        }
        for message in messages {
            let _ = device.raw(&message);
        }
        prop_assert!(device.info().is_map());
    }
}

#[test]
fn every_command_byte_survives_the_same_parameters() {
    let device = Device::new();
    for vector in corpus() {
        let mut message = vector.bytes("message");
        for command in 0..=u8::MAX {
            message[0] = command;
            let _ = device.raw(&message);
        }
    }
    assert!(device.info().is_map());
}
