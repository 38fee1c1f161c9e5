//! What comes from a workspace, or from whoever says to be one: activation links, signed messages, and
//! the same on the workspace's side.

use pocketkey_core::{
    policy::Policy,
    protocol::{
        ActivationLink, CheckIn, Enrolment, Message, Offer, OfferRequest, Problem, Standing,
        WorkspaceKey, open, peek,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use crate::memory;

/// The longest message, what base64 and JSON make of it, and a copy of each.
const LIMIT: usize = 2 << 20;

/// The first byte says what it is; the rest is the text.
pub fn run(data: &[u8]) {
    let Some((kind, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    memory::within(LIMIT, || match kind % 9 {
        0 => link(text),
        1 => signed::<Offer>(text),
        2 => signed::<Enrolment>(text),
        3 => signed::<CheckIn>(text),
        4 => signed::<Standing>(text),
        5 => payload::<Offer>(text),
        6 => payload::<Standing>(text),
        7 => payload::<Policy>(text),
        _ => {
            payload::<OfferRequest>(text);
            let _ = Problem::from_uri(text);
        }
    });
}

/// A link that is understood is one that a workspace could have made, and leads to the same place.
fn link(text: &str) {
    let Ok(link) = ActivationLink::parse(text) else { return };
    assert!(
        link.origin.starts_with("https://") || link.origin.starts_with("http://"),
        "an origin without a scheme"
    );
    let again = ActivationLink::parse(&link.text()).expect("what was written is understood");
    assert_eq!(*again.text(), *link.text());
    assert_eq!(again.origin, link.origin);
}

/// Nobody here has signed anything: no message may open under this key, whatever it says.
fn signed<M: Message + DeserializeOwned>(text: &str) {
    let _ = peek::<M>(text);
    assert!(open::<M, _>(text, &WorkspaceKey([7; 32])).is_err(), "a forged message was believed");
}

/// JSON that is understood means the same when it is written again.
fn payload<T: DeserializeOwned + Serialize>(text: &str) {
    let Ok(value) = serde_json::from_str::<T>(text) else { return };
    let once = serde_json::to_string(&value).expect("it can be written");
    let again: T = serde_json::from_str(&once).expect("what was written is understood");
    assert_eq!(serde_json::to_string(&again).expect("it can be written"), once);
}
