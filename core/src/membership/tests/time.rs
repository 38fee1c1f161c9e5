//! A grant ends when its time is over, whatever the phone's clock says.

use std::{sync::Arc, time::Duration};

use super::Folder;
use crate::{
    ctap::status::Status,
    platform::Denial,
    testing::{
        FakeClock,
        device::{Device, offline},
        workspace::ScriptedWorkspace,
    },
};

const DAY: Duration = Duration::from_secs(86_400);

/// A key with a grant for three days, out of the workspace's reach, and a credential.
fn away() -> (Device, Arc<ScriptedWorkspace>, Vec<u8>) {
    let (device, workspace) = Device::joined(offline(10, 3));
    let id = device.register("example.com", b"one", true);
    workspace.set_reachable(false);
    (device, workspace, id)
}

fn denial(device: &Device) -> Option<Denial> {
    device.user.take_notices().pop().map(|notice| notice.denial)
}

#[test]
fn a_grant_ends_with_its_last_second() {
    let (device, _, id) = away();
    device.clock.set_unix_time(FakeClock::EPOCH + 3 * DAY - Duration::from_secs(1));
    device.sign_in("example.com", &id).unwrap();
    device.clock.set_unix_time(FakeClock::EPOCH + 3 * DAY);
    assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::GrantExpired));
}

#[test]
fn setting_the_clock_back_does_not_bring_a_grant_back() {
    let (device, _, id) = away();
    device.clock.set_unix_time(FakeClock::EPOCH + 4 * DAY);
    assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    for back in [0, 2_000_000_000, 1] {
        device.clock.set_unix_time(Duration::from_secs(back));
        assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
        assert_eq!(denial(&device), Some(Denial::GrantExpired));
    }
}

#[test]
fn nor_does_a_restart() {
    let (folder, workspace) = Folder::joined(offline(10, 3));
    workspace.set_reachable(false);
    let sign_in = |device: &Device| {
        let id = device.authenticator.credentials().unwrap()[0].id.clone();
        device.sign_in("example.com", &id).map(drop)
    };
    {
        let device = folder.open(&workspace);
        device.clock.set_unix_time(FakeClock::EPOCH + 2 * DAY);
        sign_in(&device).unwrap();
        device.clock.set_unix_time(FakeClock::EPOCH + 3 * DAY);
        assert_eq!(sign_in(&device), Err(Status::OperationDenied));
    }
    // The clock starts at the epoch again.
    assert_eq!(sign_in(&folder.open(&workspace)), Err(Status::OperationDenied));
}

#[test]
fn a_clock_that_has_always_been_slow_gains_no_time_from_before_the_last_check_in() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let id = device.register("example.com", b"one", true);
    // The workspace's time counts where the clock is behind it.
    workspace.set_time(FakeClock::EPOCH.as_secs() + 10 * 86_400);
    workspace.then_twist(|standing| {
        if let Some(grant) = &mut standing.grant {
            grant.until = standing.issued_at;
        }
    });
    device.check_in().unwrap();
    workspace.set_reachable(false);
    assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    assert_eq!(denial(&device), Some(Denial::GrantExpired));
}

#[test]
fn a_clock_that_once_ran_ahead_is_set_right_by_a_check_in() {
    let (device, workspace, id) = away();
    device.clock.set_unix_time(FakeClock::EPOCH + 1000 * DAY);
    assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    device.clock.set_unix_time(FakeClock::EPOCH);
    workspace.set_reachable(true);
    device.check_in().unwrap();
    workspace.set_reachable(false);
    device.sign_in("example.com", &id).unwrap();
}
