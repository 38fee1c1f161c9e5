//! What the benches and `fill` share: requests as a client makes them, Pocketkey on a store of
//! one's choice, and the authenticators that it is measured beside.

pub mod client;
pub mod cpu_time;
pub mod device;
pub mod pin;
pub mod rivals {
    //! The authenticators that one could use instead, each given the fastest surroundings that its
    //! own interface allows.

    pub mod opensk;
    pub mod passkey;
}

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Runs a future that has no reason to wait: nobody is asked who does not answer at once.
///
/// # Panics
/// Where it waits.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the authenticator waits for somebody"),
    }
}
