//! The large-blob array, in fragments.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use ciborium::Value;

use super::{MAX_FRAGMENT, initial_array};
use crate::{
    crypto::sha256,
    ctap::status::Status,
    model::MAX_LARGE_BLOB_ARRAY,
    testing::device::{Device, bytes, map, member, number},
    transport::Transport,
};

const PIN: &str = "1234";
const LBW: u8 = 0x10;

fn get(device: &Device, offset: i64, count: i64) -> Result<Vec<u8>, Status> {
    let request = map([(1, Value::from(count)), (3, Value::from(offset))]);
    device.send(0x0c, request).map(|answer| member(&answer, 1).unwrap().as_bytes().unwrap().clone())
}

fn whole(device: &Device) -> Vec<u8> {
    let mut all = Vec::new();
    loop {
        let offset = i64::try_from(all.len()).unwrap();
        let fragment = get(device, offset, i64::try_from(MAX_FRAGMENT).unwrap()).unwrap();
        all.extend_from_slice(&fragment);
        if fragment.len() < MAX_FRAGMENT {
            return all;
        }
    }
}

fn set(
    device: &Device,
    fragment: &[u8],
    offset: usize,
    length: Option<usize>,
) -> Result<(), Status> {
    let number = |number: usize| Value::from(u64::try_from(number).unwrap());
    let request =
        map([(2, bytes(fragment)), (3, number(offset)), (4, length.map_or(Value::Null, number))]);
    device.send(0x0c, request).map(drop)
}

/// An array of this length, trailer included. The entries are not the authenticator's business.
fn array(length: usize) -> Vec<u8> {
    let mut array: Vec<u8> = (0..length - 16).map(|n| u8::try_from(n % 251).unwrap()).collect();
    let hash = sha256(&array);
    array.extend_from_slice(&hash[..16]);
    array
}

fn store(device: &Device, array: &[u8]) -> Result<(), Status> {
    let mut offset = 0;
    for fragment in array.chunks(MAX_FRAGMENT) {
        set(device, fragment, offset, (offset == 0).then_some(array.len()))?;
        offset += fragment.len();
    }
    Ok(())
}

#[test]
fn it_starts_as_an_empty_array() {
    let device = Device::new();
    let initial = whole(&device);
    assert_eq!(initial.len(), 17);
    assert_eq!(initial, hex::decode("8076be8b528d0075f7aae98d6fa57a6d3c").unwrap());
}

#[test]
fn it_is_read_in_pieces() {
    let device = Device::new();
    assert_eq!(get(&device, 0, 1).unwrap(), [0x80]);
    assert_eq!(get(&device, 1, 2).unwrap(), [0x76, 0xbe]);
    assert_eq!(get(&device, 15, 100).unwrap(), [0x6d, 0x3c]);
    assert!(get(&device, 17, 1).unwrap().is_empty());
    assert!(get(&device, 3, 0).unwrap().is_empty());
    assert_eq!(get(&device, 18, 1), Err(Status::InvalidParameter));
    assert_eq!(get(&device, i64::MAX, 1), Err(Status::InvalidParameter));
    let most = i64::try_from(MAX_FRAGMENT).unwrap();
    get(&device, 0, most).unwrap();
    assert_eq!(get(&device, 0, most + 1), Err(Status::InvalidLength));
    assert_eq!(get(&device, 0, i64::MAX), Err(Status::InvalidLength));
}

#[test]
fn a_request_either_reads_or_writes() {
    let device = Device::new();
    let one = || Value::from(1);
    let fragment = || bytes(&initial_array());
    for members in [
        vec![(3, Value::from(0))],
        vec![(1, one())],
        vec![(1, one()), (2, fragment()), (3, Value::from(0))],
        vec![(1, one()), (3, Value::from(0)), (4, Value::from(17))],
        vec![(1, one()), (3, Value::from(0)), (5, bytes(&[0; 32]))],
        vec![(1, one()), (3, Value::from(0)), (6, Value::from(2))],
        vec![(2, fragment()), (3, Value::from(0))],
        vec![(2, fragment()), (4, Value::from(17))],
    ] {
        let result = device.send(0x0c, map(members.clone()));
        assert_eq!(result, Err(Status::InvalidParameter), "{members:?}");
    }
}

#[test]
fn it_is_written_in_fragments() {
    let device = Device::new();
    for length in [17, 18, 1024, MAX_FRAGMENT, MAX_FRAGMENT + 1, 3 * MAX_FRAGMENT, 17] {
        let array = array(length);
        store(&device, &array).unwrap();
        assert_eq!(whole(&device), array);
    }
}

#[test]
fn the_largest_array_fits_and_a_larger_one_does_not() {
    let device = Device::new();
    let most = usize::try_from(MAX_LARGE_BLOB_ARRAY).unwrap();
    assert_eq!(number(&device.info(), 0x0b), Some(i128::from(MAX_LARGE_BLOB_ARRAY)));
    let largest = array(most);
    store(&device, &largest).unwrap();
    for too_large in [most + 1, usize::MAX / 2] {
        let status = set(&device, &[0; 100], 0, Some(too_large)).unwrap_err();
        assert_eq!(status, Status::LargeBlobStorageFull);
    }
    assert_eq!(whole(&device), largest);
}

#[test]
fn a_fragment_fits_a_message_and_the_length_promised() {
    let device = Device::new();
    let long = vec![0; MAX_FRAGMENT + 1];
    assert_eq!(set(&device, &long, 0, Some(20_000)), Err(Status::InvalidLength));
    for too_short in [0, 16] {
        assert_eq!(set(&device, &[0; 16], 0, Some(too_short)), Err(Status::InvalidParameter));
    }
    assert_eq!(set(&device, &[0; 33], 0, Some(32)), Err(Status::InvalidParameter));
    set(&device, &[0; 30], 0, Some(32)).unwrap();
    assert_eq!(set(&device, &[0; 3], 30, None), Err(Status::InvalidParameter));
    assert_eq!(whole(&device), initial_array());
}

#[test]
fn fragments_come_in_order() {
    let device = Device::new();
    let array = array(100);
    assert_eq!(set(&device, &array[10..], 10, None), Err(Status::InvalidSeq));
    for wrong in [1, 39, 41, 60, 100] {
        set(&device, &array[..40], 0, Some(100)).unwrap();
        assert_eq!(set(&device, &array[wrong..], wrong, None), Err(Status::InvalidSeq));
    }
    set(&device, &array[..40], 0, Some(100)).unwrap();
    assert_eq!(set(&device, &array[40..], 40, Some(60)), Err(Status::InvalidParameter));
    // From the beginning again is always possible.
    set(&device, &array[..40], 0, Some(100)).unwrap();
    set(&device, &array[..50], 0, Some(100)).unwrap();
    set(&device, &array[50..], 50, None).unwrap();
    assert_eq!(whole(&device), array);
    assert_eq!(set(&device, &array[50..], 50, None), Err(Status::InvalidSeq));
}

#[test]
fn the_trailer_must_be_the_hash() {
    let device = Device::new();
    for damaged in [0, 50, 84, 99] {
        let mut array = array(100);
        array[damaged] ^= 1;
        assert_eq!(store(&device, &array), Err(Status::IntegrityFailure));
        assert_eq!(whole(&device), initial_array());
    }
    // Nothing is left to go on with.
    assert_eq!(set(&device, &[0], 100, None), Err(Status::InvalidSeq));
}

#[test]
fn an_interrupted_write_leaves_the_old_array() {
    let device = Device::new();
    let old = array(200);
    store(&device, &old).unwrap();
    let new = array(300);
    set(&device, &new[..150], 0, Some(300)).unwrap();
    assert_eq!(whole(&device), old);
    device.authenticator.power_cycle();
    assert_eq!(whole(&device), old);
    assert_eq!(set(&device, &new[150..], 150, None), Err(Status::InvalidSeq));
    assert_eq!(whole(&device), old);
}

#[test]
fn nobody_else_can_end_what_another_has_begun() {
    let device = Device::new();
    let array = array(100);
    let another = device.seen_from(Transport::Usb, 2);
    let over_nfc = device.seen_from(Transport::Nfc, 1);
    for intruder in [another, over_nfc] {
        set(&device, &array[..40], 0, Some(100)).unwrap();
        assert_eq!(set(&intruder, &array[40..], 40, None), Err(Status::InvalidSeq));
    }
    assert_eq!(whole(&device), initial_array());
}

#[test]
fn a_protected_device_wants_a_token_for_each_fragment() {
    for protocol in [1, 2] {
        let device = Device::new();
        let client = device.pin_client(protocol);
        client.set_pin(PIN).unwrap();
        let array = array(100);
        assert_eq!(set(&device, &array, 0, Some(100)), Err(Status::PuatRequired));
        let wrong = client.token_using_pin(PIN, 0x20, None).unwrap();
        let result = client.write_blobs(&wrong, &array, 0, Some(100));
        assert_eq!(result, Err(Status::PinAuthInvalid));

        let token = client.token_using_pin(PIN, LBW, None).unwrap();
        client.write_blobs(&token, &array[..40], 0, Some(100)).unwrap();
        assert_eq!(set(&device, &array[40..], 40, None), Err(Status::PuatRequired));
        client.write_blobs(&token, &array[..40], 0, Some(100)).unwrap();
        client.write_blobs(&token, &array[40..], 40, None).unwrap();
        assert_eq!(whole(&device), array);
    }
}

#[test]
fn the_proof_covers_the_offset_and_the_fragment() {
    let device = Device::new();
    let client = device.pin_client(2);
    client.set_pin(PIN).unwrap();
    let token = client.token_using_pin(PIN, LBW, None).unwrap();
    let array = array(100);
    let message = |offset: u8, fragment: &[u8]| {
        let offset = [offset, 0, 0, 0];
        [&[0xff; 32], &[0x0c, 0x00][..], &offset, &sha256(fragment)].concat()
    };
    for message in [message(1, &array), message(0, &array[1..]), array.clone()] {
        let request = map([
            (2, bytes(&array)),
            (3, Value::from(0)),
            (4, Value::from(100)),
            (5, client.param(&token, &message)),
            (6, client.number()),
        ]);
        assert_eq!(device.send(0x0c, request), Err(Status::PinAuthInvalid));
    }
}

#[test]
fn always_uv_protects_too() {
    let device = Device::new();
    device.send(0x0d, map([(1, Value::from(2))])).unwrap();
    assert_eq!(set(&device, &array(17), 0, Some(17)), Err(Status::PuatRequired));
    assert_eq!(whole(&device), initial_array());
}

#[test]
fn a_reset_empties_it() {
    let device = Device::new();
    store(&device, &array(500)).unwrap();
    set(&device, &array(100)[..40], 0, Some(100)).unwrap();
    device.raw(&[7]).unwrap();
    assert_eq!(whole(&device), initial_array());
    assert_eq!(set(&device, &array(100)[40..], 40, None), Err(Status::InvalidSeq));
}
