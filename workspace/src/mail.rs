//! Messages to users: what they say ([`Draft`]) and how they leave ([`Carrier`]).

mod carrier;
mod message;

pub use carrier::{Carrier, CarrierError, Delivered, SendError};
pub use message::{Draft, DraftError, Errand};
