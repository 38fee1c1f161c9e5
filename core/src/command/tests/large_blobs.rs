//! authenticatorLargeBlobs (§6.10).

use ciborium::Value;

use super::steps::{LBW, MC, PIN, device_with_pin, toggle_always_uv};
use crate::{
    crypto::sha256,
    ctap::status::Status,
    testing::device::{Device, PinClient, bytes, map, member},
};

const MAX_FRAGMENT: usize = 7609 - 64;

/// An array of `length` bytes, with its trailer.
fn array(length: usize) -> Vec<u8> {
    let mut array = vec![0x42; length - 16];
    array.extend_from_slice(&sha256(&array)[..16]);
    array
}

fn size(size: usize) -> Value {
    u64::try_from(size).unwrap().into()
}

fn initial() -> Vec<u8> {
    [&[0x80], &sha256(&[0x80])[..16]].concat()
}

fn read(device: &Device, count: usize, offset: usize) -> Result<Vec<u8>, Status> {
    let answer = device.send(0x0c, map([(1, size(count)), (3, size(offset))]))?;
    Ok(member(&answer, 1).unwrap().as_bytes().unwrap().clone())
}

fn read_all(device: &Device) -> Vec<u8> {
    let mut array = Vec::new();
    loop {
        let fragment = read(device, MAX_FRAGMENT, array.len()).unwrap();
        array.extend_from_slice(&fragment);
        if fragment.len() < MAX_FRAGMENT {
            return array;
        }
    }
}

/// A write of one fragment; the whole length goes with the first.
fn write(
    device: &Device,
    fragment: &[u8],
    offset: usize,
    length: Option<usize>,
    token: Option<(&PinClient<'_>, &[u8])>,
) -> Result<(), Status> {
    let offset_bytes = u32::try_from(offset).unwrap().to_le_bytes();
    let message = [&[0xff; 32], &[0x0c, 0][..], &offset_bytes, &sha256(fragment)].concat();
    let (param, protocol) = token.map_or((Value::Null, Value::Null), |(client, token)| {
        (client.param(token, &message), client.number())
    });
    let parameters = map([
        (2, bytes(fragment)),
        (3, size(offset)),
        (4, length.map_or(Value::Null, size)),
        (5, param),
        (6, protocol),
    ]);
    device.send(0x0c, parameters).map(drop)
}

#[test]
fn it_begins_as_an_empty_array_with_its_hash() {
    assert_eq!(read_all(&Device::new()), initial());
}

#[test]
fn an_array_is_written_in_fragments_and_read_back() {
    let device = Device::new();
    for length in [17, 1024, MAX_FRAGMENT, MAX_FRAGMENT + 1, 65_536] {
        let array = array(length);
        for (index, fragment) in array.chunks(MAX_FRAGMENT).enumerate() {
            let whole = (index == 0).then_some(length);
            write(&device, fragment, index * MAX_FRAGMENT, whole, None).unwrap();
        }
        assert_eq!(read_all(&device), array);
    }
    device.authenticator.power_cycle();
    assert_eq!(read_all(&device), array(65_536));
}

#[test]
fn a_read_may_begin_at_the_end_but_not_after_it() {
    let device = Device::new();
    assert_eq!(read(&device, 4, 15), Ok(initial()[15..].to_vec()));
    assert_eq!(read(&device, 4, 17), Ok(vec![]));
    assert_eq!(read(&device, 4, 18), Err(Status::InvalidParameter));
    assert_eq!(read(&device, MAX_FRAGMENT + 1, 0), Err(Status::InvalidLength));
}

#[test]
fn a_request_reads_or_writes() {
    let device = Device::new();
    let send = |entries: Vec<(i64, Value)>| device.send(0x0c, map(entries));
    assert_eq!(send(vec![(3, 0.into())]), Err(Status::InvalidParameter));
    let both = vec![(1, 1.into()), (2, bytes(&array(17))), (3, 0.into()), (4, 17.into())];
    assert_eq!(send(both), Err(Status::InvalidParameter));
    assert_eq!(send(vec![(1, 1.into())]), Err(Status::InvalidParameter));
    let proof = [(4, 17.into()), (5, bytes(&[0; 32])), (6, 2.into())];
    for extra in proof {
        let read = vec![(1, 1.into()), (3, 0.into()), extra];
        assert_eq!(send(read), Err(Status::InvalidParameter));
    }
}

#[test]
fn lengths_are_checked_before_anything_is_kept() {
    let device = Device::new();
    assert_eq!(write(&device, &array(17), 0, None, None), Err(Status::InvalidParameter));
    assert_eq!(write(&device, &[0; 16], 0, Some(16), None), Err(Status::InvalidParameter));
    let full = write(&device, &array(17), 0, Some(65_537), None);
    assert_eq!(full, Err(Status::LargeBlobStorageFull));
    let long = write(&device, &vec![0; MAX_FRAGMENT + 1], 0, Some(60_000), None);
    assert_eq!(long, Err(Status::InvalidLength));
    assert_eq!(write(&device, &array(40), 0, Some(39), None), Err(Status::InvalidParameter));
    assert_eq!(read_all(&device), initial());
}

#[test]
fn fragments_come_in_order() {
    let device = Device::new();
    let array = array(100);
    assert_eq!(write(&device, &array[..50], 50, None, None), Err(Status::InvalidSeq));
    write(&device, &array[..50], 0, Some(100), None).unwrap();
    assert_eq!(write(&device, &array[50..], 51, None, None), Err(Status::InvalidSeq));
    write(&device, &array[..50], 0, Some(100), None).unwrap();
    assert_eq!(write(&device, &array[50..], 50, Some(100), None), Err(Status::InvalidParameter));
    write(&device, &array[..50], 0, Some(100), None).unwrap();
    assert_eq!(write(&device, &[0; 51], 50, None, None), Err(Status::InvalidParameter));
    assert_eq!(read_all(&device), initial());
}

#[test]
fn another_channel_cannot_continue_a_write() {
    let mut device = Device::new();
    let array = array(100);
    write(&device, &array[..50], 0, Some(100), None).unwrap();
    device.source.channel += 1;
    assert_eq!(write(&device, &array[50..], 50, None, None), Err(Status::InvalidSeq));
}

#[test]
fn a_write_that_is_not_whole_is_nothing() {
    let device = Device::new();
    let array = array(100);
    write(&device, &array[..50], 0, Some(100), None).unwrap();
    assert_eq!(read_all(&device), initial(), "what is not whole is not there");
    device.authenticator.power_cycle();
    assert_eq!(write(&device, &array[50..], 50, None, None), Err(Status::InvalidSeq));
}

#[test]
fn a_wrong_trailer_leaves_the_old_array() {
    let device = Device::new();
    write(&device, &array(40), 0, Some(40), None).unwrap();
    let mut wrong = array(50);
    wrong[0] ^= 1;
    assert_eq!(write(&device, &wrong, 0, Some(50), None), Err(Status::IntegrityFailure));
    assert_eq!(read_all(&device), array(40));
}

#[test]
fn a_write_needs_a_token_with_its_permission_once_there_is_protection() {
    for protocol in [1, 2] {
        let device = device_with_pin();
        let client = device.pin_client(protocol);
        let array = array(40);
        assert_eq!(write(&device, &array, 0, Some(40), None), Err(Status::PuatRequired));
        let token = client.token_using_pin(PIN, MC, Some("example.com")).unwrap();
        let answer = write(&device, &array, 0, Some(40), Some((&client, &token)));
        assert_eq!(answer, Err(Status::PinAuthInvalid));
        let token = client.token_using_pin(PIN, LBW, None).unwrap();
        let answer = write(&device, &array, 0, Some(40), Some((&client, &[0; 32])));
        assert_eq!(answer, Err(Status::PinAuthInvalid));
        write(&device, &array[..30], 0, Some(40), Some((&client, &token))).unwrap();
        write(&device, &array[30..], 30, None, Some((&client, &token))).unwrap();
        // Anybody may read: the entries are encrypted.
        assert_eq!(read_all(&device), array);
    }
}

#[test]
fn always_uv_protects_an_unprotected_device_too() {
    let device = Device::new();
    toggle_always_uv(&device);
    assert_eq!(write(&device, &array(40), 0, Some(40), None), Err(Status::PuatRequired));
}

#[test]
fn a_param_needs_a_protocol() {
    let device = device_with_pin();
    let write = |protocol| {
        let proof = [(5, bytes(&[0; 32])), (6, protocol)];
        let entries = [(2, bytes(&array(17))), (3, 0.into()), (4, 17.into())];
        device.send(0x0c, map(entries.into_iter().chain(proof)))
    };
    assert_eq!(write(Value::Null), Err(Status::MissingParameter));
    assert_eq!(write(7.into()), Err(Status::InvalidParameter));
}
