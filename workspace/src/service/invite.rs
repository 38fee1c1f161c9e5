//! Many users at once are handed a smartphone, each by a message: what comes after an import.

#[cfg(test)]
mod tests;

use pocketkey_core::protocol::KeyState;

use super::{Change, ServiceError, Workspace};
use crate::{
    data::{keys, users},
    model::{
        Action, Actor, InvitationReport, KeyKind, NewKey, PageRequest, TicketPurpose, UserId,
        UserQuery, UserState,
    },
};

/// The most users that are invited at once: each is a transaction, and somebody waits.
pub const MOST_INVITED: u64 = 500;

/// What the key is called.
const LABEL: &str = "Smartphone";

/// Rows that are looked at together.
const AT_ONCE: u32 = 200;

impl Workspace {
    /// How many users of a query are in no state to sign in and wait for nothing: those whom
    /// [`invite_users`](Self::invite_users) looks at.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn users_to_invite(&self, query: &UserQuery) -> Result<u64, ServiceError> {
        let query = not_invited(query);
        Ok(users::count(&mut self.db().read().await?, &query).await?.total)
    }

    /// Assigns a smartphone with the default settings to each user of a query who has no key, and
    /// activates it by e-mail. Whoever has no address, or a key that is not revoked, is left out.
    /// What was done stays done where it ends early: begun anew, it goes on with the others.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn invite_users(
        &self,
        actor: &Actor,
        query: &UserQuery,
    ) -> Result<InvitationReport, ServiceError> {
        let query = not_invited(query);
        let mut report = InvitationReport::default();
        let mut request = PageRequest { cursor: None, limit: AT_ONCE };
        loop {
            let page = self.users(&query, &request).await?;
            for user in &page.items {
                if report.invited == MOST_INVITED {
                    report.more = true;
                    return Ok(report);
                }
                if user.email.is_none() {
                    report.without_address += 1;
                } else if self.invite(actor, user.id).await? {
                    report.invited += 1;
                }
            }
            request.cursor = page.next;
            if request.cursor.is_none() {
                return Ok(report);
            }
        }
    }

    /// One transaction: whoever has been given a key since they were listed gets no second one.
    async fn invite(&self, actor: &Actor, user: UserId) -> Result<bool, ServiceError> {
        let new = NewKey { kind: KeyKind::Smartphone, label: LABEL.to_owned(), settings: None };
        let key = self.new_key(user, &new)?;
        let mut tx = self.db().write().await?;
        let user = users::lock(&mut tx, user).await?;
        let user = user.filter(|it| it.state == UserState::NotInvited && it.email.is_some());
        let Some(user) = user else { return Ok(false) };
        let others = keys::of_user(&mut tx, user.id).await?;
        if others.iter().any(|other| other.state != Some(KeyState::Revoked)) {
            return Ok(false);
        }
        let mut events = vec![self.put_key(&mut tx, actor, &key).await?];
        let purpose = TicketPurpose::ActivateByEmail;
        let (_, issued) = self.put_ticket(&mut tx, actor, (&user, &key), purpose).await?;
        events.extend(issued);
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &[Change::of_key(user.id, key.id, Action::TicketIssued)]).await?;
        Ok(true)
    }
}

fn not_invited(query: &UserQuery) -> UserQuery {
    UserQuery { state: Some(UserState::NotInvited), ..query.clone() }
}
