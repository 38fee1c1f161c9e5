//! The phone as a key of a workspace: what it holds of that, and how it keeps to it.
//!
//! A phone belongs to one workspace at most, and then as a whole: the workspace's rules hold for
//! every credential in its store. `record` is what is stored, `enrolment` how it comes to be,
//! `standing` what is believed of the workspace's answers, `check_in` how they are asked for. What
//! follows for a request is decided in the commands.

mod binding;
mod check_in;
mod enrolment;
mod record;
mod standing;
mod status;
#[cfg(test)]
mod tests;

pub(crate) use binding::Binding;
pub use check_in::CheckInError;
pub(crate) use check_in::TIMEOUT as CHECK_IN_TIMEOUT;
pub(crate) use enrolment::{JoinError, PendingEnrolment};
pub(crate) use record::{HeldGrant, Member, Membership};
pub use standing::NotAnAnswer;
pub use status::{GrantStatus, MemberStatus, MembershipStatus, Revocation};

use crate::{
    platform::KeyHandle,
    state::State,
    store::{Record, Store, StoreError},
};

/// Reads what the store holds of a membership. Settings remember that there must be something, so that
/// a row that was taken out of the file is damage, and no way around the workspace's rules.
pub(crate) fn load(store: &Store, must_exist: bool) -> Result<Option<Membership>, StoreError> {
    let damaged = StoreError::Damaged { table: "record" };
    match store.record(Record::Membership)? {
        Some(bytes) => Membership::decode(&bytes).map(Some).ok_or(damaged),
        None if must_exist => Err(damaged),
        None => Ok(None),
    }
}

impl State {
    /// The membership that is in force.
    pub(crate) fn member(&self) -> Option<&Member> {
        match &self.membership {
            Some(Membership::Member(member)) => Some(member),
            Some(Membership::Revoked(_)) | None => None,
        }
    }

    /// The keys that a membership and a pending enrolment name.
    pub(crate) fn membership_keys(&self) -> Vec<KeyHandle> {
        let device = self.member().map(|member| member.device_key.clone());
        // What cannot be read must not keep its owner from erasing it.
        let enrolment = self.pending_enrolment().ok().flatten();
        let begun = enrolment.iter().flat_map(PendingEnrolment::keys).cloned();
        device.into_iter().chain(begun).collect()
    }

    /// Changes the membership, where there is one: durable first, then in force.
    pub(crate) fn update_member(
        &mut self,
        change: impl FnOnce(&mut Member),
    ) -> Result<(), StoreError> {
        let Some(member) = self.member() else { return Ok(()) };
        let mut changed = Box::new(member.clone());
        change(&mut changed);
        let changed = Membership::Member(changed);
        self.store.set_record(Record::Membership, &changed.encode())?;
        self.membership = Some(changed);
        Ok(())
    }
}
