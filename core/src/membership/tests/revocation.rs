//! A revocation erases everything but the word of it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use super::{Folder, revocation};
use crate::{
    Authenticator, Location,
    command::tests::fake_keys::FlakyKeys,
    ctap::status::Status,
    membership::{CheckInError, MembershipStatus},
    platform::{Denial, Platform, Rng, RngError},
    protocol::KeyState,
    software::{SoftwareKeyStore, SystemRng},
    testing::{
        FakeClock, ScriptedUser,
        device::{Device, now, offline, online},
        workspace::ScriptedWorkspace,
    },
};

#[test]
fn it_erases_everything_and_says_who_and_when() {
    let (device, workspace) = Device::joined(offline(10, 3));
    let id = device.register("example.com", b"one", true);
    let wrapped = device.register("example.com", b"two", false);
    workspace.set_state(KeyState::Revoked);
    workspace.set_time(2_000_000_500);
    device.user.take_notices();
    assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    let [notice] = &device.user.take_notices()[..] else { panic!("told once") };
    assert_eq!(
        (notice.workspace.as_str(), notice.denial),
        (ScriptedWorkspace::NAME, Denial::Revoked)
    );

    let revocation = revocation(&device);
    assert_eq!(revocation.workspace.name, ScriptedWorkspace::NAME);
    assert_eq!(revocation.origin, ScriptedWorkspace::ORIGIN);
    assert_eq!(revocation.at, 2_000_000_500);
    assert!(device.authenticator.credentials().unwrap().is_empty());
    // Even when the workspace would allow it again.
    workspace.set_state(KeyState::Active);
    for id in [id, wrapped] {
        assert_eq!(device.sign_in("example.com", &id), Err(Status::OperationDenied));
    }
    let made = device.make_credential("example.com", b"new", true, None);
    assert_eq!(made, Err(Status::OperationDenied));
    assert!(!device.authenticator.serves_u2f());
    assert_eq!(device.pin_client(2).pin_retries(), Err(Status::OperationDenied));
}

#[test]
fn a_reset_by_its_owner_makes_the_phone_usable_again() {
    for by_client in [false, true] {
        let (device, workspace) = Device::joined(online());
        workspace.set_state(KeyState::Revoked);
        device.check_in().unwrap();
        if by_client {
            device.raw(&[7]).unwrap();
        } else {
            device.authenticator.factory_reset().unwrap();
        }
        assert_eq!(device.membership(), None);
        device.user.set_built_in_uv(None);
        let id = device.register("example.com", b"one", true);
        device.sign_in("example.com", &id).unwrap();
        assert!(device.authenticator.serves_u2f());
    }
}

#[test]
fn the_word_of_it_outlives_the_process() {
    let (folder, workspace) = Folder::joined(online());
    workspace.set_state(KeyState::Revoked);
    folder.open(&workspace).check_in().unwrap();
    let device = folder.open(&workspace);
    revocation(&device);
    let made = device.make_credential("example.com", b"new", true, None);
    assert_eq!(made, Err(Status::OperationDenied));
    drop(device);
    folder.sql("DELETE FROM record WHERE name = 'membership'");
    // And cannot be taken out.
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(ScriptedUser::default()),
        clock: Arc::new(FakeClock::default()),
        rng: Arc::new(SystemRng::default()),
        courier: workspace,
    };
    assert!(Authenticator::open(&Location::File(folder.database()), platform).is_err());
}

#[test]
fn the_platform_is_told_to_delete_every_key() {
    let key_store = FlakyKeys::new();
    let workspace = Arc::new(ScriptedWorkspace::default());
    let device = Device::open_with(&Location::Memory, key_store.clone(), workspace.clone(), 1);
    device.user.set_built_in_uv(Some(true));
    device.join(&workspace).unwrap();
    device.register("example.com", b"one", true);
    workspace.set_state(KeyState::Revoked);
    device.check_in().unwrap();
    // The device key, the workspace's own sign-in, example.com.
    assert_eq!(key_store.deleted.lock().unwrap().len(), 3);
}

/// Wherever an erasure stops, either all of the membership is there or nothing but the word of it.
#[test]
fn a_failure_at_any_point_leaves_all_or_nothing() {
    let mut outcomes = [0, 0];
    for calls in 0..40 {
        let (folder, workspace) = Folder::joined(offline(10, 3));
        let (authenticator, rng) = with_failing_rng(&folder, &workspace);
        workspace.set_state(KeyState::Revoked);
        rng.0.store(calls, Ordering::SeqCst);
        let result = now(authenticator.check_in());
        rng.0.store(u32::MAX, Ordering::SeqCst);
        let held = authenticator.membership().unwrap().unwrap();
        // What a power cut at this instant would leave.
        let copy = folder.copy();
        let survivor = copy.open(&workspace);
        let credentials = survivor.authenticator.credentials().unwrap().len();
        match survivor.membership().unwrap() {
            MembershipStatus::Member(_) => {
                assert!(result.is_err());
                assert_eq!(credentials, 3);
                outcomes[0] += 1;
            }
            MembershipStatus::Revoked(_) => {
                assert!(matches!(held, MembershipStatus::Revoked(_)));
                assert_eq!(credentials, 0);
                outcomes[1] += 1;
            }
        }
    }
    assert!(outcomes.iter().all(|outcome| *outcome > 2), "{outcomes:?}");
}

#[test]
fn a_store_that_cannot_be_erased_leaves_no_use_to_be_had() {
    let (folder, workspace) = Folder::joined(offline(10, 3));
    let (authenticator, rng) = with_failing_rng(&folder, &workspace);
    workspace.set_state(KeyState::Revoked);
    // Enough to ask, not enough to erase.
    rng.0.store(2, Ordering::SeqCst);
    let result = now(authenticator.check_in());
    assert!(matches!(result, Err(CheckInError::Store(_))), "{result:?}");
    rng.0.store(u32::MAX, Ordering::SeqCst);
    let Some(MembershipStatus::Member(member)) = authenticator.membership().unwrap() else {
        panic!("still a member")
    };
    assert_eq!(member.state, KeyState::Suspended);
    assert_eq!(member.grant, None);
    // As soon as it can, it does.
    assert!(matches!(now(authenticator.check_in()), Ok(MembershipStatus::Revoked(_))));
}

/// Opens a store whose randomness can be made to end.
fn with_failing_rng(
    folder: &Folder,
    workspace: &Arc<ScriptedWorkspace>,
) -> (Authenticator, Arc<Failing>) {
    let rng = Arc::new(Failing::default());
    let platform = Platform {
        key_store: Arc::new(SoftwareKeyStore::new(&[7; 32])),
        user_verifier: Arc::new(ScriptedUser::default()),
        clock: Arc::new(FakeClock::default()),
        rng: rng.clone(),
        courier: workspace.clone(),
    };
    (Authenticator::open(&Location::File(folder.database()), platform).unwrap(), rng)
}

/// Randomness that ends after so many calls.
struct Failing(AtomicU32);

impl Default for Failing {
    fn default() -> Self {
        Self(AtomicU32::new(u32::MAX))
    }
}

impl Rng for Failing {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), RngError> {
        match self.0.load(Ordering::SeqCst) {
            u32::MAX => {}
            0 => return Err(RngError),
            left => self.0.store(left - 1, Ordering::SeqCst),
        }
        SystemRng::default().fill(buffer)
    }
}
