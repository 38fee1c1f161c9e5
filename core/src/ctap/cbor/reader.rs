//! A pull parser that borrows from its input and accepts canonical CBOR only.

use std::cmp::Ordering;

use super::{CborError, MAX_NESTING};

/// The major types of RFC 8949 §3.1 that may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// A non-negative integer.
    Unsigned,
    /// A negative integer.
    Negative,
    /// A byte string.
    Bytes,
    /// A text string.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// `false`, `true`, `null`, or a floating-point number.
    Simple,
}

/// A map key of the kinds that CTAP uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key<'a> {
    /// An integer key.
    Int(i64),
    /// A text key.
    Text(&'a str),
    /// A key that no CTAP message defines.
    Other,
}

/// Reads one CBOR item after another from a slice.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    depth: usize,
}

/// The major type of tags, which no message may have (CTAP 2.3 §8).
const TAG: u8 = 6;

struct Head {
    major: u8,
    info: u8,
    value: u64,
}

impl<'a> Reader<'a> {
    /// Reads from the start of `input`.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { rest: input, depth: 0 }
    }

    /// Reads exactly one item, with nothing after it.
    ///
    /// # Errors
    /// What `read` gives, or [`CborError::Malformed`] for bytes that are left over.
    pub fn whole<T, E: From<CborError>>(
        input: &'a [u8],
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut reader = Self::new(input);
        let value = read(&mut reader)?;
        reader.end()?;
        Ok(value)
    }

    /// Requires that the input is used up.
    ///
    /// # Errors
    /// [`CborError::Malformed`] where it is not.
    pub const fn end(&self) -> Result<(), CborError> {
        if self.rest.is_empty() { Ok(()) } else { Err(CborError::Malformed) }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], CborError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(CborError::Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<Head, CborError> {
        let (&[initial], rest) = self.rest.split_first_chunk().ok_or(CborError::Malformed)?;
        self.rest = rest;
        let (major, info) = (initial >> 5, initial & 0x1f);
        if major == TAG {
            return Err(CborError::Malformed);
        }
        let width = match info {
            0..=23 => return Ok(Head { major, info, value: u64::from(info) }),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(CborError::Malformed),
        };
        let value = self.take(width)?.iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
        let canonical = match (major, width) {
            // In major type 7 one byte is a simple value, which below 32 must not have this form;
            // more bytes are a float.
            (7, 1) => value >= 32,
            (7, _) => true,
            (_, 1) => value >= 24,
            (_, 2) => value > 0xff,
            (_, 4) => value > 0xffff,
            _ => value > 0xffff_ffff,
        };
        if canonical { Ok(Head { major, info, value }) } else { Err(CborError::Malformed) }
    }

    fn expect(&mut self, major: u8) -> Result<u64, CborError> {
        let head = self.head()?;
        if head.major == major { Ok(head.value) } else { Err(CborError::UnexpectedType) }
    }

    /// The type of the next item, without reading it.
    ///
    /// # Errors
    /// [`CborError::Malformed`] at the end of input, and for tags.
    pub fn peek(&self) -> Result<Type, CborError> {
        match self.rest.first().ok_or(CborError::Malformed)? >> 5 {
            0 => Ok(Type::Unsigned),
            1 => Ok(Type::Negative),
            2 => Ok(Type::Bytes),
            3 => Ok(Type::Text),
            4 => Ok(Type::Array),
            5 => Ok(Type::Map),
            7 => Ok(Type::Simple),
            _ => Err(CborError::Malformed),
        }
    }

    /// A non-negative integer.
    ///
    /// # Errors
    /// Any [`CborError`].
    pub fn unsigned(&mut self) -> Result<u64, CborError> {
        self.expect(0)
    }

    /// An integer of either sign that fits 64 bits.
    ///
    /// # Errors
    /// Any [`CborError`].
    pub fn int(&mut self) -> Result<i64, CborError> {
        let head = self.head()?;
        let value = i64::try_from(head.value).map_err(|_| CborError::UnexpectedType);
        match head.major {
            0 => value,
            1 => Ok(-1 - value?),
            _ => Err(CborError::UnexpectedType),
        }
    }

    /// A byte string.
    ///
    /// # Errors
    /// Any [`CborError`].
    pub fn bytes(&mut self) -> Result<&'a [u8], CborError> {
        let length = self.expect(2)?;
        self.take(usize::try_from(length).map_err(|_| CborError::Malformed)?)
    }

    /// A text string, which must be UTF-8.
    ///
    /// # Errors
    /// Any [`CborError`].
    pub fn text(&mut self) -> Result<&'a str, CborError> {
        let length = self.expect(3)?;
        let bytes = self.take(usize::try_from(length).map_err(|_| CborError::Malformed)?)?;
        std::str::from_utf8(bytes).map_err(|_| CborError::Malformed)
    }

    /// `true` or `false`.
    ///
    /// # Errors
    /// Any [`CborError`].
    pub fn bool(&mut self) -> Result<bool, CborError> {
        let head = self.head()?;
        match (head.major, head.info) {
            (7, 20) => Ok(false),
            (7, 21) => Ok(true),
            _ => Err(CborError::UnexpectedType),
        }
    }

    /// An array: `item` must read one element each time it is called.
    ///
    /// # Errors
    /// Any [`CborError`], or what `item` gives.
    pub fn array<E: From<CborError>>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let count = self.expect(4)?;
        self.nested(|reader| {
            for _ in 0..count {
                item(reader)?;
            }
            Ok(())
        })
    }

    /// A map: `entry` is given each key and must read the value. Keys must ascend, which also
    /// rules out duplicates.
    ///
    /// # Errors
    /// Any [`CborError`], or what `entry` gives.
    pub fn map<E: From<CborError>>(
        &mut self,
        mut entry: impl FnMut(Key<'a>, &mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let count = self.expect(5)?;
        self.nested(|reader| {
            let mut previous: Option<&'a [u8]> = None;
            for _ in 0..count {
                let before = reader.rest;
                let key = reader.key()?;
                let raw = consumed(before, reader.rest);
                if previous.is_some_and(|previous| compare_keys(previous, raw).is_ge()) {
                    return Err(CborError::Malformed.into());
                }
                previous = Some(raw);
                entry(key, reader)?;
            }
            Ok(())
        })
    }

    fn key(&mut self) -> Result<Key<'a>, CborError> {
        match self.peek()? {
            Type::Unsigned | Type::Negative => {
                let mut ahead = self.clone();
                match ahead.int() {
                    Ok(value) => {
                        *self = ahead;
                        Ok(Key::Int(value))
                    }
                    Err(CborError::UnexpectedType) => self.skip().map(|()| Key::Other),
                    Err(error) => Err(error),
                }
            }
            Type::Text => self.text().map(Key::Text),
            _ => self.skip().map(|()| Key::Other),
        }
    }

    fn nested<T, E: From<CborError>>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.depth == MAX_NESTING {
            return Err(CborError::Malformed.into());
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Reads one item of any kind, checking that it is canonical all the way down.
    ///
    /// # Errors
    /// [`CborError::Malformed`].
    pub fn skip(&mut self) -> Result<(), CborError> {
        match self.peek()? {
            Type::Unsigned | Type::Negative | Type::Simple => self.head().map(drop),
            Type::Bytes => self.bytes().map(drop),
            Type::Text => self.text().map(drop),
            Type::Array => self.array(Self::skip),
            Type::Map => self.map(|_, reader| reader.skip()),
        }
    }

    /// Reads one item with `read` and also gives the bytes that it was made of.
    ///
    /// # Errors
    /// What `read` gives.
    pub fn with_raw<T, E>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<(T, &'a [u8]), E> {
        let before = self.rest;
        let value = read(self)?;
        Ok((value, consumed(before, self.rest)))
    }
}

fn consumed<'a>(before: &'a [u8], after: &[u8]) -> &'a [u8] {
    before.get(..before.len() - after.len()).unwrap_or_default()
}

/// CTAP 2.3 §8: lower major type first, then the shorter encoding, then byte order.
pub(super) fn compare_keys(left: &[u8], right: &[u8]) -> Ordering {
    let major = |key: &[u8]| key.first().map(|byte| byte >> 5);
    major(left).cmp(&major(right)).then(left.len().cmp(&right.len())).then_with(|| left.cmp(right))
}
