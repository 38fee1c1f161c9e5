//! A device that is a key of a scripted workspace.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use zeroize::Zeroizing;

use super::{Device, now};
use crate::{
    Location,
    algorithm::Algorithm,
    credential::{CredProtect, Credential, Discoverable},
    ctap::entity::UserEntity,
    membership::{CheckInError, JoinError, MembershipStatus, PendingEnrolment},
    platform::{KeyHandle, KeyRole, KeyStore},
    policy::{OfflineLogin, Settings, Verification},
    protocol::{
        Base64Url, CreationOptions, DeviceKey, Nonce, Offer, RelyingParty, Ticket, UserAccount,
        UserName, WorkspaceName, digest,
    },
    software::SoftwareKeyStore,
    testing::workspace::ScriptedWorkspace,
};

/// Rules that ask the workspace before each use.
pub(crate) fn online() -> Settings {
    Settings::default()
}

/// Rules with a grant.
pub(crate) fn offline(uses: u32, days: u16) -> Settings {
    Settings { offline_login: Some(OfflineLogin { uses, days }), ..Settings::default() }
}

/// Rules for a phone on a reader, which may do without the workspace.
pub(crate) fn reader() -> Settings {
    Settings { verification: Verification::ReaderTapAndPin, ..offline(100, 10) }
}

impl Device {
    /// In memory, with built-in verification that is ready, and a key of a workspace with these rules.
    pub(crate) fn joined(settings: Settings) -> (Self, Arc<ScriptedWorkspace>) {
        let workspace = Arc::new(ScriptedWorkspace::new(&[0x77; 32], settings));
        let device = Self::with_workspace(&Location::Memory, &workspace);
        device.join(&workspace).unwrap();
        (device, workspace)
    }

    /// With built-in verification that is ready, and within reach of a workspace.
    pub(crate) fn with_workspace(location: &Location, workspace: &Arc<ScriptedWorkspace>) -> Self {
        let key_store = Arc::new(SoftwareKeyStore::new(&[7; 32]));
        // Each opening of a file goes on with other randomness, as in life.
        static OPENINGS: AtomicU64 = AtomicU64::new(1);
        let seed = OPENINGS.fetch_add(1, Ordering::SeqCst);
        let device = Self::open_with(location, key_store, workspace.clone(), seed);
        device.user.set_built_in_uv(Some(true));
        device
    }

    /// Begins an enrolment, and takes the workspace's answer to it.
    pub(crate) fn join(&self, workspace: &ScriptedWorkspace) -> Result<(), JoinError> {
        let enrolment = self.begin_enrolment(workspace);
        let answer = workspace.sign(&workspace.standing(digest(&enrolment.message)));
        self.take_enrolment_answer(&answer)
    }

    pub(crate) fn key_store(&self) -> Arc<dyn KeyStore> {
        Arc::clone(&self.authenticator.platform().key_store)
    }

    /// Stores an enrolment as pending.
    pub(crate) fn begin_enrolment(&self, workspace: &ScriptedWorkspace) -> PendingEnrolment {
        let key_store = self.key_store();
        let (device_key, public) = key_store.generate(Algorithm::Es256, KeyRole::Device).unwrap();
        let (key, _) = key_store.generate(Algorithm::Es256, KeyRole::Credential).unwrap();
        let device_public = DeviceKey(public.bytes.try_into().unwrap());
        workspace.set_device(device_public.clone());
        let enrolment = enrolment(workspace, device_key, device_public, key);
        let begun = self
            .authenticator
            .with_state(|state| Ok(state.begin_enrolment(&enrolment, key_store.as_ref())));
        begun.unwrap().unwrap();
        enrolment
    }

    pub(crate) fn take_enrolment_answer(&self, answer: &str) -> Result<(), JoinError> {
        let key_store = self.key_store();
        self.authenticator.with_state(|state| Ok(state.join(answer, key_store.as_ref()))).unwrap()
    }

    /// The shell's check-in.
    pub(crate) fn check_in(&self) -> Result<MembershipStatus, CheckInError> {
        now(self.authenticator.check_in())
    }

    /// What the phone holds of its membership.
    pub(crate) fn membership(&self) -> Option<MembershipStatus> {
        self.authenticator.membership().unwrap()
    }

    /// How many uses are left of the grant.
    pub(crate) fn grant_left(&self) -> Option<u32> {
        match self.membership() {
            Some(MembershipStatus::Member(member)) => member.grant.map(|grant| grant.left),
            _ => None,
        }
    }
}

/// An enrolment as a phone would have made it, but for its message, which nobody here reads.
fn enrolment(
    workspace: &ScriptedWorkspace,
    device_key: KeyHandle,
    device_public: DeviceKey,
    key: KeyHandle,
) -> PendingEnrolment {
    let ticket = Ticket(Zeroizing::new([9; 32]));
    let text = |text: &str| text.to_owned();
    let offer = Offer {
        issuer: text(ScriptedWorkspace::ORIGIN),
        workspace: WorkspaceName { id: text("w1"), name: text(ScriptedWorkspace::NAME) },
        user: UserName { name: text("user1"), display_name: text("First User") },
        ticket: ticket.digest(),
        options: CreationOptions {
            rp: RelyingParty { id: text("keys.example"), name: text(ScriptedWorkspace::NAME) },
            user: UserAccount {
                id: Base64Url(vec![5; 16]),
                name: text("user1"),
                display_name: text("First User"),
            },
            challenge: Base64Url(vec![6; 32]),
            pub_key_cred_params: Vec::new(),
        },
        settings: Settings::default(),
        issued_at: 0,
        expires_at: 0,
    };
    let thumbprint = device_public.thumbprint();
    PendingEnrolment {
        pin: None,
        workspace_key: workspace.key(),
        offer,
        message: Zeroizing::new(format!("enrolment.of.{}", Nonce(thumbprint.0).text())),
        device_key,
        device_public,
        credential: Credential {
            id: [&[1], &thumbprint.0[1..]].concat(),
            key,
            algorithm: Algorithm::Es256,
            protect: CredProtect::UvOptional,
            seed: Zeroizing::new([3; 32]),
            base_epoch: 0,
            third_party_payment: false,
            discoverable: Some(Discoverable {
                user: UserEntity {
                    id: vec![5; 16],
                    name: Some(text("user1")),
                    display_name: Some(text("First User")),
                },
                public_key: vec![0xa0],
                cred_blob: Vec::new(),
                large_blob_key: false,
            }),
        },
    }
}
