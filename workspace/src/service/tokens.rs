//! Tokens for the JSON API.

use zeroize::Zeroizing;

use super::{FieldError, NewEvent, Secret, ServiceError, Workspace};
use crate::{
    data::tokens,
    model::{Action, Actor, Scope, Subject, Timestamp, Token, TokenId},
};

/// A token's use is written down once in this many seconds, because each is a write.
const USED_SECONDS: i64 = 60;

/// The longest that a token is good, in days, where it ends.
const MAX_DAYS: u32 = 3650;

/// What the text of every token begins with, so that scanners of source code know one.
const PREFIX: &str = "pocketkey_";

/// A token that is to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What uses it, 1 to 64 characters.
    pub label: String,
    /// What it may do: at least one.
    pub scopes: Vec<Scope>,
    /// For how many days it is good; `None`: until it is taken back.
    pub days: Option<u32>,
}

impl Workspace {
    /// The token with this text, where it is good.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn token_by_text(&self, text: &str) -> Result<Option<Token>, ServiceError> {
        let Some(secret) = text.strip_prefix(PREFIX).and_then(Secret::parse) else {
            return Ok(None);
        };
        let now = self.now();
        let mut tx = self.db().read().await?;
        let token = tokens::by_hash(&mut tx, &secret.hash(), now).await?;
        drop(tx);
        if let Some(token) = &token {
            let known = token.used_at.unwrap_or(Timestamp(0));
            if known.plus_seconds(USED_SECONDS) <= now {
                let mut tx = self.db().write().await?;
                tokens::used(&mut tx, token.id, now).await?;
                tx.commit().await?;
            }
        }
        Ok(token)
    }

    /// Every token, the newest first.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>, ServiceError> {
        let mut tx = self.db().read().await?;
        Ok(tokens::all(&mut tx).await?)
    }

    /// Makes a token, and gives its text: the only moment at which it is known.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`].
    pub async fn create_token(
        &self,
        actor: &Actor,
        new: &NewToken,
    ) -> Result<(Token, Zeroizing<String>), ServiceError> {
        let label = new.label.trim();
        let mut errors = Vec::new();
        if label.is_empty() || label.chars().count() > 64 || label.chars().any(char::is_control) {
            errors.push(FieldError::new("label", "The name must have 1 to 64 characters."));
        }
        if new.scopes.is_empty() {
            errors.push(FieldError::new("scopes", "Choose at least one thing that it may do."));
        }
        if new.days.is_some_and(|days| !(1..=MAX_DAYS).contains(&days)) {
            errors.push(FieldError::new(
                "days",
                format!("It must be 1 to {MAX_DAYS} days, or nothing for a token without an end."),
            ));
        }
        if !errors.is_empty() {
            return Err(ServiceError::Invalid(errors));
        }
        let now = self.now();
        let mut scopes = Vec::new();
        for scope in &new.scopes {
            if !scopes.contains(scope) {
                scopes.push(*scope);
            }
        }
        let token = Token {
            id: TokenId::new(),
            label: label.to_owned(),
            scopes,
            created_at: now,
            expires_at: new.days.map(|days| now.plus_seconds(i64::from(days) * 24 * 60 * 60)),
            used_at: None,
        };
        let secret = Secret::new()?;
        let mut tx = self.db().write().await?;
        tokens::add(&mut tx, &token, &secret.hash(), &actor.name).await?;
        let names = token.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>();
        let details = serde_json::json!({ "scopes": names, "expires_at": token.expires_at });
        self.log(&mut tx, event(now, actor, Action::TokenCreated, &token, details)).await?;
        tx.commit().await?;
        Ok((token, Zeroizing::new(format!("{PREFIX}{}", secret.text().as_str()))))
    }

    /// Takes a token back: it is refused from now on.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`].
    pub async fn revoke_token(&self, actor: &Actor, id: TokenId) -> Result<(), ServiceError> {
        let mut tx = self.db().write().await?;
        let token = tokens::remove(&mut tx, id).await?.ok_or(ServiceError::NotFound("token"))?;
        let details = serde_json::Value::Null;
        self.log(&mut tx, event(self.now(), actor, Action::TokenRevoked, &token, details)).await?;
        Ok(tx.commit().await?)
    }
}

fn event(
    at: Timestamp,
    actor: &Actor,
    action: Action,
    token: &Token,
    details: serde_json::Value,
) -> NewEvent {
    NewEvent {
        at,
        actor: actor.clone(),
        action,
        subject: Subject {
            kind: "token".to_owned(),
            id: token.id.to_string(),
            name: token.label.clone(),
        },
        user: None,
        key: None,
        details,
    }
}
