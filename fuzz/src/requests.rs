//! One CTAP2 request: a command byte and CBOR, as a client may send it.

use std::{cell::RefCell, collections::HashMap};

use pocketkey_core::testing::Reaction;

use crate::{
    device::Device,
    memory,
    watch::{Watch, furnish},
};

/// What one request may take: the longest message, its parts, and an answer.
const LIMIT: usize = 1 << 20;

/// A phone that is kept for the next input where this one has not changed it: furnishing one takes a
/// hundred times as long as a request.
struct Kept {
    device: Device,
    watch: Watch,
}

thread_local! {
    static KEPT: RefCell<HashMap<u8, Kept>> = RefCell::default();
}

impl Kept {
    fn new(phone: u8) -> Self {
        let device = Device::new();
        let pin = (phone & 8 != 0).then_some("1234");
        if phone & 16 == 0 {
            furnish(&device, pin);
        }
        let built_in = [None, Some(false), Some(true), Some(true)];
        device.user.set_built_in_uv(built_in[usize::from(phone & 3)]);
        device.user.set_chooses_account(phone & 4 == 0);
        let mut watch = Watch::default();
        watch.retries(&device, true);
        Self { device, watch }
    }
}

/// The first byte says what phone it is, the second what its person does; the rest is the request.
pub fn run(data: &[u8]) {
    let [phone, person, request @ ..] = data else { return };
    if request.len() > pocketkey_core::MAX_MSG_SIZE {
        return;
    }
    let kept = KEPT.with_borrow_mut(|kept| kept.remove(phone));
    let Kept { device, mut watch } = kept.unwrap_or_else(|| Kept::new(*phone));
    let reaction = [Reaction::Agree, Reaction::AgreeUnverified, Reaction::Ignore, Reaction::Agree];
    device.user.then(reaction[usize::from(person & 3)]);
    device.was_verified();
    let answer = memory::within(LIMIT, || device.call(request));
    device.user.forget_script();
    device.prompts();
    watch.answered(request, &answer, device.was_verified());
    watch.retries(&device, Watch::may_raise_retries(request, &answer));
    // The next one is served, whatever this one was.
    assert_eq!(device.call(&[4]).first(), Some(&0), "getInfo");
    let changes_nothing =
        answer.first() != Some(&0) || matches!(request.first(), Some(&(2 | 4 | 11)));
    if changes_nothing && request.first() != Some(&6) {
        KEPT.with_borrow_mut(|kept| kept.insert(*phone, Kept { device, watch }));
    }
}
