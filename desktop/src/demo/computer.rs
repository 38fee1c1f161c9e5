//! The computer: `webauthn-authenticator-rs` as the browser, with the phone in its USB port.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use webauthn_authenticator_rs::{
    AuthenticatorBackendHashedClientData, WebauthnAuthenticator,
    ctap2::{
        CtapAuthenticator, GetInfoResponse,
        commands::{ClientPinRequest, ClientPinSubCommand, MakeCredentialRequest},
    },
    error::WebauthnCError,
    prelude::Url,
    transport::Token,
    types::{CableRequestType, CableState, EnrollSampleStatus},
    ui::UiCallback,
};
use webauthn_rs_core::proto::{
    AuthenticatorAttestationResponseRaw, CreationChallengeResponse, PublicKeyCredential,
    PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
    RegisterPublicKeyCredential, RegistrationExtensionsClientOutputs, RequestChallengeResponse,
    UserVerificationPolicy,
};

use super::key::UsbKey;

/// A computer with a keyboard and a security key.
#[derive(Debug)]
pub struct Computer {
    key: UsbKey,
    keyboard: Keyboard,
    runtime: tokio::runtime::Runtime,
}

/// One discoverable credential in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// The RP ID.
    pub site: String,
    /// `user.name`.
    pub account: String,
}

impl Computer {
    /// A computer with `key` in its port.
    ///
    /// # Errors
    /// Where no async runtime can be made.
    pub fn new(key: UsbKey) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok(Self { key, keyboard: Keyboard::default(), runtime })
    }

    /// The security key in the port.
    pub fn key(&self) -> &UsbKey {
        &self.key
    }

    /// What the person will type when asked for a PIN.
    pub fn will_type(&self, pin: &str) {
        *self.keyboard.pin.lock().unwrap_or_else(PoisonError::into_inner) = Some(pin.to_owned());
    }

    /// What the key tells of itself (authenticatorGetInfo).
    ///
    /// # Errors
    /// Where the key does not answer.
    pub fn info(&self) -> Result<GetInfoResponse, WebauthnCError> {
        Ok(self.connect()?.authenticator.get_info().clone())
    }

    /// `navigator.credentials.create()` on a page of `origin`, with a browser's checks of it.
    ///
    /// # Errors
    /// What the browser or the key has against it.
    pub fn create(
        &self,
        origin: &Url,
        options: CreationChallengeResponse,
    ) -> Result<RegisterPublicKeyCredential, WebauthnCError> {
        self.connect()?.do_registration(origin.clone(), options)
    }

    /// `navigator.credentials.get()` on a page of `origin`, with a browser's checks of it.
    ///
    /// # Errors
    /// What the browser or the key has against it.
    pub fn get(
        &self,
        origin: &Url,
        options: RequestChallengeResponse,
    ) -> Result<PublicKeyCredential, WebauthnCError> {
        self.connect()?.do_authentication(origin.clone(), options)
    }

    /// The same in malware that is not a browser: it lets any page ask for any site.
    ///
    /// # Errors
    /// What the key has against it.
    pub fn get_unchecked(
        &self,
        origin: &Url,
        options: RequestChallengeResponse,
    ) -> Result<PublicKeyCredential, WebauthnCError> {
        use webauthn_authenticator_rs::AuthenticatorBackend;
        let mut browser = self.connect()?;
        let timeout = options.public_key.timeout.unwrap_or_default();
        AuthenticatorBackend::perform_auth(
            &mut browser,
            origin.clone(),
            options.public_key,
            timeout,
        )
    }

    /// Gives the key its first PIN.
    ///
    /// # Errors
    /// What the key has against it.
    pub fn set_pin(&self, pin: &str) -> Result<(), WebauthnCError> {
        let mut browser = self.connect()?;
        self.runtime.block_on(browser.authenticator.set_new_pin(pin))
    }

    /// How many wrong PINs the key will still take.
    ///
    /// # Errors
    /// Where the key does not tell.
    pub fn pin_retries(&self) -> Result<u32, WebauthnCError> {
        let request = ClientPinRequest {
            sub_command: ClientPinSubCommand::GetPinRetries,
            ..ClientPinRequest::default()
        };
        let mut key = self.connect()?.key;
        let answer = self.runtime.block_on(key.transmit(request, &self.keyboard))?;
        answer.pin_retries.ok_or(WebauthnCError::MissingRequiredField)
    }

    /// Every discoverable credential in the key, by credential management; needs the PIN.
    ///
    /// # Errors
    /// What the key has against it.
    pub fn stored(&self) -> Result<Vec<Stored>, WebauthnCError> {
        let mut browser = self.connect()?;
        let manager =
            browser.authenticator.credential_management().ok_or(WebauthnCError::NotSupported)?;
        self.runtime.block_on(async {
            let mut stored = Vec::new();
            for site in manager.enumerate_rps().await? {
                let site = site.id.ok_or(WebauthnCError::MissingRequiredField)?;
                for credential in manager.enumerate_credentials_by_rpid(&site).await? {
                    let user = credential.user.ok_or(WebauthnCError::MissingRequiredField)?;
                    stored.push(Stored {
                        site: site.clone(),
                        account: user.name.unwrap_or_default(),
                    });
                }
            }
            Ok(stored)
        })
    }

    /// A browser that has just found the key: what the key says of itself can have changed.
    fn connect(&self) -> Result<Browser<'_>, WebauthnCError> {
        let key = self.key.clone();
        let authenticator = self
            .runtime
            .block_on(CtapAuthenticator::new(key.clone(), &self.keyboard))
            .ok_or(WebauthnCError::NoSelectedToken)?;
        Ok(Browser { authenticator, key, keyboard: &self.keyboard, runtime: &self.runtime })
    }
}

/// `webauthn-authenticator-rs`, completed where it cannot say what WebAuthn asks for.
struct Browser<'a> {
    authenticator: CtapAuthenticator<'a, UsbKey, Keyboard>,
    key: UsbKey,
    keyboard: &'a Keyboard,
    runtime: &'a tokio::runtime::Runtime,
}

impl AuthenticatorBackendHashedClientData for Browser<'_> {
    fn perform_register(
        &mut self,
        client_data_hash: Vec<u8>,
        options: PublicKeyCredentialCreationOptions,
        timeout_ms: u32,
    ) -> Result<RegisterPublicKeyCredential, WebauthnCError> {
        match &options.authenticator_selection {
            Some(selection) if selection.require_resident_key => {
                self.register_discoverable(client_data_hash, options)
            }
            _ => self.authenticator.perform_register(client_data_hash, options, timeout_ms),
        }
    }

    fn perform_auth(
        &mut self,
        client_data_hash: Vec<u8>,
        options: PublicKeyCredentialRequestOptions,
        timeout_ms: u32,
    ) -> Result<PublicKeyCredential, WebauthnCError> {
        let mut answer = self.authenticator.perform_auth(client_data_hash, options, timeout_ms)?;
        answer.response.user_handle = self.key.asserted_user().map(|user| user.handle);
        Ok(answer)
    }
}

impl Browser<'_> {
    /// The crate's own path never sets `rk`: this sends the crate's request with it, and `uv` in
    /// place of a pinUvAuthToken, which the crate keeps to itself (CTAP 2.3 §6.1.1).
    fn register_discoverable(
        &mut self,
        client_data_hash: Vec<u8>,
        options: PublicKeyCredentialCreationOptions,
    ) -> Result<RegisterPublicKeyCredential, WebauthnCError> {
        let verify = options.authenticator_selection.is_some_and(|selection| {
            selection.user_verification == UserVerificationPolicy::Required
        });
        let request = MakeCredentialRequest {
            client_data_hash,
            rp: options.rp,
            user: options.user,
            pub_key_cred_params: options.pub_key_cred_params,
            exclude_list: options.exclude_credentials.unwrap_or_default(),
            options: Some(BTreeMap::from([("rk".to_owned(), true), ("uv".to_owned(), verify)])),
            pin_uv_auth_param: None,
            pin_uv_auth_proto: None,
            enterprise_attest: None,
        };
        let answer = self.runtime.block_on(self.key.transmit(request, self.keyboard))?;
        Ok(RegisterPublicKeyCredential {
            // The relying party reads the ID from the signed data instead.
            id: String::new(),
            raw_id: Vec::new(),
            type_: "public-key".to_owned(),
            extensions: RegistrationExtensionsClientOutputs::default(),
            response: AuthenticatorAttestationResponseRaw {
                attestation_object: serde_cbor_2::to_vec(&answer)
                    .map_err(|_| WebauthnCError::Cbor)?,
                client_data_json: Vec::new(),
                transports: self.authenticator.get_info().get_transports(),
            },
        })
    }
}

/// What the person at the computer types.
#[derive(Default)]
struct Keyboard {
    pin: Mutex<Option<String>>,
}

impl fmt::Debug for Keyboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyboard").finish_non_exhaustive()
    }
}

impl UiCallback for Keyboard {
    fn request_pin(&self) -> Option<String> {
        self.pin.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn request_touch(&self) {}

    fn processing(&self) {}

    fn fingerprint_enrollment_feedback(&self, _: u32, _: Option<EnrollSampleStatus>) {}

    fn cable_qr_code(&self, _: CableRequestType, _: String) {}

    fn dismiss_qr_code(&self) {}

    fn cable_status_update(&self, _: CableState) {}
}
