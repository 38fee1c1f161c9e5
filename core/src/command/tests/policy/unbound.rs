//! A phone without a workspace does what it did, and asks nobody.

use std::sync::Arc;

use super::{SITE, look};
use crate::{
    Location,
    testing::{device::Device, workspace::ScriptedWorkspace},
    transport::Transport,
};

#[test]
fn it_never_writes_a_letter() {
    let workspace = Arc::new(ScriptedWorkspace::default());
    let device = Device::with_workspace(&Location::Memory, &workspace);
    device.user.set_built_in_uv(None);
    let id = device.register(SITE, b"one", true);
    device.sign_in(SITE, &id).unwrap();
    look(&device, &id).unwrap();
    assert!(workspace.take_letters().is_empty());
    assert!(device.user.take_notices().is_empty());
}

#[test]
fn a_tap_is_no_presence_for_it() {
    let device = Device::new().seen_from(Transport::Nfc, 1);
    device.authenticator.field_entered();
    device.register(SITE, b"one", true);
    assert_eq!(device.user.take_prompts().len(), 1);
}
