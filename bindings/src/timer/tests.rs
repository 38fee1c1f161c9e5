//! Alarms ring when it is time.
#![allow(clippy::unwrap_used)]

use std::{
    sync::mpsc::{Sender, channel},
    task::Wake,
};

use super::*;

struct Bell(Mutex<Sender<u8>>, u8);

impl Wake for Bell {
    fn wake(self: std::sync::Arc<Self>) {
        let _ = self.0.lock().unwrap().send(self.1);
    }
}

fn bell(sender: &Sender<u8>, name: u8) -> Waker {
    std::sync::Arc::new(Bell(Mutex::new(sender.clone()), name)).into()
}

#[test]
fn alarms_ring_in_the_order_of_their_deadlines() {
    let (sender, rung) = channel();
    let now = Instant::now();
    let _late = Alarm::set(now + Duration::from_millis(40), bell(&sender, 2));
    let _early = Alarm::set(now + Duration::from_millis(20), bell(&sender, 1));
    assert_eq!(rung.recv_timeout(Duration::from_secs(5)), Ok(1));
    assert_eq!(rung.recv_timeout(Duration::from_secs(5)), Ok(2));
    assert!(Instant::now() >= now + Duration::from_millis(40));
}

#[test]
fn a_dropped_alarm_is_silent_and_keeps_nothing() {
    let (sender, rung) = channel();
    let alarm = Alarm::set(Instant::now() + Duration::from_millis(10), bell(&sender, 1));
    drop(alarm);
    drop(sender);
    assert!(rung.recv().is_err(), "the waker is gone, and with it its sender");
}

#[test]
fn an_alarm_that_is_earlier_than_all_others_rings_in_time() {
    let (sender, rung) = channel();
    let _late = Alarm::set(Instant::now() + Duration::from_secs(3600), bell(&sender, 2));
    // By then the thread sleeps, until the other one.
    thread::sleep(Duration::from_millis(50));
    let _early = Alarm::set(Instant::now() + Duration::from_millis(10), bell(&sender, 1));
    assert_eq!(rung.recv_timeout(Duration::from_secs(5)), Ok(1));
}

#[test]
fn an_alarm_after_one_that_was_dropped_rings_in_time() {
    let (sender, rung) = channel();
    let dropped = Alarm::set(Instant::now() + Duration::from_millis(100), bell(&sender, 2));
    thread::sleep(Duration::from_millis(20));
    drop(dropped);
    let at = Instant::now() + Duration::from_millis(300);
    let _alarm = Alarm::set(at, bell(&sender, 1));
    assert_eq!(rung.recv_timeout(Duration::from_secs(5)), Ok(1));
    assert!(Instant::now() >= at);
}
