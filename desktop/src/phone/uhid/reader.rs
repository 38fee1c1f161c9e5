//! Empties the kernel's ring of 32 events before a client that writes a long message fills it.
//!
//! A client writes the 129 reports of the longest message one system call after another, and what
//! does not fit the ring is lost. So a thread does nothing but read, and takes all events that are
//! there in one system call, of each no more bytes than matter (not the 4 kB that the kernel makes
//! of it). Where it may, it runs ahead of clients, by a real-time priority. Where it may not, it does
//! not go to sleep while a client is active, since waking up can take longer than filling the ring
//! does; a long message comes right after the answer to a short one (INIT at least), so that
//! answers keep it awake too.

use std::fs::File;
use std::io::{self, ErrorKind, IoSliceMut, Read, Write};
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};
use tokio::sync::mpsc;

use super::super::link::Incoming;
use super::event::{self, KernelEvent, PREFIX};

/// What the kernel's ring holds.
const RING: usize = 32;

/// How long after an event or an answer the next event is waited for without sleeping.
const AWAKE: Duration = Duration::from_millis(10);

const EVENT: Token = Token(0);
const ANSWER: Token = Token(1);

/// Starts the thread. It ends when the device is destroyed, or with the process. Gives what tells
/// it that a client gets an answer now.
///
/// # Errors
/// Whatever making a thread or a poller gives.
pub fn start(file: File, incoming: mpsc::Sender<io::Result<Incoming>>) -> io::Result<Waker> {
    let poll = Poll::new()?;
    poll.registry().register(&mut SourceFd(&file.as_raw_fd()), EVENT, Interest::READABLE)?;
    let waker = Waker::new(poll.registry(), ANSWER)?;
    let buffer = [[0; PREFIX]; RING];
    let mut reader = Reader {
        poll,
        wakes: Events::with_capacity(1),
        file,
        buffer,
        awake: AWAKE,
        last: Instant::now(),
        incoming,
    };
    thread::Builder::new().name("uhid".to_owned()).stack_size(128 * 1024).spawn(move || {
        reader.run_ahead();
        while reader.round() {}
    })?;
    Ok(waker)
}

struct Reader {
    poll: Poll,
    wakes: Events,
    file: File,
    buffer: [[u8; PREFIX]; RING],
    awake: Duration,
    /// When the last event came, or the last answer went.
    last: Instant,
    incoming: mpsc::Sender<io::Result<Incoming>>,
}

impl Reader {
    /// Gets ahead of clients where that is allowed. On a single processor sleeping is better than
    /// waiting in any case: the system lets in who wakes up before who has been writing for long.
    fn run_ahead(&mut self) {
        let fifo = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
        let ahead = set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, fifo);
        let alone = thread::available_parallelism().is_ok_and(|count| count.get() == 1);
        if ahead.is_ok() || alone {
            self.awake = Duration::ZERO;
        }
    }

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
                let _ = self.incoming.blocking_send(Err(error));
                false
            }
        }
    }

    fn read(&mut self) -> io::Result<usize> {
        loop {
            match read_events(&self.file, &mut self.buffer) {
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                Err(_) if self.last.elapsed() < self.awake => thread::yield_now(),
                // An event that comes just before it sleeps wakes it all the same.
                Err(_) => {
                    self.poll.poll(&mut self.wakes, None)?;
                    self.last = Instant::now();
                }
                read => return read,
            }
        }
    }

    fn send(&self, incoming: Incoming) -> bool {
        self.incoming.blocking_send(Ok(incoming)).is_ok()
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
            Some(KernelEvent::Close) => self.send(Incoming::Released),
            Some(KernelEvent::Output(report)) => self.send(Incoming::Report(report)),
        }
    }
}

/// Reads as many events as there are, the beginning of each: for a device that has no `readv` of
/// its own the kernel reads once for each piece of the buffer, and an event is what one read gives.
fn read_events(mut file: &File, buffer: &mut [[u8; PREFIX]; RING]) -> io::Result<usize> {
    file.read_vectored(&mut buffer.each_mut().map(|event| IoSliceMut::new(event)))
}
