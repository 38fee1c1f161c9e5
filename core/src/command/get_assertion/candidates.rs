//! Step 7: the credentials that a request can be answered with.
//!
//! They are never all loaded. Whether there is one or more is known after two look-ups, a list for
//! the person is read a page at a time, and their number stands with the site: so that a sign-in
//! costs the same with ten accounts as with ten thousand.

use crate::{
    authenticator::Context,
    credential::{CredProtect, Credential},
    ctap::status::Status,
    membership::Binding,
    platform::{Account, Operation, Site},
    store::{Newest, SiteKey},
};

/// How many accounts are listed at once.
pub(super) const PAGE: usize = 8;

/// At least one credential.
#[derive(Debug)]
pub(super) struct Candidates {
    /// The newest, or the first of the allow list.
    pub first: Credential,
    /// For discoverable ones: the site and the first one's place in it.
    pub position: Option<(SiteKey, Newest)>,
    /// Up to which level they show themselves.
    pub visible: CredProtect,
    several: bool,
}

impl Candidates {
    pub(super) fn locate(
        context: &Context<'_>,
        rp_id_hash: &[u8; 32],
        allow_list: &[&[u8]],
        user_verified: bool,
    ) -> Result<Option<Self>, Status> {
        let visible = CredProtect::visible(user_verified, !allow_list.is_empty());
        for id in allow_list {
            if let Some(first) = context
                .find_credential(rp_id_hash, id)?
                .filter(|credential| credential.protect <= visible)
            {
                return Ok(Some(Self { first, position: None, visible, several: false }));
            }
        }
        if !allow_list.is_empty() {
            return Ok(None);
        }
        let store = &context.state.store;
        let site = store.site_key(rp_id_hash);
        let Some((place, first)) = store.newest(site, Newest::FIRST, visible)? else {
            return Ok(None);
        };
        let several = store.newest(site, place, visible)?.is_some();
        Ok(Some(Self { first, position: Some((site, place)), visible, several }))
    }

    /// Whether the person has to choose an account on the phone. One on a reader shows nothing.
    pub(super) fn must_choose(&self, context: &Context<'_>) -> bool {
        self.several
            && context.platform.user_verifier.status().chooses_account
            && context.binding() != Binding::ReaderTapAndPin
    }

    /// numberOfCredentials.
    pub(super) fn total(&self, context: &Context<'_>) -> Result<u64, Status> {
        match self.position {
            Some((site, _)) if self.several => {
                let site = context.state.store.site(site)?.unwrap_or_default();
                Ok(site.visible(self.visible))
            }
            _ => Ok(1),
        }
    }

    /// The credentials older than `after`, and the place of the last of them.
    pub(super) fn page(
        &self,
        context: &Context<'_>,
        mut after: Newest,
    ) -> Result<(Vec<Credential>, Newest), Status> {
        let mut page = Vec::with_capacity(PAGE);
        if let Some((site, _)) = self.position {
            while page.len() < PAGE
                && let Some((place, credential)) =
                    context.state.store.newest(site, after, self.visible)?
            {
                page.push(credential);
                after = place;
            }
        }
        Ok((page, after))
    }

    pub(super) fn sign_in(&self, site: Site, page: &[Credential], not_listed: u64) -> Operation {
        let accounts = page
            .iter()
            .filter_map(|credential| credential.discoverable.as_ref())
            .map(|discoverable| Account::from(&discoverable.user))
            .collect();
        let keys = page.iter().map(|credential| credential.key.clone()).collect();
        Operation::SignIn { site, accounts, not_listed, keys }
    }
}
