//! A USB key made of software: a HID device through Linux's `/dev/uhid`.
//!
//! Two rings lie between a client and this process, and both drop what does not fit. The kernel
//! keeps 32 events until this process reads them: see [`reader`]. Towards the client a `hidraw` file
//! keeps 64 reports: what is sent is paced.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process;
use std::sync::Arc;
use std::time::Duration;

use mio::Waker;
use pocketkey_core::transport::hid::Report;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

use super::link::{Incoming, Outgoing, ReportSink, ReportSource};

mod event;
mod reader;

/// The device through which HID devices are made.
pub const PATH: &str = "/dev/uhid";

/// How many reports may wait for the links' thread; beyond, the kernel's ring fills.
const INCOMING: usize = 512;

/// How many reports may go out at once: a quarter of what a client's ring holds, and most answers.
const BURST: u32 = 16;

/// The pace beyond a burst: that of a full-speed USB key, one report a millisecond. A client that
/// does not get to read for 45 ms still loses nothing.
const PACE: Duration = Duration::from_millis(1);

/// How many reports may wait for their time.
const QUEUE: usize = 16;

/// How long the kernel may take to show a new device.
const APPEARS: Duration = Duration::from_secs(2);

/// A HID device that exists for as long as this value lives.
#[derive(Debug)]
pub struct Device {
    file: File,
    incoming: mpsc::Receiver<io::Result<Incoming>>,
    reader: Arc<Waker>,
}

impl Device {
    /// Makes the device.
    ///
    /// # Errors
    /// Whatever opening and writing `/dev/uhid` gives.
    pub fn create() -> io::Result<Self> {
        let mut file =
            OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(PATH)?;
        file.write_all(&event::create(&physical_path()))?;
        let (sender, incoming) = mpsc::channel(INCOMING);
        let reader = Arc::new(reader::start(file.try_clone()?, sender)?);
        Ok(Self { file, incoming, reader })
    }

    /// Waits until clients can find the device; gives its path where it can be told.
    pub async fn appears(&self) -> Option<String> {
        let deadline = Instant::now() + APPEARS;
        while Instant::now() < deadline {
            if let Some(path) = find_hidraw() {
                return Some(path);
            }
            sleep(Duration::from_millis(2)).await;
        }
        None
    }

    /// Gives the device's two directions.
    ///
    /// # Errors
    /// Whatever duplicating the file gives.
    pub fn split(self) -> io::Result<(Source, Sink)> {
        let reader = Arc::clone(&self.reader);
        let sink = Sink {
            file: self.file.try_clone()?,
            reader,
            queue: VecDeque::new(),
            slot: Instant::now(),
        };
        Ok((Source(self), sink))
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.file.write_all(&event::destroy());
    }
}

/// What the device says of its place, so that it can be told from others.
fn physical_path() -> String {
    format!("pocketkey/{}", process::id())
}

/// The device node that the kernel made for this process's device.
fn find_hidraw() -> Option<String> {
    let wanted = format!("HID_PHYS={}", physical_path());
    fs::read_dir("/sys/class/hidraw").ok()?.flatten().find_map(|entry| {
        let about = fs::read_to_string(entry.path().join("device/uevent")).ok()?;
        about
            .lines()
            .any(|line| line == wanted)
            .then(|| format!("/dev/{}", entry.file_name().to_string_lossy()))
    })
}

/// Reports from clients.
#[derive(Debug)]
pub struct Source(Device);

impl ReportSource for Source {
    async fn next(&mut self) -> io::Result<Option<Incoming>> {
        self.0.incoming.recv().await.transpose()
    }
}

/// Reports to clients.
#[derive(Debug)]
pub struct Sink {
    file: File,
    reader: Arc<Waker>,
    queue: VecDeque<Report>,
    /// When the next report would go out if all went out at the pace.
    slot: Instant,
}

impl ReportSink for Sink {
    fn has_room(&self) -> bool {
        self.queue.len() < QUEUE
    }

    fn push(&mut self, outgoing: Outgoing) {
        // There are no test controls here, so nothing else to confirm.
        if let Outgoing::Report(report) = outgoing {
            self.queue.push_back(report);
        }
    }

    fn waits(&self) -> bool {
        !self.queue.is_empty()
    }

    async fn flush(&mut self) -> io::Result<()> {
        while let Some(report) = self.queue.front() {
            sleep_until(self.slot.checked_sub(PACE * BURST).unwrap_or(self.slot)).await;
            self.file.write_all(&event::input(report))?;
            self.queue.pop_front();
            if self.queue.is_empty() {
                self.reader.wake()?;
            }
            self.slot = self.slot.max(Instant::now()) + PACE;
        }
        Ok(())
    }
}
