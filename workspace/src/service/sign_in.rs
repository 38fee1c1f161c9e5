//! Users sign in at the workspace itself, with any key that is theirs.

#[cfg(test)]
mod tests;

use pocketkey_core::protocol::KeyState;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn_rs::prelude::{
    Credential, DiscoverableAuthentication, Passkey, PublicKeyCredential, WebauthnError,
};

use super::{
    Ceremony, Change, NewEvent, Secret, ServiceError, Workspace,
    refusals::{Refused, key_subject, stranger},
};
use crate::{
    data::{
        credentials,
        phones::{self, Owner, Phone},
    },
    db::Transaction,
    model::{Action, Actor, ActorKind, Key, Timestamp, User, UserId},
};

/// The first half of a ceremony, for the page that asks a security key.
#[derive(Debug, Clone)]
pub struct Challenge {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`
    /// (WebAuthn §5.1.8).
    pub options: Value,
    /// What is sent along with the second half.
    pub state: String,
}

/// A user has signed in.
#[derive(Debug)]
pub struct UserSignedIn {
    /// Who.
    pub user: User,
    /// With which key.
    pub key: Key,
    /// The secret of the session that has begun.
    pub session: Secret,
}

/// The server's side of a sign-in.
#[derive(Serialize, Deserialize)]
struct Begun {
    authentication: DiscoverableAuthentication,
    who: Who,
}

/// Who says that they sign in.
#[derive(Serialize, Deserialize)]
enum Who {
    /// Nobody typed a name: the key says whose it is.
    Anybody,
    /// A name was typed, which is this user's.
    Typed(UserId),
    /// A name was typed, which is nobody's. That is not told before the end, and not then either.
    Nobody,
}

/// Why a sign-in is refused: for the log, and for the person.
struct Refusal {
    holder: Option<(Phone, Owner)>,
    reason: String,
    told: &'static str,
}

const NOT_KNOWN: &str = "this security key is not registered here: use another one, or ask the \
                         administrator of the workspace";
const NOT_TOGETHER: &str = "this security key and this user name do not belong together";
const NOT_PROVEN: &str = "the security key did not prove that it is the one that was registered";
const BLOCKED: &str = "your account is blocked: ask the administrator of the workspace";
const SUSPENDED: &str = "this security key is suspended: ask the administrator of the workspace";
const REVOKED: &str = "this security key was revoked: use another one";

impl Workspace {
    /// Begins the sign-in of the user with this name, or of whoever the key says it belongs to.
    /// Whether there is such a user is not to be seen: a name that is nobody's has a key as well,
    /// always the same, which nobody holds. Only the browser with this `binding` can end it.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn begin_sign_in(
        &self,
        binding: &[u8],
        user_name: Option<&str>,
    ) -> Result<Challenge, ServiceError> {
        let (challenge, authentication) = self
            .webauthn()
            .start_discoverable_authentication()
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let mut options = serde_json::to_value(&challenge.public_key)
            .map_err(|error| ServiceError::Internal(error.to_string()))?;
        let name = user_name.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
        let mut tx = self.db().read().await?;
        let who = match name {
            None => Who::Anybody,
            Some(name) => {
                let user = phones::owner_by_name(&mut tx, &name).await?;
                let mut allowed = match user {
                    Some(user) => {
                        credentials::of_user(&mut tx, user).await?.iter().map(allowed).collect()
                    }
                    None => Vec::new(),
                };
                if allowed.is_empty() {
                    allowed.push(self.decoy(&name));
                }
                if let Some(options) = options.as_object_mut() {
                    options.insert("allowCredentials".to_owned(), Value::Array(allowed));
                }
                user.map_or(Who::Nobody, Who::Typed)
            }
        };
        drop(tx);
        let begun = Begun { authentication, who };
        let state = self.begin_ceremony(Ceremony::UserSignIn, binding, &begun).await?;
        Ok(Challenge { options, state })
    }

    /// Ends a sign-in: who has signed in, and with which key. Whether the key may do so is looked at
    /// in the same transaction in which the sign-in is logged.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where it was not begun, took too long, or was ended already;
    /// [`ServiceError::Forbidden`], which says why.
    pub async fn finish_sign_in(
        &self,
        binding: &[u8],
        state: &str,
        credential: &PublicKeyCredential,
    ) -> Result<UserSignedIn, ServiceError> {
        let begun: Begun = self.finish_ceremony(Ceremony::UserSignIn, binding, state).await?;
        let mut tx = self.db().write().await?;
        let now = self.now();
        match self.judge(&mut tx, begun, credential).await? {
            Ok((phone, owner, passkey)) => {
                let session = self.accept(tx, &phone, &owner, &passkey, now).await?;
                let (user, key) = (self.user(owner.id).await?, self.key(phone.key).await?);
                Ok(UserSignedIn { user, key, session })
            }
            Err(refusal) => {
                drop(tx);
                Err(self.refuse_sign_in(&refusal).await?)
            }
        }
    }

    async fn judge(
        &self,
        tx: &mut Transaction,
        begun: Begun,
        credential: &PublicKeyCredential,
    ) -> Result<Result<(Phone, Owner, Passkey), Refusal>, ServiceError> {
        let id = credential.get_credential_id();
        let unknown = |reason: &str| {
            let reason = reason.to_owned();
            Ok(Err(Refusal { holder: None, reason, told: NOT_KNOWN }))
        };
        let Some((key, owner)) = credentials::holder(tx, id).await? else {
            return unknown("the credential is not known");
        };
        let Some(owner) = phones::lock_owner(tx, owner).await? else {
            return unknown("the credential's user was removed");
        };
        let (phone, passkey) = (phones::lock(tx, key).await?, credentials::lock(tx, id).await?);
        let (Some(phone), Some(mut passkey)) = (phone, passkey) else {
            return unknown("the credential is not known");
        };
        let verdict = verify(self, begun, credential, &owner, &mut passkey)
            .and_then(|()| allowed_now(&phone, &owner));
        Ok(match verdict {
            Ok(()) => Ok((phone, owner, passkey)),
            Err((reason, told)) => Err(Refusal { holder: Some((phone, owner)), reason, told }),
        })
    }

    async fn accept(
        &self,
        mut tx: Transaction,
        phone: &Phone,
        owner: &Owner,
        passkey: &Passkey,
        now: Timestamp,
    ) -> Result<Secret, ServiceError> {
        credentials::used(&mut tx, passkey, now).await?;
        phones::signed_in(&mut tx, phone.key, now).await?;
        let event = NewEvent {
            at: now,
            actor: user(owner),
            action: Action::UserSignedIn,
            subject: key_subject(phone.key, &phone.label),
            user: Some(owner.id),
            key: Some(phone.key),
            details: Value::Null,
        };
        let session = self.begin_user_session(&mut tx, owner.id, phone.key).await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_key(owner.id, phone.key, Action::UserSignedIn)]).await?;
        Ok(session)
    }

    async fn refuse_sign_in(&self, refusal: &Refusal) -> Result<ServiceError, ServiceError> {
        let holder = refusal.holder.as_ref();
        let refused = Refused {
            action: Action::UserSignInRefused,
            actor: stranger("somebody at the sign-in page"),
            key: holder.map(|(phone, _)| (phone.key, phone.label.as_str())),
            user: holder.map(|(_, owner)| owner.id),
            reason: &refusal.reason,
        };
        self.log_refusal(refused).await?;
        Ok(ServiceError::Forbidden(refusal.told.to_owned()))
    }

    /// The key of a user who is not there. Its ID can be told from a real one by nobody who lacks
    /// the workspace's key, and looks like that of a phone.
    fn decoy(&self, name: &str) -> Value {
        let seed = self.signer().sign(format!("pocketkey sign-in decoy\0{name}").as_bytes());
        let id = pocketkey_core::protocol::Base64Url(digest(&SHA256, &seed).as_ref().to_vec());
        json!({ "type": "public-key", "id": id.text(), "transports": ["nfc", "usb"] })
    }
}

fn allowed(passkey: &Passkey) -> Value {
    let credential = Credential::from(passkey.clone());
    let id = pocketkey_core::protocol::Base64Url(credential.cred_id);
    match credential.transports {
        Some(transports) => {
            json!({ "type": "public-key", "id": id.text(), "transports": transports })
        }
        None => json!({ "type": "public-key", "id": id.text() }),
    }
}

/// Whether the assertion is the user's, and the credential's. What it changes about the credential
/// (its counter) is changed.
fn verify(
    workspace: &Workspace,
    begun: Begun,
    credential: &PublicKeyCredential,
    owner: &Owner,
    passkey: &mut Passkey,
) -> Result<(), (String, &'static str)> {
    let refused = |reason: &str, told| Err((reason.to_owned(), told));
    let handle = credential.get_user_unique_id();
    let is_owner = |handle: &[u8]| handle == owner.id.0.as_bytes();
    match begun.who {
        Who::Anybody if !handle.is_some_and(is_owner) => {
            return refused("the key does not say whose it is", NOT_PROVEN);
        }
        Who::Typed(user) if user != owner.id => {
            return refused("the user name of somebody else was typed", NOT_TOGETHER);
        }
        Who::Nobody => return refused("the user name of nobody was typed", NOT_TOGETHER),
        Who::Typed(_) if !handle.is_none_or(is_owner) => {
            return refused("the key says that it is somebody else's", NOT_PROVEN);
        }
        Who::Anybody | Who::Typed(_) => {}
    }
    let result = workspace
        .webauthn()
        .finish_discoverable_authentication_v2(credential, begun.authentication, &*passkey)
        .map_err(|error| match error {
            WebauthnError::CredentialPossibleCompromise => {
                ("the counter did not rise: there may be a copy of the key".to_owned(), NOT_PROVEN)
            }
            error => (format!("the signature does not verify: {error}"), NOT_PROVEN),
        })?;
    passkey.update_credential(&result);
    Ok(())
}

/// Whether the key may sign in now, which its holder has proven to be.
fn allowed_now(phone: &Phone, owner: &Owner) -> Result<(), (String, &'static str)> {
    let told = match phone.state {
        _ if owner.blocked => ("the user is blocked", BLOCKED),
        Some(KeyState::Active) => return Ok(()),
        Some(KeyState::Suspended) => ("the key is suspended", SUSPENDED),
        Some(KeyState::Revoked) => ("the key is revoked", REVOKED),
        None => ("the key is not active", NOT_KNOWN),
    };
    Err((told.0.to_owned(), told.1))
}

fn user(owner: &Owner) -> Actor {
    Actor { kind: ActorKind::User, id: owner.id.to_string(), name: owner.name.clone() }
}
