//! What makeCredential, getAssertion and the administrative commands share: how a request proves
//! that the user was verified, and asking for presence and built-in verification.

use crate::{
    authenticator::{Context, NoConsent},
    ctap::{
        request::{Options, PinUvAuth},
        status::Status,
    },
    membership::Binding,
    pin::{Permissions, PinProtocol, Token},
    platform::{Choice, Consent, Denial, Needs, Operation, Refusal},
    settings::MAX_UV_RETRIES,
};

/// Attempts at built-in verification for one request (§6.5.3.1, maxUvAttemptsForInternalRetries).
const INTERNAL_RETRIES: u8 = 3;

/// A pinUvAuthParam that is there, with a protocol that is offered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proof<'a> {
    pub protocol: PinProtocol,
    pub param: &'a [u8],
}

impl<'a> Proof<'a> {
    /// §6.1.2 step 2, §6.2.2 step 2.
    pub(super) fn parse(auth: PinUvAuth<'a>) -> Result<Option<Self>, Status> {
        auth.param
            .map(|param| Ok(Self { protocol: PinProtocol::from_request(auth.protocol)?, param }))
            .transpose()
    }
}

/// How the user is, or was, verified for a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum Method<'a> {
    /// Not at all.
    None,
    /// Earlier: the request carries proof of a token.
    Token(Proof<'a>),
    /// Now, by the phone.
    BuiltIn,
}

/// What is known of the user when a command starts its work.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Evidence {
    pub user_verified: bool,
    /// Presence needs no further prompt.
    pub user_present: bool,
}

impl<'a> Method<'a> {
    /// §6.1.2 steps 5 to 6, §6.2.2 steps 4 to 5: from the options; `must_verify` is what alwaysUv
    /// makes of the request.
    pub(super) fn choose(
        context: &Context<'_>,
        proof: Option<Proof<'a>>,
        options: Options,
        must_verify: bool,
    ) -> Result<Self, Status> {
        let built_in = context.built_in_uv() == Some(true);
        match (proof, options.uv) {
            (Some(proof), _) => Ok(Self::Token(proof)),
            (None, Some(true)) if built_in => Ok(Self::BuiltIn),
            (None, Some(true)) => Err(Status::InvalidOption),
            (None, _) if must_verify && built_in => Ok(Self::BuiltIn),
            (None, _) if must_verify && context.binding() == Binding::OnPhone => {
                Err(context.deny(Denial::VerificationNotSetUp))
            }
            (None, _) if must_verify => Err(Status::PuatRequired),
            (None, _) => Ok(Self::None),
        }
    }
}

impl Context<'_> {
    /// Whether "some form of user verification" protects the authenticator.
    pub(super) fn is_protected(&self) -> bool {
        self.has_pin() || self.built_in_uv() == Some(true)
    }

    /// §6.1.2 step 1, §6.2.2 step 1: an empty pinUvAuthParam asks the person which authenticator is
    /// meant, and learns whether it has a PIN.
    pub(super) async fn answer_probe(&mut self, auth: PinUvAuth<'_>) -> Result<(), Status> {
        if auth.param.is_none_or(|param| !param.is_empty()) {
            return Ok(());
        }
        let asked = self.ask_presence(Operation::Select, false).await;
        asked.map_err(|reason| self.no_consent(reason))?;
        Err(if self.has_pin() { Status::PinInvalid } else { Status::PinNotSet })
    }

    /// Checks the proof of a token against the client data hash (§6.1.2 step 11.1, §6.2.2 step 6.1).
    pub(super) fn verify_token(
        &mut self,
        proof: Proof<'_>,
        client_data_hash: &[u8; 32],
        permission: Permissions,
        rp_id: &str,
    ) -> Result<Evidence, Status> {
        let token = self.state.runtime.token.as_mut().ok_or(Status::PinAuthInvalid)?;
        token.verify(proof.protocol, client_data_hash, proof.param, permission)?;
        token.bind_rp_id(rp_id)?;
        if !token.user_verified() {
            return Err(Status::PinAuthInvalid);
        }
        Ok(Evidence { user_verified: true, user_present: token.user_present() })
    }

    /// After presence was shown: the token is used up, whichever request showed it.
    pub(super) fn use_up_token(&mut self) {
        if let Some(token) = &mut self.state.runtime.token {
            token.use_up();
        }
    }

    /// performBuiltInUv for makeCredential and getAssertion, with the errors of §6.1.2 step 11.2.
    pub(super) async fn verify_built_in(
        &mut self,
        operation: Operation,
    ) -> Result<Consent, Status> {
        self.verify_or_turn_page(&operation, false).await
    }

    /// The same for a list of accounts. Besides a verified consent it gives [`Choice::Older`], by which
    /// nobody has been verified yet, and which is no failed attempt either.
    pub(super) async fn verify_choice(&mut self, operation: Operation) -> Result<Consent, Status> {
        self.verify_or_turn_page(&operation, true).await
    }

    async fn verify_or_turn_page(
        &mut self,
        operation: &Operation,
        may_turn_page: bool,
    ) -> Result<Consent, Status> {
        match self.perform_built_in_uv(operation, INTERNAL_RETRIES, may_turn_page).await {
            Err(Status::UvInvalid | Status::UvBlocked) if self.has_pin() => {
                Err(Status::PuatRequired)
            }
            Err(Status::UvInvalid | Status::UvBlocked) => Err(Status::OperationDenied),
            result => result,
        }
    }

    /// performBuiltInUv (§6.5.3.1). A failed attempt is counted, durably, before anybody hears of
    /// it; a success restores the count.
    pub(super) async fn perform_built_in_uv(
        &mut self,
        operation: &Operation,
        attempts: u8,
        may_turn_page: bool,
    ) -> Result<Consent, Status> {
        for _ in 0..attempts {
            if self.state.settings.uv_retries == 0 {
                return Err(Status::UvBlocked);
            }
            match self.ask(operation.clone(), Needs::Verification).await {
                Ok(consent) if may_turn_page && consent.choice == Choice::Older => {
                    return Ok(consent);
                }
                Ok(consent) if consent.verified => {
                    if self.state.settings.uv_retries != MAX_UV_RETRIES {
                        self.state.update_settings(|settings| {
                            settings.uv_retries = MAX_UV_RETRIES;
                        })?;
                    }
                    return Ok(consent);
                }
                // A shell that asked for presence only has not verified anybody.
                Ok(_) | Err(NoConsent::Refused(Refusal::NotVerified)) => {
                    self.state.update_settings(|settings| {
                        settings.uv_retries = settings.uv_retries.saturating_sub(1);
                    })?;
                }
                Err(NoConsent::Refused(Refusal::Locked)) => return Err(Status::UvBlocked),
                Err(reason) => return Err(reason.into()),
            }
        }
        Err(if self.state.settings.uv_retries == 0 { Status::UvBlocked } else { Status::UvInvalid })
    }

    /// The check that the administrative commands make (§6.8, §6.10, §6.11): a token with the
    /// permission, over `message`. That the user was verified when it was made is in the permission:
    /// the flags are for makeCredential and getAssertion, which clear them.
    pub(super) fn verify_management_token(
        &mut self,
        auth: PinUvAuth<'_>,
        message: &[u8],
        permission: Permissions,
    ) -> Result<&Token, Status> {
        let proof = Proof::parse(auth)?.ok_or(Status::PuatRequired)?;
        let token = self.state.runtime.token.as_mut().ok_or(Status::PinAuthInvalid)?;
        token.verify(proof.protocol, message, proof.param, permission)?;
        Ok(token)
    }

    /// Whether a request was made with the persistent token (§6.5.5.7, pcmr).
    pub(super) fn is_persistent_token(
        &self,
        auth: PinUvAuth<'_>,
        message: &[u8],
    ) -> Result<bool, Status> {
        let proof = Proof::parse(auth)?.ok_or(Status::PuatRequired)?;
        let token = self.state.settings.persistent_token.as_ref();
        Ok(token.is_some_and(|token| proof.protocol.verify(token.as_ref(), message, proof.param)))
    }
}
