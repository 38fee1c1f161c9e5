//! Frames of a 2-byte big-endian length and that many bytes: what loopback TCP and the virtual
//! card reader have in common.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::tcp::OwnedReadHalf;

#[cfg(test)]
mod tests;

/// Acknowledges what was read, at once. The virtual card reader, and simple test clients, write a
/// frame's length by itself, and without TCP_NODELAY its body waits for this: 40 ms by default.
/// Linux forgets it after a while, so it is said again after each read.
pub fn acknowledge(half: &OwnedReadHalf) {
    #[cfg(target_os = "linux")]
    let _ = half.as_ref().set_quickack(true);
    #[cfg(not(target_os = "linux"))]
    let _ = half;
}

/// Reads frames. [`next`](Self::next) may be dropped and called again without losing a byte.
#[derive(Debug)]
pub struct Frames<R> {
    reader: R,
    buffer: Vec<u8>,
    allowed: fn(u16) -> bool,
    has_read: fn(&R),
}

impl<R: AsyncRead + Unpin> Frames<R> {
    /// Reads from `reader` frames of the lengths that are `allowed`, calling `has_read` after each
    /// read; no more than one frame and what came with it in one read is ever kept.
    pub const fn new(reader: R, allowed: fn(u16) -> bool, has_read: fn(&R)) -> Self {
        Self { reader, buffer: Vec::new(), allowed, has_read }
    }

    /// The next frame, or `None` at the end of the stream.
    ///
    /// # Errors
    /// `InvalidData` for a length that is not allowed, `UnexpectedEof` for half a frame, and
    /// whatever reading gives.
    pub async fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
            let mut chunk = [0; 1024];
            let count = self.reader.read(&mut chunk).await?;
            (self.has_read)(&self.reader);
            match chunk.get(..count) {
                Some(bytes) if !bytes.is_empty() => self.buffer.extend_from_slice(bytes),
                _ if self.buffer.is_empty() => return Ok(None),
                _ => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some((length, rest)) = self.buffer.split_first_chunk() else { return Ok(None) };
        let length = u16::from_be_bytes(*length);
        if !(self.allowed)(length) {
            let message = format!("a frame of {length} bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let frame = rest.get(..usize::from(length)).map(<[u8]>::to_vec);
        if let Some(frame) = &frame {
            self.buffer.drain(..2 + frame.len());
        }
        Ok(frame)
    }
}

/// Writes frames. [`flush`](Self::flush) may be dropped and called again without losing a byte.
#[derive(Debug)]
pub struct FrameWriter<W> {
    writer: W,
    buffer: Vec<u8>,
    written: usize,
}

impl<W: AsyncWrite + Unpin> FrameWriter<W> {
    /// Writes to `writer`.
    pub const fn new(writer: W) -> Self {
        Self { writer, buffer: Vec::new(), written: 0 }
    }

    /// Puts a frame into the queue; `false` where it is too long for its length field.
    pub fn push(&mut self, frame: &[u8]) -> bool {
        let Ok(length) = u16::try_from(frame.len()) else { return false };
        self.buffer.extend_from_slice(&length.to_be_bytes());
        self.buffer.extend_from_slice(frame);
        true
    }

    /// How many bytes wait to be written.
    #[must_use]
    pub const fn waiting(&self) -> usize {
        self.buffer.len().saturating_sub(self.written)
    }

    /// Writes all that waits.
    ///
    /// # Errors
    /// `WriteZero` where the stream takes nothing any more, and whatever writing gives.
    pub async fn flush(&mut self) -> io::Result<()> {
        while let Some(rest) = self.buffer.get(self.written..).filter(|rest| !rest.is_empty()) {
            match self.writer.write(rest).await? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                count => self.written += count,
            }
        }
        self.buffer.clear();
        self.written = 0;
        Ok(())
    }
}
