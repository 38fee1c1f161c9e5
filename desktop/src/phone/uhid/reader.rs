//! Empties the kernel's ring of 32 events before a client that writes a long message fills it.
//!
//! A client writes the 129 reports of the longest message one system call after another, and what
//! does not fit the ring is lost. So a thread does nothing but read; it takes all events that are
//! there in one system call, of each no more bytes than matter (not the 4 kB that the kernel makes
//! of it); and while a client is active it does not go to sleep, since waking up would take as long
//! as a client takes to fill the ring.

use std::fs::File;
use std::io::{self, ErrorKind, IoSliceMut, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use pocketkey_core::transport::hid::Report;
use tokio::io::unix::AsyncFd;
use tokio::runtime::{Builder, Runtime};
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
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let guard = runtime.enter();
    let file = AsyncFd::register(file)?;
    drop(guard);
    let mut reader =
        Reader { runtime, file, buffer: [[0; PREFIX]; RING], last: Instant::now(), reports };
    thread::Builder::new()
        .name("uhid".to_owned())
        .stack_size(128 * 1024)
        .spawn(move || while reader.round() {})?;
    Ok(())
}

struct Reader {
    runtime: Runtime,
    file: AsyncFd<File>,
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
        while self.last.elapsed() < AWAKE {
            match read_events(self.file.get_ref(), &mut self.buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
                read => return read,
            }
        }
        let (file, buffer) = (&self.file, &mut self.buffer);
        self.runtime.block_on(async {
            loop {
                let mut ready = file.readable().await?;
                if let Ok(read) = ready.try_io(|file| read_events(file.get_ref(), buffer)) {
                    return read;
                }
            }
        })
    }

    fn handle(&mut self, index: usize) -> bool {
        match self.buffer.get(index).and_then(|event| event::parse(event)) {
            None => true,
            Some(KernelEvent::Question { reply }) => {
                // The kernel gives up on its own if this fails.
                let _ = self.file.get_ref().write_all(&reply);
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
