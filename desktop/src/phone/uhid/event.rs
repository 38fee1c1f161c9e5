//! `struct uhid_event` of `linux/uhid.h`, which is packed: a type, then that type's members, in
//! the machine's byte order. Writes may end after the last member in use.

use pocketkey_core::transport::hid::Report;

#[cfg(test)]
mod tests;

/// How much of each event is read: its type, and a report with its number.
pub const PREFIX: usize = 4 + 1 + 64;

const DESTROY: u32 = 1;
const STOP: u32 = 3;
const CLOSE: u32 = 5;
const OUTPUT: u32 = 6;
const GET_REPORT: u32 = 9;
const GET_REPORT_REPLY: u32 = 10;
const CREATE2: u32 = 11;
const INPUT2: u32 = 12;
const SET_REPORT: u32 = 13;
const SET_REPORT_REPLY: u32 = 14;

/// `BUS_USB` of `linux/input.h`.
const BUS_USB: u16 = 3;

/// A vendor and product of pid.codes that are set aside for tests: this is no product.
const VENDOR: u32 = 0x1209;
const PRODUCT: u32 = 0x0001;

/// `EIO`: the device has no feature reports.
const EIO: u16 = 5;

/// The report descriptor of CTAP 2.3 §11.2.8.1: usage page F1D0, 64-byte reports both ways.
const REPORT_DESCRIPTOR: [u8; 34] = [
    0x06, 0xd0, 0xf1, // Usage Page (FIDO Alliance)
    0x09, 0x01, // Usage (CTAPHID)
    0xa1, 0x01, // Collection (Application)
    0x09, 0x20, //   Usage (Data In)
    0x15, 0x00, //   Logical Minimum (0)
    0x26, 0xff, 0x00, //   Logical Maximum (255)
    0x75, 0x08, //   Report Size (8)
    0x95, 0x40, //   Report Count (64)
    0x81, 0x02, //   Input (Data, Variable, Absolute)
    0x09, 0x21, //   Usage (Data Out)
    0x15, 0x00, //   Logical Minimum (0)
    0x26, 0xff, 0x00, //   Logical Maximum (255)
    0x75, 0x08, //   Report Size (8)
    0x95, 0x40, //   Report Count (64)
    0x91, 0x02, //   Output (Data, Variable, Absolute)
    0xc0, // End Collection
];

/// What the kernel tells a device, as far as this one cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KernelEvent {
    /// The device is gone.
    Stop,
    /// The last client that had the device open closed it, or died.
    Close,
    /// A client wrote a report.
    Output(Report),
    /// The kernel waits for an answer, and this is the only one.
    Question {
        /// The event to write.
        reply: Vec<u8>,
    },
}

/// `UHID_CREATE2`: makes the device; `physical` tells it from others.
#[must_use]
pub fn create(physical: &str) -> Vec<u8> {
    let mut event = CREATE2.to_ne_bytes().to_vec();
    text(&mut event, "Pocketkey", 128);
    text(&mut event, physical, 64);
    text(&mut event, "", 64);
    let length = u16::try_from(REPORT_DESCRIPTOR.len()).unwrap_or_default();
    event.extend(length.to_ne_bytes());
    event.extend(BUS_USB.to_ne_bytes());
    for number in [VENDOR, PRODUCT, 0, 0] {
        event.extend(number.to_ne_bytes());
    }
    event.extend(REPORT_DESCRIPTOR);
    event
}

/// `UHID_DESTROY`: takes the device away.
#[must_use]
pub fn destroy() -> Vec<u8> {
    DESTROY.to_ne_bytes().to_vec()
}

/// `UHID_INPUT2`: a report for the clients.
#[must_use]
pub fn input(report: &Report) -> Vec<u8> {
    let mut event = INPUT2.to_ne_bytes().to_vec();
    event.extend(64u16.to_ne_bytes());
    event.extend(report);
    event
}

/// Reads what the kernel wrote; `None` for what needs no reaction.
#[must_use]
pub fn parse(event: &[u8]) -> Option<KernelEvent> {
    let (kind, members) = event.split_first_chunk()?;
    match u32::from_ne_bytes(*kind) {
        STOP => Some(KernelEvent::Stop),
        CLOSE => Some(KernelEvent::Close),
        OUTPUT => output(members).map(KernelEvent::Output),
        GET_REPORT => {
            let mut reply = GET_REPORT_REPLY.to_ne_bytes().to_vec();
            reply.extend(members.first_chunk::<4>()?);
            reply.extend(EIO.to_ne_bytes());
            reply.extend(0u16.to_ne_bytes());
            Some(KernelEvent::Question { reply })
        }
        SET_REPORT => {
            let mut reply = SET_REPORT_REPLY.to_ne_bytes().to_vec();
            reply.extend(members.first_chunk::<4>()?);
            reply.extend(EIO.to_ne_bytes());
            Some(KernelEvent::Question { reply })
        }
        _ => None,
    }
}

/// `struct uhid_output_req` begins with the data, whose first byte is the report's number: 0, as
/// the reports have none. What a client leaves out at the end is zero, as in a report that a USB
/// host cuts short.
fn output(members: &[u8]) -> Option<Report> {
    match members {
        [0, report @ ..] => report.first_chunk().copied(),
        _ => None,
    }
}

/// A text member: padded with zeros, and ended by at least one.
fn text(event: &mut Vec<u8>, text: &str, size: usize) {
    let end = event.len() + size;
    event.extend(text.bytes().take(size - 1));
    event.resize(end, 0);
}
