//! A command APDU of ISO 7816-4 §5.1, short or extended, as U2F's framing carries it.

/// A command APDU. Le is not kept: the framing carries an answer of any length.
#[derive(Debug)]
pub(super) struct Apdu<'a> {
    pub class: u8,
    pub instruction: u8,
    pub p1: u8,
    pub data: &'a [u8],
}

impl<'a> Apdu<'a> {
    /// `None` where the lengths do not add up.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&[class, instruction, p1, _], body) = bytes.split_first_chunk()?;
        let data = match body {
            // No data, with or without a short or extended Le.
            [] | [_] | [0, _, _] => &[],
            // Clients with one form for all commands send an Lc of zero too.
            [0, 0, 0, 0, 0] => &[],
            [0, high, low, rest @ ..] => {
                take(rest, usize::from(u16::from_be_bytes([*high, *low])), &[0, 2])?
            }
            [length, rest @ ..] => take(rest, usize::from(*length), &[0, 1])?,
        };
        Some(Self { class, instruction, p1, data })
    }
}

/// The first `length` bytes, where what follows has the length of an Le.
fn take<'a>(rest: &'a [u8], length: usize, le: &[usize]) -> Option<&'a [u8]> {
    let (data, after) = rest.split_at_checked(length)?;
    (length > 0 && le.contains(&after.len())).then_some(data)
}
