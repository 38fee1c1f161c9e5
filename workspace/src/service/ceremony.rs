//! WebAuthn in a browser has two halves. The server's side of the first is kept under a secret name,
//! which the page sends along with the second.

use serde::Serialize;
use serde_json::Value;

use super::{Secret, ServiceError, Workspace};
use crate::{data::challenges, db::Transaction, model::Timestamp};

/// How long a person has, in seconds: what the browser is told, and a little for the way.
const SECONDS: i64 = 300 + 30;

/// The first half of a ceremony.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON`
    /// (WebAuthn §5.1.8).
    pub options: Value,
    /// What is sent along with the second half.
    pub state: String,
}

impl Workspace {
    /// Keeps the server's side until the second half.
    pub(super) async fn begin_ceremony(
        &self,
        tx: &mut Transaction,
        purpose: &'static str,
        state: &impl Serialize,
        options: Value,
    ) -> Result<Ceremony, ServiceError> {
        let secret = Secret::new()?;
        let now = self.now();
        let name = name(&secret);
        challenges::put(tx, &name, purpose, None, state, (now, now.plus_seconds(SECONDS))).await?;
        Ok(Ceremony { options, state: secret.text().to_string() })
    }

    /// Takes the server's side away: of two second halves, one finds it.
    pub(super) async fn end_ceremony<T: serde::de::DeserializeOwned>(
        &self,
        tx: &mut Transaction,
        purpose: &'static str,
        state: &str,
        now: Timestamp,
    ) -> Result<T, ServiceError> {
        let taken = match Secret::parse(state) {
            Some(secret) => challenges::take(tx, &name(&secret), purpose, now).await?,
            None => None,
        };
        taken.map(|(_, state)| state).ok_or_else(|| {
            ServiceError::Conflict(
                "it took too long, or was finished already: begin again".to_owned(),
            )
        })
    }
}

/// Only the hash of a secret is ever stored.
fn name(secret: &Secret) -> String {
    use base64ct::Encoding;
    base64ct::Base64UrlUnpadded::encode_string(&secret.hash())
}
