//! authenticatorLargeBlobs (§6.10): one array for all credentials, whose entries only clients can
//! read.

#[cfg(test)]
mod tests;

use super::{answer, done};
use crate::{
    authenticator::{Context, Source},
    crypto::sha256,
    ctap::{
        request::{LargeBlobs, MAX_MSG_SIZE},
        status::Status,
    },
    model::MAX_LARGE_BLOB_ARRAY,
    pin::Permissions,
    store::Record,
};

/// The longest fragment, so that it and what is around it fit one message (§6.10.2).
const MAX_FRAGMENT: usize = MAX_MSG_SIZE - 64;

/// The hash at the end of the array: LEFT(SHA-256, 16).
const TRAILER: usize = 16;

/// An array of which not all fragments have come.
#[derive(Debug)]
pub(crate) struct PendingWrite {
    source: Source,
    length: usize,
    bytes: Vec<u8>,
}

impl PendingWrite {
    pub(crate) const fn source(&self) -> Source {
        self.source
    }
}

pub(super) fn run(context: &mut Context<'_>, request: &LargeBlobs<'_>) -> Result<Vec<u8>, Status> {
    let offset = usize::try_from(request.offset).map_err(|_| Status::InvalidParameter)?;
    match (request.get, request.set) {
        (Some(count), None) => get(context, request, count, offset),
        (None, Some(fragment)) => set(context, request, fragment, offset),
        _ => Err(Status::InvalidParameter),
    }
}

fn get(
    context: &Context<'_>,
    request: &LargeBlobs<'_>,
    count: u64,
    offset: usize,
) -> Result<Vec<u8>, Status> {
    if request.length.is_some()
        || request.pin_uv_auth.param.is_some()
        || request.pin_uv_auth.protocol.is_some()
    {
        return Err(Status::InvalidParameter);
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count > MAX_FRAGMENT {
        return Err(Status::InvalidLength);
    }
    let stored = context.state.store.record(Record::LargeBlobs)?;
    let array = stored.as_deref().map_or_else(initial_array, Clone::clone);
    let rest = array.get(offset..).ok_or(Status::InvalidParameter)?;
    let fragment = rest.get(..count).unwrap_or(rest);
    let mut out = answer();
    out.map(|map| map.int(1, |value| value.bytes(fragment)));
    Ok(out.finish())
}

/// An empty CBOR array and its hash.
fn initial_array() -> Vec<u8> {
    let mut array = vec![0x80];
    array.extend_from_slice(sha256(&array).get(..TRAILER).unwrap_or_default());
    array
}

fn set(
    context: &mut Context<'_>,
    request: &LargeBlobs<'_>,
    fragment: &[u8],
    offset: usize,
) -> Result<Vec<u8>, Status> {
    if fragment.len() > MAX_FRAGMENT {
        return Err(Status::InvalidLength);
    }
    let begun = context.state.runtime.blob_write.take();
    let mut write = if offset == 0 {
        begin(context, request.length)?
    } else {
        if request.length.is_some() {
            return Err(Status::InvalidParameter);
        }
        begun.filter(|write| write.source == context.source).ok_or(Status::InvalidSeq)?
    };
    if offset != write.bytes.len() {
        return Err(Status::InvalidSeq);
    }
    authorize(context, request, fragment, offset)?;
    if write.bytes.len() + fragment.len() > write.length {
        return Err(Status::InvalidParameter);
    }
    write.bytes.extend_from_slice(fragment);
    if write.bytes.len() < write.length {
        context.state.runtime.blob_write = Some(write);
        return Ok(done());
    }
    let (array, trailer) =
        write.bytes.split_last_chunk::<TRAILER>().ok_or(Status::IntegrityFailure)?;
    if !sha256(array).starts_with(trailer) {
        return Err(Status::IntegrityFailure);
    }
    context.state.store.set_record(Record::LargeBlobs, &write.bytes)?;
    Ok(done())
}

fn begin(context: &Context<'_>, length: Option<u64>) -> Result<PendingWrite, Status> {
    let length = length.ok_or(Status::InvalidParameter)?;
    if length > MAX_LARGE_BLOB_ARRAY {
        return Err(Status::LargeBlobStorageFull);
    }
    let length = usize::try_from(length).map_err(|_| Status::LargeBlobStorageFull)?;
    if length <= TRAILER {
        return Err(Status::InvalidParameter);
    }
    Ok(PendingWrite { source: context.source, length, bytes: Vec::new() })
}

/// The MAC is over 32 × FF ‖ 0C 00 ‖ offset (32 bits, little-endian) ‖ SHA-256(fragment).
fn authorize(
    context: &mut Context<'_>,
    request: &LargeBlobs<'_>,
    fragment: &[u8],
    offset: usize,
) -> Result<(), Status> {
    if !(context.is_protected() || context.always_uv()) {
        return Ok(());
    }
    let offset = u32::try_from(offset).map_err(|_| Status::InvalidParameter)?;
    let mut message = vec![0xff; 32];
    message.extend_from_slice(&[0x0c, 0x00]);
    message.extend_from_slice(&offset.to_le_bytes());
    message.extend_from_slice(&sha256(fragment));
    context.verify_management_token(request.pin_uv_auth, &message, Permissions::LBW).map(drop)
}
