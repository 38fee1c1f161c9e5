//! Empties the kernel's ring of 32 events before a client that writes a long message fills it.
//!
//! A client writes the 129 reports of the longest message one system call after another, and what
//! does not fit the ring is lost. So a thread does nothing but read; it takes all events that are
//! there in one system call, of each no more bytes than matter (not the 4 kB that the kernel makes
//! of it); and while a client is active it does not go to sleep, since waking up would take as long
//! as a client takes to fill the ring.

use std::fs::File;
use std::io::{self, ErrorKind, IoSliceMut, Read, Write};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use pocketkey_core::transport::hid::Report;
use tokio::sync::mpsc;

use super::event::{self, KernelEvent, PREFIX};

/// What the kernel's ring holds.
const RING: usize = 32;

/// How long after an event the next one is waited for without sleeping.
const AWAKE: Duration = Duration::from_millis(2);

/// Starts the thread. It ends when the device is destroyed, or with the process.
///
/// # Errors
/// Whatever making a thread or a poller gives.
pub fn start(file: File, reports: mpsc::Sender<io::Result<Report>>) -> io::Result<()> {
    let poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&file.as_raw_fd()), Token(0), Interest::READABLE)?;
    let buffer = [[0; PREFIX]; RING];
    let mut reader = Reader {
        poll,
        wakes: Events::with_capacity(1),
        file,
        buffer,
        last: Instant::now(),
        reports,
    };
    thread::Builder::new()
        .name("uhid".to_owned())
        .stack_size(128 * 1024)
        .spawn(move || while reader.round() {})?;
    Ok(())
}

struct Reader {
    poll: Poll,
    wakes: Events,
    file: File,
    buffer: [[u8; PREFIX]; RING],
    /// When the last event came.
    last: Instant,
    reports: mpsc::Sender<io::Result<Report>>,
}

impl Reader {
    /// Reads what is there, waiting for it if need be; gives whether there will be more.
    fn round(&mut self) -> bool {
        match self.read() {
            Ok(count) => {
                self.last = Instant::now();
                // Each event fills its piece of the buffer.
                let events = count / PREFIX;
                (0..events).all(|index| self.handle(index))
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => true,
            Err(error) => {
                let _ = self.reports.blocking_send(Err(error));
                false
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        loop {
            match read_events(&self.file, &mut self.buffer) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                Err(_) if self.last.elapsed() < AWAKE => thread::yield_now(),
                // An event that comes just before it sleeps wakes it all the same.
                Err(_) => self.poll.poll(&mut self.wakes, None)?,
                read => return read,
            }
        }
    }

    fn handle(&mut self, index: usize) -> bool {
        match self.buffer.get(index).and_then(|event| event::parse(event)) {
            None => true,
            Some(KernelEvent::Question { reply }) => {
                // The kernel gives up on its own if this fails.
                let _ = self.file.write_all(&reply);
                true
            }
            Some(KernelEvent::Stop) => false,
            Some(KernelEvent::Output(report)) => self.reports.blocking_send(Ok(report)).is_ok(),
        }
    }
}

/// Reads as many events as there are, the beginning of each: for a device that has no `readv` of
/// its own the kernel reads once for each piece of the buffer, and an event is what one read gives.
fn read_events(mut file: &File, buffer: &mut [[u8; PREFIX]; RING]) -> io::Result<usize> {
    file.read_vectored(&mut buffer.each_mut().map(|event| IoSliceMut::new(event)))
}
