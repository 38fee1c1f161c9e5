//! The website: `webauthn-rs` as the relying party, and the accounts that it keeps.

use std::time::Duration;

use webauthn_authenticator_rs::prelude::Url;
use webauthn_rs_core::{
    WebauthnCore,
    error::WebauthnError,
    proto::{
        AttestationConveyancePreference, AttestationFormat, AuthenticationState,
        CreationChallengeResponse, Credential, ParsedAttestationData, PublicKeyCredential,
        RegisterPublicKeyCredential, RegistrationState, RequestChallengeResponse,
        UserVerificationPolicy,
    },
};

/// The site's RP ID.
pub const RP_ID: &str = "demo.example";

/// How long the site gives the person.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A website with accounts.
#[derive(Debug)]
pub struct Site {
    webauthn: WebauthnCore,
    accounts: Vec<SiteAccount>,
}

#[derive(Debug)]
struct SiteAccount {
    name: String,
    credential: Credential,
}

/// A sign-in that the site has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The account.
    pub account: String,
    /// Whether the person was verified, not merely present.
    pub verified: bool,
}

impl Site {
    /// A site without accounts, that takes its own pages to come from `origin`.
    pub fn new(origin: &Url) -> Self {
        let webauthn = WebauthnCore::new_unsafe_experts_only(
            "Pocketkey demo",
            RP_ID,
            vec![origin.clone()],
            TIMEOUT,
            None,
            None,
        );
        Self { webauthn, accounts: Vec::new() }
    }

    /// Asks for a passkey for a new account; a discoverable one where there is to be no user name.
    ///
    /// # Errors
    /// What the relying party has against it.
    pub fn begin_registration(
        &self,
        account: &str,
        discoverable: bool,
        verification: UserVerificationPolicy,
    ) -> Result<(CreationChallengeResponse, RegistrationState), WebauthnError> {
        let builder = self
            .webauthn
            .new_challenge_register_builder(&user_handle(account), account, account)?
            .attestation(AttestationConveyancePreference::Direct)
            .require_resident_key(discoverable)
            .user_verification_policy(verification);
        self.webauthn.generate_challenge_register(builder)
    }

    /// Judges a new passkey. The phone has no attestation key of its own, so that the credential
    /// has to attest itself, in the packed format (WebAuthn §8.2).
    ///
    /// # Errors
    /// What the relying party has against it.
    pub fn finish_registration(
        &mut self,
        account: &str,
        answer: &RegisterPublicKeyCredential,
        state: &RegistrationState,
    ) -> Result<(), WebauthnError> {
        let credential = self.webauthn.register_credential(answer, state, None)?;
        let attested = matches!(credential.attestation.data, ParsedAttestationData::Self_);
        if credential.attestation_format != AttestationFormat::Packed || !attested {
            return Err(WebauthnError::AttestationNotSupported);
        }
        self.accounts.push(SiteAccount { name: account.to_owned(), credential });
        Ok(())
    }

    /// Asks to sign in: to `account`, or without a user name.
    ///
    /// # Errors
    /// What the relying party has against it.
    pub fn begin_sign_in(
        &self,
        account: Option<&str>,
        verification: UserVerificationPolicy,
    ) -> Result<(RequestChallengeResponse, AuthenticationState), WebauthnError> {
        let allowed = match account {
            Some(name) => vec![self.account(name)?.credential.clone()],
            None => Vec::new(),
        };
        let builder =
            self.webauthn.new_challenge_authenticate_builder(allowed, Some(verification))?;
        self.webauthn.generate_challenge_authenticate(builder)
    }

    /// Judges an answer. Where nobody was named, its user handle tells the account
    /// (WebAuthn §7.2, step 6), whose passkey then has to be the one that signed.
    ///
    /// # Errors
    /// What the relying party has against it.
    pub fn finish_sign_in(
        &mut self,
        account: Option<&str>,
        answer: &PublicKeyCredential,
        state: &AuthenticationState,
    ) -> Result<SignedIn, WebauthnError> {
        let handle = answer.response.user_handle.as_deref();
        let account = match account {
            Some(name) => self
                .accounts
                .iter_mut()
                .find(|account| account.name == name)
                .filter(|_| handle.is_none_or(|handle| handle == user_handle(name))),
            None => self
                .accounts
                .iter_mut()
                .find(|account| handle == Some(user_handle(&account.name).as_slice())),
        }
        .ok_or(WebauthnError::CredentialNotFound)?;
        let mut state = state.clone();
        state.set_allowed_credentials(vec![account.credential.clone()]);
        let result = self.webauthn.authenticate_credential(answer, &state)?;
        account.credential.counter = result.counter();
        Ok(SignedIn { account: account.name.clone(), verified: result.user_verified() })
    }

    fn account(&self, name: &str) -> Result<&SiteAccount, WebauthnError> {
        self.accounts
            .iter()
            .find(|account| account.name == name)
            .ok_or(WebauthnError::CredentialNotFound)
    }
}

/// `user.id`: says nothing of the person, as WebAuthn §14.6.1 wants it.
fn user_handle(account: &str) -> Vec<u8> {
    ring::digest::digest(&ring::digest::SHA256, account.as_bytes()).as_ref().to_vec()
}
