//! Messages to users: what they say ([`Draft`]), how they leave ([`Carrier`]), and who carries
//! them there ([`Post`]).

mod carrier;
mod message;
mod post;

pub use carrier::{Carrier, CarrierError, Delivered, SendError};
pub use message::{Draft, DraftError, Errand};
pub use post::{Post, PostError};
