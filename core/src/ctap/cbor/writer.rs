//! A writer whose output is canonical by construction; the order of keys is checked in debug builds.

use super::reader::compare_keys;

/// Appends CBOR items to a buffer.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// An empty buffer with room for a usual answer.
    #[must_use]
    pub fn new() -> Self {
        Self { out: Vec::with_capacity(512) }
    }

    /// Continues after `prefix`, such as a status byte.
    #[must_use]
    pub const fn after(prefix: Vec<u8>) -> Self {
        Self { out: prefix }
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn head(&mut self, major: u8, value: u64) {
        let bytes = value.to_be_bytes();
        let [.., b4, b5, b6, b7] = bytes;
        let major = major << 5;
        match value {
            0..=23 => self.out.push(major | b7),
            24..=0xff => self.out.extend([major | 24, b7]),
            0x100..=0xffff => self.out.extend([major | 25, b6, b7]),
            0x1_0000..=0xffff_ffff => self.out.extend([major | 26, b4, b5, b6, b7]),
            _ => {
                self.out.push(major | 27);
                self.out.extend(bytes);
            }
        }
    }

    /// A non-negative integer.
    pub fn unsigned(&mut self, value: u64) {
        self.head(0, value);
    }

    /// An integer of either sign.
    pub fn int(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            Err(_) => self.head(1, value.unsigned_abs() - 1),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, value: &[u8]) {
        self.head(2, length(value.len()));
        self.out.extend_from_slice(value);
    }

    /// A text string.
    pub fn text(&mut self, value: &str) {
        self.head(3, length(value.len()));
        self.out.extend_from_slice(value.as_bytes());
    }

    /// `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.out.push(if value { 0xf5 } else { 0xf4 });
    }

    /// An item that is encoded already.
    pub fn raw(&mut self, item: &[u8]) {
        self.out.extend_from_slice(item);
    }

    /// An array of what `write` makes of each of `items`.
    pub fn array<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.head(4, length(items.len()));
        for item in items {
            write(self, item);
        }
    }

    /// A map with the entries that `write` adds, in ascending order of their keys.
    pub fn map(&mut self, write: impl FnOnce(&mut MapWriter<'_>)) {
        let start = self.out.len();
        // Nearly every map has fewer than 24 entries, and so a head of one byte.
        self.out.push(0xa0);
        let mut map = MapWriter { writer: self, count: 0, previous: None };
        write(&mut map);
        let count = map.count;
        match u8::try_from(count) {
            Ok(small @ 0..=23) => {
                if let Some(head) = self.out.get_mut(start) {
                    *head = 0xa0 | small;
                }
            }
            _ => {
                let entries = self.out.split_off(start + 1);
                self.out.truncate(start);
                self.head(5, count);
                self.out.extend(entries);
            }
        }
    }
}

fn length(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Adds entries to a map.
#[derive(Debug)]
pub struct MapWriter<'a> {
    writer: &'a mut Writer,
    count: u64,
    previous: Option<(usize, usize)>,
}

impl MapWriter<'_> {
    fn key(&mut self, write: impl FnOnce(&mut Writer)) {
        let start = self.writer.out.len();
        write(self.writer);
        let end = self.writer.out.len();
        if cfg!(debug_assertions) {
            let key =
                |(from, to): (usize, usize)| self.writer.out.get(from..to).unwrap_or_default();
            let ascends = self
                .previous
                .is_none_or(|previous| compare_keys(key(previous), key((start, end))).is_lt());
            assert!(ascends, "map keys out of canonical order");
        }
        self.previous = Some((start, end));
        self.count += 1;
    }

    /// An entry with an integer key, as CTAP's own maps have.
    pub fn int(&mut self, key: i64, value: impl FnOnce(&mut Writer)) {
        self.key(|writer| writer.int(key));
        value(self.writer);
    }

    /// An entry with a text key, as WebAuthn's maps have.
    pub fn text(&mut self, key: &str, value: impl FnOnce(&mut Writer)) {
        self.key(|writer| writer.text(key));
        value(self.writer);
    }
}
