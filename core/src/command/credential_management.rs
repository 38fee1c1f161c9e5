//! authenticatorCredentialManagement (§6.8): the owner's list of credentials, for a client that
//! holds a token for it.

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{answer, done};
use crate::{
    authenticator::{Context, Source},
    credential::{CredProtect, Credential, Discoverable},
    crypto::sha256,
    ctap::{
        cbor::{MapWriter, Writer},
        entity::{UserEntity, write_descriptor},
        request::{CredentialManagement, ManagementCommand, PinUvAuth},
        status::Status,
    },
    model::MAX_DISCOVERABLE,
    pin::Permissions,
    state::Pending,
    store::{Newest, SiteKey, SiteSummary},
};

/// What an enumeration goes on with.
#[derive(Debug)]
pub(crate) struct Enumeration {
    source: Source,
    expires: Duration,
    next: Next,
}

/// How long the next step of an enumeration may wait (§6, stateful commands).
const PENDING_TIMEOUT: Duration = Duration::from_secs(30);

impl Enumeration {
    pub(crate) const fn expires(&self) -> Duration {
        self.expires
    }

    pub(crate) const fn source(&self) -> Source {
        self.source
    }
}

#[derive(Debug)]
enum Next {
    Site { after: SiteKey },
    Credential { site: SiteKey, after: Newest },
}

pub(super) fn run(
    context: &mut Context<'_>,
    request: CredentialManagement<'_>,
    pending: Pending,
) -> Result<Vec<u8>, Status> {
    let auth = request.pin_uv_auth;
    let message = &request.authenticated;
    match request.command {
        ManagementCommand::GetCredsMetadata => {
            authorize_reading(context, auth, message, None)?;
            metadata(context)
        }
        ManagementCommand::EnumerateRpsBegin => {
            authorize_reading(context, auth, message, None)?;
            let total = context.state.store.site_count()?;
            site(context, None, Some(total))
        }
        ManagementCommand::EnumerateRpsGetNextRp => match continued(context, pending)? {
            Next::Site { after } => site(context, Some(after), None),
            Next::Credential { .. } => Err(Status::NotAllowed),
        },
        ManagementCommand::EnumerateCredentialsBegin { rp_id_hash } => {
            authorize_reading(context, auth, message, Some(rp_id_hash))?;
            let key = context.state.store.site_key(rp_id_hash);
            let total = context
                .state
                .store
                .site(key)?
                .ok_or(Status::NoCredentials)?
                .visible(CredProtect::UvRequired);
            credential(context, key, Newest::FIRST, Some(total))
        }
        ManagementCommand::EnumerateCredentialsGetNextCredential => {
            match continued(context, pending)? {
                Next::Credential { site, after } => credential(context, site, after, None),
                Next::Site { .. } => Err(Status::NotAllowed),
            }
        }
        ManagementCommand::DeleteCredential { id } => {
            context.verify_management_token(auth, message, Permissions::CM)?;
            discoverable(context, id)?;
            context.state.store.delete(id)?;
            Ok(done())
        }
        ManagementCommand::UpdateUserInformation { id, user } => {
            context.verify_management_token(auth, message, Permissions::CM)?;
            update(context, id, user)
        }
    }
}

/// Reading needs the permission cm, or the persistent token. A token for one site reads that site
/// only (§6.8.2 to §6.8.4).
fn authorize_reading(
    context: &mut Context<'_>,
    auth: PinUvAuth<'_>,
    message: &[u8],
    rp_id_hash: Option<&[u8; 32]>,
) -> Result<(), Status> {
    if context.is_persistent_token(auth, message)? {
        return Ok(());
    }
    let token = context.verify_management_token(auth, message, Permissions::CM)?;
    match (token.rp_id(), rp_id_hash) {
        (Some(bound), Some(hash)) if sha256(bound.as_bytes()) == *hash => Ok(()),
        (Some(_), _) => Err(Status::PinAuthInvalid),
        (None, _) => Ok(()),
    }
}

fn continued(context: &Context<'_>, pending: Pending) -> Result<Next, Status> {
    match pending {
        Pending::Enumeration(enumeration) if enumeration.source == context.source => {
            Ok(enumeration.next)
        }
        _ => Err(Status::NotAllowed),
    }
}

fn go_on_with(context: &mut Context<'_>, next: Next) {
    let source = context.source;
    let expires = context.now() + PENDING_TIMEOUT;
    context.begin_pending(Pending::Enumeration(Enumeration { source, expires, next }));
}

fn metadata(context: &Context<'_>) -> Result<Vec<u8>, Status> {
    let existing = context.state.store.discoverable();
    let mut out = answer();
    out.map(|map| {
        map.int(1, |value| value.unsigned(existing));
        map.int(2, |value| value.unsigned(MAX_DISCOVERABLE.saturating_sub(existing)));
    });
    Ok(out.finish())
}

fn site(
    context: &mut Context<'_>,
    after: Option<SiteKey>,
    total: Option<u64>,
) -> Result<Vec<u8>, Status> {
    let end = if after.is_none() { Status::NoCredentials } else { Status::NotAllowed };
    let (key, site) = context.state.store.next_site(after)?.ok_or(end)?;
    go_on_with(context, Next::Site { after: key });
    let mut out = answer();
    out.map(|map| {
        map.int(3, |value| write_rp(&site, value));
        map.int(4, |value| value.bytes(&sha256(site.rp_id.as_bytes())));
        if let Some(total) = total {
            map.int(5, |value| value.unsigned(total));
        }
    });
    Ok(out.finish())
}

fn write_rp(site: &SiteSummary, out: &mut Writer) {
    out.map(|map| {
        map.text("id", |value| value.text(&site.rp_id));
        if let Some(name) = &site.name {
            map.text("name", |value| value.text(name));
        }
    });
}

fn credential(
    context: &mut Context<'_>,
    site: SiteKey,
    after: Newest,
    total: Option<u64>,
) -> Result<Vec<u8>, Status> {
    let end = if total.is_some() { Status::NoCredentials } else { Status::NotAllowed };
    let (after, credential) =
        context.state.store.newest(site, after, CredProtect::UvRequired)?.ok_or(end)?;
    go_on_with(context, Next::Credential { site, after });
    let stored = credential.discoverable.as_ref().ok_or(Status::Other)?;
    let mut out = answer();
    out.map(|map| {
        map.int(6, |value| stored.user.write(true, value));
        map.int(7, |value| write_descriptor(&credential.id, value));
        map.int(8, |value| value.raw(&stored.public_key));
        if let Some(total) = total {
            map.int(9, |value| value.unsigned(total));
        }
        write_extensions(&credential, map);
    });
    Ok(out.finish())
}

fn write_extensions(credential: &Credential, map: &mut MapWriter<'_>) {
    map.int(10, |value| value.unsigned(credential.protect.level().into()));
    if let Some(key) = credential.large_blob_key() {
        map.int(11, |value| value.bytes(key.as_ref()));
    }
    map.int(12, |value| value.bool(credential.third_party_payment));
}

/// The discoverable credential with this ID; a token for one site manages that site only.
fn discoverable(context: &Context<'_>, id: &[u8]) -> Result<(Credential, Discoverable), Status> {
    let (site, credential) =
        context.state.store.credential_anywhere(id)?.ok_or(Status::NoCredentials)?;
    let stored = credential.discoverable.clone().ok_or(Status::NoCredentials)?;
    let bound = context.state.runtime.token.as_ref().and_then(|token| token.rp_id());
    match bound {
        Some(rp_id) if context.state.store.site_key(&sha256(rp_id.as_bytes())) != site => {
            Err(Status::PinAuthInvalid)
        }
        _ => Ok((credential, stored)),
    }
}

/// updateUserInformation (§6.8.6): names that are absent or empty are removed.
fn update(context: &mut Context<'_>, id: &[u8], user: UserEntity) -> Result<Vec<u8>, Status> {
    let (mut credential, stored) = discoverable(context, id)?;
    if stored.user.id != user.id {
        return Err(Status::InvalidParameter);
    }
    credential.discoverable = Some(Discoverable { user, ..stored });
    context.state.store.update(&credential)?;
    Ok(done())
}
