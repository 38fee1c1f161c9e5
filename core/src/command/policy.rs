//! What a workspace's rules make of a request. Every refusal is OPERATION_DENIED, which clients show
//! as such; the reason goes to the phone's screen.

use std::time::Duration;

use crate::{
    authenticator::{Context, NoConsent},
    ctap::{request::Request, status::Status},
    membership::{Binding, CHECK_IN_TIMEOUT, CheckInError, Member, Membership},
    platform::{Consent, Denial, Needs, Notice, Operation},
    policy::Verification,
    protocol::KeyState,
    transport::Transport,
};

/// How long an answer may take where a grant allows to go on without one.
const TIMEOUT_WITH_GRANT: Duration = Duration::from_secs(2);

/// How long a tap on a reader counts as presence (CTAP 2.3 §11.3.1, NFC user presence maximum time
/// limit).
const TAP_LIMIT: Duration = Duration::from_secs(120);

impl Context<'_> {
    /// By whose rules this request is answered.
    pub(crate) fn binding(&self) -> Binding {
        self.state.binding()
    }

    /// The platform's own verification, as far as it is offered.
    pub(crate) fn built_in_uv(&self) -> Option<bool> {
        self.binding().built_in_uv(self.platform.user_verifier.status())
    }

    /// Whether alwaysUv is on.
    pub(crate) fn always_uv(&self) -> bool {
        self.binding().always_uv(&self.state.settings)
    }

    /// Whether a PIN is set that counts.
    pub(crate) fn has_pin(&self) -> bool {
        self.binding().offers_pin() && self.state.settings.pin.is_some()
    }

    /// Whether a request may come the way that it came. getInfo may always; a reset shows itself on the
    /// phone, and needs no more than somebody near.
    pub(super) fn admit(&self, request: &Request<'_>) -> Result<(), Status> {
        let denial = match &self.state.membership {
            None => return Ok(()),
            Some(Membership::Revoked(_)) => match request {
                Request::GetInfo | Request::Reset | Request::Selection => return Ok(()),
                _ => Denial::Revoked,
            },
            Some(Membership::Member(member)) => match request {
                Request::GetInfo => return Ok(()),
                _ if !self.is_near_enough(member) => Denial::NotNear,
                Request::Reset => return Ok(()),
                _ if !self.is_on_reader_if_needed(member) => Denial::ReaderOnly,
                _ => return Ok(()),
            },
        };
        // What a browser asks every authenticator is nothing to tell a person about.
        Err(match request {
            Request::MakeCredential(_) | Request::GetAssertion(_) => self.deny(denial),
            _ => Status::OperationDenied,
        })
    }

    fn is_near_enough(&self, member: &Member) -> bool {
        !member.policy.settings.bluetooth_proximity || self.source.is_near()
    }

    fn is_on_reader_if_needed(&self, member: &Member) -> bool {
        member.policy.settings.verification == Verification::OnPhone
            || self.source.transport == Transport::Nfc
    }

    /// Tells the person why, and gives the client its status.
    pub(super) fn deny(&self, denial: Denial) -> Status {
        let workspace = match &self.state.membership {
            Some(Membership::Member(member)) => &member.workspace,
            Some(Membership::Revoked(revocation)) => &revocation.workspace,
            None => return Status::OperationDenied,
        };
        let notice = Notice { workspace: workspace.name.clone(), denial };
        self.platform.user_verifier.tell(&notice);
        Status::OperationDenied
    }

    /// Asks for presence; where a workspace wants the phone on a reader, the tap is the answer, and the
    /// phone shows nothing. `used_up`: a request that signs takes the tap with it.
    pub(super) async fn ask_presence(
        &mut self,
        operation: Operation,
        used_up: bool,
    ) -> Result<Consent, NoConsent> {
        if self.binding() != Binding::ReaderTapAndPin {
            return self.ask(operation, Needs::Presence).await;
        }
        let now = self.now();
        let tap = &mut self.state.runtime.tap;
        let fresh = tap.is_some_and(|since| now.saturating_sub(since) < TAP_LIMIT);
        if used_up || !fresh {
            *tap = None;
        }
        if fresh {
            Ok(Consent { verified: false, choice: Default::default(), authorization: None })
        } else {
            Err(NoConsent::NoTap)
        }
    }

    /// The status for a request that nobody has agreed to.
    pub(super) fn no_consent(&self, reason: NoConsent) -> Status {
        match reason {
            NoConsent::NoTap => self.deny(Denial::NoTap),
            reason => reason.into(),
        }
    }

    /// Asks the workspace right before a signature, or uses up one of the signatures that it has
    /// granted. `counted`: whether the signature is one that a relying party accepts as a sign-in.
    pub(super) async fn authorize_signature(&mut self, counted: bool) -> Result<(), Status> {
        let Some(member) = self.state.member() else { return Ok(()) };
        let before = member.policy.settings.clone();
        let timeout = match self.grant() {
            Ok(()) => TIMEOUT_WITH_GRANT,
            Err(_) => CHECK_IN_TIMEOUT,
        };
        let answered = match self.state.ask_workspace(self.platform, timeout) {
            Ok((asked, letter)) => {
                let reply = self.send(letter).await.ok_or(Status::KeepaliveCancel)?;
                self.state.take_answer(&asked, reply)
            }
            Err(error) => Err(error),
        };
        let answered = match answered {
            Ok(()) => true,
            Err(CheckInError::Store(error)) => return Err(error.into()),
            Err(_) => false,
        };
        // What was learnt is kept, but nothing is signed for somebody who has given up.
        if self.is_cancelled() {
            return Err(Status::KeepaliveCancel);
        }
        let Some(member) = self.state.member() else { return Err(self.deny(Denial::Revoked)) };
        if !answered {
            return self.use_grant(counted);
        }
        if member.state != KeyState::Active {
            return Err(self.deny(Denial::Suspended));
        }
        let now = &member.policy.settings;
        if now.verification != before.verification || !self.is_near_enough(member) {
            return Err(self.deny(Denial::RulesChanged));
        }
        Ok(())
    }

    /// The latest time that is known of, in seconds since 1970: setting the clock back gains nothing.
    fn latest_time(&self, member: &Member) -> u64 {
        self.platform.clock.unix_time().as_secs().max(member.seen)
    }

    /// Whether there is a use to be had without the workspace.
    fn grant(&self) -> Result<(), Denial> {
        let member = self.state.member().ok_or(Denial::Revoked)?;
        match member.grant {
            _ if member.state != KeyState::Active => Err(Denial::Suspended),
            None => Err(Denial::Unreachable),
            Some(grant) if self.latest_time(member) >= grant.until => Err(Denial::GrantExpired),
            Some(grant) if grant.used >= grant.uses => Err(Denial::GrantUsedUp),
            Some(_) => Ok(()),
        }
    }

    /// Uses one use up, durably, before the signature that it is for.
    fn use_grant(&mut self, counted: bool) -> Result<(), Status> {
        let usable = self.grant();
        let Some(member) = self.state.member() else { return Err(Status::OperationDenied) };
        let seen = self.latest_time(member);
        match usable {
            Ok(()) if counted => self.state.update_member(|member| {
                member.seen = seen;
                if let Some(grant) = &mut member.grant {
                    grant.used = grant.used.saturating_add(1);
                }
            })?,
            Ok(()) => {}
            Err(denial) => {
                // That its time is over is never forgotten, whatever the clock says later.
                if denial == Denial::GrantExpired && seen > member.seen {
                    self.state.update_member(|member| member.seen = seen)?;
                }
                return Err(self.deny(denial));
            }
        }
        Ok(())
    }
}
