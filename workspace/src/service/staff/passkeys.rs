//! Administrators' passkeys: added, removed, and used to sign in without typing anything.

use std::net::IpAddr;

use serde_json::Value;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, DiscoverableKey, Passkey as Credential,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential,
};

use super::{SignedIn, actor, event};
use crate::{
    data::{administrators, passkeys},
    db::Transaction,
    model::{
        Action, Actor, ActorKind, Administrator, AdministratorId, Passkey, PasskeyId, Subject,
    },
    service::{
        Ceremony, Challenge, FieldError, NewEvent, Secret, ServiceError, Session, Workspace,
    },
};

const REFUSED: &str = "The workspace does not know this passkey.";

impl Workspace {
    /// An administrator's passkeys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn passkeys(&self, id: AdministratorId) -> Result<Vec<Passkey>, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(passkeys::of(&mut tx, id).await?)
    }

    /// Begins to add a passkey.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_passkey(
        &self,
        who: &Administrator,
        binding: &[u8],
    ) -> Result<Challenge, ServiceError> {
        let mut tx = self.db().read().await?;
        let known = passkeys::credential_ids(&mut tx, who.id).await?;
        drop(tx);
        let (challenge, state) = self
            .webauthn()
            .start_passkey_registration(who.id.0, &who.user_name, &who.name, Some(known))
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let mut options = to_json(&challenge.public_key)?;
        // Signing in without a user name needs a credential that the key itself can find.
        if let Some(Value::Object(selection)) = options.get_mut("authenticatorSelection") {
            selection.insert("residentKey".to_owned(), "required".into());
            selection.insert("requireResidentKey".to_owned(), true.into());
        }
        let state = self.begin_ceremony(Ceremony::AddPasskey, binding, &state).await?;
        Ok(Challenge { state, options })
    }

    /// Adds a passkey, `label`led by its owner.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`], [`ServiceError::Conflict`], [`ServiceError::Forbidden`].
    pub async fn finish_passkey(
        &self,
        who: &Administrator,
        binding: &[u8],
        state: &str,
        label: &str,
        answer: &RegisterPublicKeyCredential,
    ) -> Result<Passkey, ServiceError> {
        let label = label.trim();
        if !(1..=64).contains(&label.chars().count()) || label.chars().any(char::is_control) {
            let message = "The name must have 1 to 64 characters.";
            return Err(ServiceError::Invalid(vec![FieldError::new("label", message)]));
        }
        let state: PasskeyRegistration =
            self.finish_ceremony(Ceremony::AddPasskey, binding, state).await?;
        let credential =
            self.webauthn().finish_passkey_registration(answer, &state).map_err(|error| {
                ServiceError::Forbidden(format!("the passkey was refused: {error}"))
            })?;
        let passkey = Passkey {
            id: PasskeyId::new(),
            administrator: who.id,
            label: label.to_owned(),
            created_at: self.now(),
            used_at: None,
        };
        let kept = to_json(&credential)?.to_string();
        let mut tx = self.db().write().await?;
        passkeys::add(&mut tx, &passkey, credential.cred_id(), &kept).await.map_err(|error| {
            if error.breaks("passkeys_credential_id_key") {
                ServiceError::Conflict("this passkey is there already".to_owned())
            } else {
                error.into()
            }
        })?;
        self.log_passkey(&mut tx, who, Action::PasskeyAdded, &passkey).await?;
        self.commit(tx, &[]).await?;
        Ok(passkey)
    }

    /// Removes an administrator's own passkey.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn remove_passkey(
        &self,
        who: &Administrator,
        id: PasskeyId,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let removed = passkeys::remove(&mut tx, who.id, id).await?;
        let removed = removed.ok_or(ServiceError::NotFound("passkey"))?;
        self.log_passkey(&mut tx, who, Action::PasskeyRemoved, &removed).await?;
        self.commit(tx, &[]).await
    }

    /// Begins a sign-in with whatever passkey the browser finds.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_passkey_sign_in(&self, binding: &[u8]) -> Result<Challenge, ServiceError> {
        let (challenge, state) = self
            .webauthn()
            .start_discoverable_authentication()
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let options = to_json(&challenge.public_key)?;
        let state = self.begin_ceremony(Ceremony::PanelSignIn, binding, &state).await?;
        Ok(Challenge { state, options })
    }

    /// Signs an administrator in with a passkey.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::Conflict`].
    pub async fn finish_passkey_sign_in(
        &self,
        binding: &[u8],
        state: &str,
        answer: &PublicKeyCredential,
        address: Option<IpAddr>,
    ) -> Result<SignedIn, ServiceError> {
        let (mut tx, who) = match self.check_passkey(binding, state, answer).await {
            Err(ServiceError::Forbidden(reason)) => {
                self.log_passkey_refusal(address).await?;
                return Err(ServiceError::Forbidden(reason));
            }
            checked => checked?,
        };
        let (secret, _) = self.begin_panel_session(&mut tx, who.id).await?;
        let details = serde_json::json!({ "with": "passkey", "address": address });
        let event = event(self.now(), &actor(&who), Action::AdministratorSignedIn, &who, details);
        self.log(&mut tx, event).await?;
        self.commit(tx, &[]).await?;
        Ok(SignedIn { administrator: who, secret })
    }

    /// Confirms by passkey that it is still the administrator who sits there. The session goes on
    /// with another secret.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`], [`ServiceError::Conflict`].
    pub async fn confirm_by_passkey(
        &self,
        who: &Administrator,
        session: &Session,
        binding: &[u8],
        state: &str,
        answer: &PublicKeyCredential,
    ) -> Result<Secret, ServiceError> {
        let (tx, owner) = self.check_passkey(binding, state, answer).await?;
        if owner.id != who.id {
            return Err(ServiceError::Forbidden("This passkey is somebody else's.".to_owned()));
        }
        tx.commit().await?;
        self.confirmed(session).await
    }

    /// Whose passkey has answered, in the transaction that notes its use.
    async fn check_passkey(
        &self,
        binding: &[u8],
        state: &str,
        answer: &PublicKeyCredential,
    ) -> Result<(Transaction, Administrator), ServiceError> {
        let refused = || ServiceError::Forbidden(REFUSED.to_owned());
        let state: DiscoverableAuthentication =
            self.finish_ceremony(Ceremony::PanelSignIn, binding, state).await?;
        let (owner, credential_id) =
            self.webauthn().identify_discoverable_authentication(answer).map_err(|_| refused())?;
        let mut tx = self.db().write().await?;
        let owner = administrators::get(&mut tx, AdministratorId(owner), true).await?;
        let found = passkeys::by_credential(&mut tx, credential_id).await?;
        let (Some(owner), Some((passkey, kept))) = (owner, found) else { return Err(refused()) };
        if passkey.administrator != owner.id {
            return Err(refused());
        }
        let mut credential: Credential = serde_json::from_str(&kept)
            .map_err(|error| ServiceError::Internal(format!("a passkey: {error}")))?;
        let result: AuthenticationResult = self
            .webauthn()
            .finish_discoverable_authentication_v2(
                answer,
                state,
                DiscoverableKey::from(&credential),
            )
            .map_err(|error| {
                ServiceError::Forbidden(format!("the passkey was refused: {error}"))
            })?;
        credential.update_credential(&result);
        let kept = to_json(&credential)?.to_string();
        passkeys::used(&mut tx, passkey.id, &kept, self.now()).await?;
        Ok((tx, owner))
    }

    async fn log_passkey(
        &self,
        tx: &mut Transaction,
        who: &Administrator,
        action: Action,
        passkey: &Passkey,
    ) -> Result<(), ServiceError> {
        let details = serde_json::json!({ "passkey": passkey.label });
        self.log(tx, event(self.now(), &actor(who), action, who, details)).await
    }

    async fn log_passkey_refusal(&self, address: Option<IpAddr>) -> Result<(), ServiceError> {
        let somebody =
            Actor { kind: ActorKind::Stranger, id: String::new(), name: "somebody".to_owned() };
        let subject =
            Subject { kind: "administrator".to_owned(), id: String::new(), name: "…".to_owned() };
        let event = NewEvent {
            at: self.now(),
            actor: somebody,
            action: Action::AdministratorSignInFailed,
            subject,
            user: None,
            key: None,
            details: serde_json::json!({ "with": "passkey", "address": address }),
        };
        self.log_refusal_at_panel(event).await
    }
}

fn to_json(value: &impl serde::Serialize) -> Result<Value, ServiceError> {
    serde_json::to_value(value).map_err(|error| ServiceError::Internal(error.to_string()))
}
