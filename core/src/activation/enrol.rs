//! The second step: the person agrees, the phone proves what it is, the workspace agrees.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{ActivationError, Invitation, credential, invitation};
use crate::{
    algorithm::Algorithm,
    authenticator::{Authenticator, Context, NoConsent, OwnerError, Source},
    membership::{MemberStatus, MembershipStatus, PendingEnrolment},
    platform::{Authorization, KeyHandle, KeyRole, KeyStore, Letter, Needs, Operation, PublicKey},
    protocol::{
        self, ActivationLink, DeviceKey, ENROLMENT_PATH, Enrolment, Problem, UserName,
        WorkspaceName,
    },
    transport::Transport,
};

/// The longest name that a phone gives itself, in characters.
const MAX_DEVICE_NAME: usize = 64;

/// An enrolment that was sent, or was about to be, and has not been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingActivation {
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Its origin.
    pub origin: String,
    /// Whose key the phone would be.
    pub user: UserName,
}

impl Authenticator {
    /// Becomes a key by `link`: fetches the invitation and accepts it, or goes on with what was begun
    /// by this very link.
    ///
    /// # Errors
    /// Any [`ActivationError`].
    pub async fn activate(
        &self,
        link: &ActivationLink,
        device_name: &str,
    ) -> Result<MemberStatus, ActivationError> {
        let ticket = link.ticket.digest();
        let pending = self.with_state(|state| state.pending_enrolment())?;
        if pending.is_some_and(|pending| pending.offer.ticket == ticket) {
            return self.resume_activation().await;
        }
        let invitation = self.invitation(link).await?;
        self.accept(invitation, device_name).await
    }

    /// Asks the person to agree, and makes the phone a key. What was begun by another link is given up.
    /// `device_name` is what the panel will call the phone, cut to 64 characters.
    ///
    /// # Errors
    /// Any [`ActivationError`].
    pub async fn accept(
        &self,
        invitation: Invitation,
        device_name: &str,
    ) -> Result<MemberStatus, ActivationError> {
        let mut transaction = self.begin(Source::new(Transport::Internal, 0))?;
        let mut context = transaction.context().ok_or(ActivationError::Platform)?;
        if context.state.membership.is_some() {
            return Err(ActivationError::AlreadyBound);
        }
        if context.platform.user_verifier.status().built_in_uv != Some(true) {
            return Err(ActivationError::VerificationNotSetUp);
        }
        let key_store = Arc::clone(&context.platform.key_store);
        let new =
            || NewKey::generate(key_store.as_ref(), invitation.algorithm, KeyRole::Credential);
        // Where an authorization is for one key only, the person is asked about a key that is there.
        let early = if key_store.binds_authorization() { Some(new()?) } else { None };
        let handle = early.as_ref().map(|key| key.handle.clone());
        let authorization = agree(&mut context, &invitation, handle).await?;
        let key = early.map_or_else(new, Ok)?;
        let pending = prepare(&context, &invitation, device_name, key, authorization.as_ref())?;
        if let Err(error) = context.state.begin_enrolment(&pending, key_store.as_ref()) {
            pending.delete_keys(key_store.as_ref());
            return Err(error.into());
        }
        send(&mut context, &pending).await
    }

    /// Sends what was begun once more, because its answer was lost.
    ///
    /// # Errors
    /// Any [`ActivationError`].
    pub async fn resume_activation(&self) -> Result<MemberStatus, ActivationError> {
        let mut transaction = self.begin(Source::new(Transport::Internal, 0))?;
        let mut context = transaction.context().ok_or(ActivationError::Platform)?;
        let pending = context.state.pending_enrolment()?;
        let pending = pending.ok_or(ActivationError::NothingPending)?;
        send(&mut context, &pending).await
    }

    /// What was begun and has not been answered.
    ///
    /// # Errors
    /// Any [`OwnerError`].
    pub fn pending_activation(&self) -> Result<Option<PendingActivation>, OwnerError> {
        self.with_state(|state| {
            let pending = state.pending_enrolment()?;
            Ok(pending.map(|pending| PendingActivation {
                workspace: pending.offer.workspace,
                origin: pending.offer.issuer,
                user: pending.offer.user,
            }))
        })
    }
}

/// Shows the person what they join. Whatever the rules say of later requests, joining is verified.
async fn agree(
    context: &mut Context<'_>,
    invitation: &Invitation,
    key: Option<KeyHandle>,
) -> Result<Option<Authorization>, ActivationError> {
    let offer = &invitation.offer;
    let operation = Operation::JoinWorkspace {
        workspace: offer.workspace.clone(),
        origin: offer.issuer.clone(),
        user: offer.user.clone(),
        settings: offer.settings.clone(),
        credentials: context.state.store.discoverable(),
        key,
    };
    let consent = context.ask(operation, Needs::Verification).await.map_err(|why| match why {
        NoConsent::Cancelled => ActivationError::Cancelled,
        NoConsent::Refused(_) | NoConsent::NoTap => ActivationError::NotAgreed,
    })?;
    if consent.verified { Ok(consent.authorization) } else { Err(ActivationError::NotAgreed) }
}

/// A key that nothing names yet: it is deleted again unless something does. One that the platform
/// keeps all the same is harmless.
struct NewKey<'a> {
    store: &'a dyn KeyStore,
    handle: KeyHandle,
    public: PublicKey,
    kept: bool,
}

impl<'a> NewKey<'a> {
    fn generate(
        store: &'a dyn KeyStore,
        algorithm: Algorithm,
        role: KeyRole,
    ) -> Result<Self, ActivationError> {
        let made = store.generate(algorithm, role);
        let (handle, public) = made.map_err(|_| ActivationError::Platform)?;
        Ok(Self { store, handle, public, kept: false })
    }

    fn keep(mut self) -> KeyHandle {
        self.kept = true;
        self.handle.clone()
    }
}

impl Drop for NewKey<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let _ = self.store.delete(&self.handle);
        }
    }
}

/// Makes the device key, and the credential around `key`, and the one message that proves both.
fn prepare(
    context: &Context<'_>,
    invitation: &Invitation,
    device_name: &str,
    key: NewKey<'_>,
    authorization: Option<&Authorization>,
) -> Result<PendingEnrolment, ActivationError> {
    let platform = context.platform;
    let key_store = platform.key_store.as_ref();
    let device_key = NewKey::generate(key_store, Algorithm::Es256, KeyRole::Device)?;
    let device: [u8; 65] =
        device_key.public.bytes.as_slice().try_into().map_err(|_| ActivationError::Platform)?;
    let device = DeviceKey(device);
    let made = credential::make(
        invitation,
        platform,
        context.state.counter.base(),
        (key.handle.clone(), &key.public),
        &device,
        authorization,
    )?;
    let enrolment = Enrolment {
        ticket: invitation.link.ticket.clone(),
        offer: invitation.digest,
        device_key: device.clone(),
        credential: made.answer,
        device_name: device_name.chars().take(MAX_DEVICE_NAME).collect(),
    };
    let message = signed(&enrolment, key_store, &device_key.handle)?;
    key.keep();
    Ok(PendingEnrolment {
        pin: invitation.link.pin,
        workspace_key: invitation.link.key,
        offer: invitation.offer.clone(),
        message,
        device_key: device_key.keep(),
        device_public: device,
        credential: made.credential,
    })
}

fn signed(
    enrolment: &Enrolment,
    key_store: &dyn KeyStore,
    device_key: &KeyHandle,
) -> Result<Zeroizing<String>, ActivationError> {
    let input = Zeroizing::new(protocol::signing_input(enrolment));
    let signature = key_store
        .sign(device_key, input.as_bytes(), None)
        .map_err(|_| ActivationError::Platform)?;
    protocol::encode(protocol::Algorithm::Es256, &input, &signature)
        .map(Zeroizing::new)
        .ok_or(ActivationError::Platform)
}

/// Sends the pending enrolment and takes its answer.
async fn send(
    context: &mut Context<'_>,
    pending: &PendingEnrolment,
) -> Result<MemberStatus, ActivationError> {
    let letter = Letter {
        url: format!("{}{ENROLMENT_PATH}", pending.offer.issuer),
        pin: pending.pin,
        media_type: protocol::MEDIA_TYPE,
        body: pending.message.as_bytes().to_vec(),
        timeout: invitation::TIMEOUT,
    };
    let reply = context.send(letter).await.ok_or(ActivationError::Cancelled)?;
    let key_store = Arc::clone(&context.platform.key_store);
    match invitation::message(reply) {
        Ok(answer) => context.state.join(&answer, key_store.as_ref())?,
        Err(ActivationError::Refused(problem)) => {
            if is_final(problem) {
                context.state.abandon_enrolment(key_store.as_ref())?;
            }
            return Err(ActivationError::Refused(problem));
        }
        Err(error) => return Err(error),
    }
    match context.state.membership.as_ref().map(MembershipStatus::from) {
        Some(MembershipStatus::Member(status)) => Ok(status),
        Some(MembershipStatus::Revoked(_)) | None => Err(ActivationError::Revoked),
    }
}

/// Whether sending the same again can never help.
const fn is_final(problem: Problem) -> bool {
    match problem {
        Problem::TicketUnknown
        | Problem::TicketUsed
        | Problem::TicketExpired
        | Problem::TicketCancelled
        | Problem::EnrolmentRefused
        | Problem::Malformed => true,
        Problem::KeyUnknown | Problem::CheckInReplayed => false,
    }
}
