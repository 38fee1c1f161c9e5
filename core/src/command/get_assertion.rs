//! authenticatorGetAssertion (§6.2.2) and authenticatorGetNextAssertion (§6.3).

mod candidates;

use std::{fmt, time::Duration};

use candidates::{Candidates, PAGE};

use super::{
    answer,
    make_credential::key_store_status,
    verification::{Evidence, Method, Proof},
};
use crate::{
    authenticator::{Context, Source},
    credential::{CredProtect, Credential},
    crypto::sha256,
    ctap::{
        auth_data::{self, AuthenticatorData},
        entity::write_descriptor,
        request::GetAssertion,
        status::Status,
    },
    extension::assertion::Inputs,
    pin::Permissions,
    platform::{Authorization, Choice, Needs, Operation, Site},
    state::Pending,
    store::{Newest, SiteKey},
};

/// How long getNextAssertion may go on (§6.3).
const PENDING_TIMEOUT: Duration = Duration::from_secs(30);

/// What getNextAssertion continues with.
#[derive(Debug)]
pub(crate) struct PendingAssertions {
    source: Source,
    expires: Duration,
    site: SiteKey,
    after: Newest,
    visible: CredProtect,
    /// What the one consent that they all rest on gave.
    authorization: Held,
    /// How many are still to come, as numberOfCredentials promised.
    left: u64,
    terms: Terms,
}

impl PendingAssertions {
    pub(crate) const fn expires(&self) -> Duration {
        self.expires
    }

    pub(crate) const fn source(&self) -> Source {
        self.source
    }
}

/// An authorization that is kept for what follows.
struct Held(Option<Authorization>);

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Held")
    }
}

/// What is the same for every assertion of a request.
#[derive(Debug, Clone)]
struct Terms {
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    user_present: bool,
    user_verified: bool,
    inputs: Inputs,
}

pub(super) async fn run(
    context: &mut Context<'_>,
    request: GetAssertion<'_>,
) -> Result<Vec<u8>, Status> {
    // Steps 1 to 5.
    context.answer_probe(request.pin_uv_auth).await?;
    let proof = Proof::parse(request.pin_uv_auth)?;
    if request.options.rk.is_some() {
        return Err(Status::UnsupportedOption);
    }
    let user_present = request.options.up != Some(false);
    let must_verify = context.always_uv() && user_present;
    let method = Method::choose(context, proof, request.options, must_verify)?;
    let inputs = Inputs::check(&request.extensions, user_present, context)?;

    // Steps 6 and 7: who can sign in, given what will be known of the user.
    let rp_id_hash = sha256(request.rp_id.as_bytes());
    let evidence = match method {
        Method::Token(proof) => {
            context.verify_token(proof, request.client_data_hash, Permissions::GA, request.rp_id)?
        }
        Method::BuiltIn => Evidence { user_verified: true, user_present: false },
        Method::None => Evidence::default(),
    };
    let terms = Terms {
        rp_id_hash,
        client_data_hash: *request.client_data_hash,
        user_present,
        user_verified: evidence.user_verified,
        inputs,
    };
    let candidates =
        Candidates::locate(context, &rp_id_hash, &request.allow_list, evidence.user_verified)?;
    let site = Site { id: request.rp_id.to_owned(), name: None };
    let Some(candidates) = candidates else {
        // With built-in verification, a site hears "nothing here" no earlier than anything else.
        if matches!(method, Method::BuiltIn) {
            context.verify_built_in(Operation::NoCredential { site }).await?;
        }
        return Err(Status::NoCredentials);
    };

    // Steps 8 to 12.
    let needs = match method {
        Method::BuiltIn => Some(Needs::Verification),
        _ if user_present && !evidence.user_present => Some(Needs::Presence),
        // Consent was given with the token, but which account was not said yet, or which key.
        _ if user_present
            && (candidates.must_choose(context)
                || context.platform.key_store.binds_authorization()) =>
        {
            Some(Needs::Presence)
        }
        _ => None,
    };
    let (credential, selected, authorization) = match needs {
        Some(needs) => choose(context, site, &candidates, needs).await?,
        None => (candidates.first.clone(), false, None),
    };
    if user_present {
        context.use_up_token();
    }
    let more = if selected { 0 } else { candidates.total(context)?.saturating_sub(1) };
    let extra = Extra { more, selected };
    context.authorize_signature(user_present).await?;
    let out = assertion(context, &terms, &credential, extra, authorization.as_ref())?;
    if let Some((site, after)) = candidates.position.filter(|_| more > 0) {
        context.begin_pending(Pending::Assertions(PendingAssertions {
            source: context.source,
            expires: context.now() + PENDING_TIMEOUT,
            site,
            after,
            visible: candidates.visible,
            authorization: Held(authorization),
            left: more,
            terms,
        }));
    }
    Ok(out)
}

/// authenticatorGetNextAssertion: the next older account, on the same terms.
pub(super) async fn next(context: &mut Context<'_>, pending: Pending) -> Result<Vec<u8>, Status> {
    let Pending::Assertions(mut pending) = pending else { return Err(Status::NotAllowed) };
    if pending.source != context.source {
        return Err(Status::NotAllowed);
    }
    let (after, credential) = context
        .state
        .store
        .newest(pending.site, pending.after, pending.visible)?
        .ok_or(Status::NotAllowed)?;
    context.authorize_signature(pending.terms.user_present).await?;
    let extra = Extra { more: 0, selected: false };
    let authorization = pending.authorization.0.as_ref();
    let out = assertion(context, &pending.terms, &credential, extra, authorization)?;
    pending.left -= 1;
    if pending.left > 0 {
        pending.after = after;
        pending.expires = context.now() + PENDING_TIMEOUT;
        context.begin_pending(Pending::Assertions(pending));
    }
    Ok(out)
}

/// Asks the person, page by page where there are many accounts.
async fn choose(
    context: &mut Context<'_>,
    site: Site,
    candidates: &Candidates,
    needs: Needs,
) -> Result<(Credential, bool, Option<Authorization>), Status> {
    if !candidates.must_choose(context) {
        let operation = candidates.sign_in(site, std::slice::from_ref(&candidates.first), 0);
        let consent = match needs {
            Needs::Verification => context.verify_built_in(operation).await?,
            Needs::Presence => {
                let asked = context.ask_presence(operation, true).await;
                asked.map_err(|reason| context.no_consent(reason))?
            }
        };
        return Ok((candidates.first.clone(), false, consent.authorization));
    }
    let total = candidates.total(context)?;
    let mut before = 0;
    let mut after = Newest::FIRST;
    loop {
        let (page, last) = candidates.page(context, after)?;
        let listed = u64::try_from(page.len()).unwrap_or(u64::MAX);
        let not_listed = total.saturating_sub(before + listed);
        let operation = candidates.sign_in(site.clone(), &page, not_listed);
        let consent = match needs {
            Needs::Verification => context.verify_choice(operation).await?,
            Needs::Presence => context.ask(operation, needs).await?,
        };
        match consent.choice {
            Choice::Account(index) => {
                // A shell that chooses what was not listed has chosen nothing.
                let chosen = page.into_iter().nth(index).ok_or(Status::OperationDenied)?;
                return Ok((chosen, true, consent.authorization));
            }
            Choice::Older if not_listed > 0 && page.len() == PAGE => {
                before += listed;
                after = last;
            }
            // After the oldest comes the newest again.
            Choice::Older => (before, after) = (0, Newest::FIRST),
        }
    }
}

/// What only the first answer of a request says.
#[derive(Debug, Clone, Copy)]
struct Extra {
    /// How many more assertions getNextAssertion will give.
    more: u64,
    /// The person chose on the phone.
    selected: bool,
}

/// Steps 10 to 13: extension outputs, counter, signature.
fn assertion(
    context: &mut Context<'_>,
    terms: &Terms,
    credential: &Credential,
    extra: Extra,
    authorization: Option<&Authorization>,
) -> Result<Vec<u8>, Status> {
    let extensions = terms.inputs.outputs(context, credential, terms.user_verified)?;
    let state = &mut *context.state;
    let sign_count = state.counter.next(&mut state.store, credential)?;
    let mut flags = 0;
    if terms.user_present {
        flags |= auth_data::UP;
    }
    if terms.user_verified {
        flags |= auth_data::UV;
    }
    let mut data = AuthenticatorData {
        rp_id_hash: &terms.rp_id_hash,
        flags,
        sign_count,
        attested: None,
        extensions: extensions.as_deref(),
    }
    .encode();
    let length = data.len();
    data.extend_from_slice(&terms.client_data_hash);
    let signature = context
        .platform
        .key_store
        .sign(&credential.key, &data, authorization)
        .map_err(key_store_status)?;
    data.truncate(length);

    let large_blob_key = terms.inputs.large_blob_key.then(|| credential.large_blob_key()).flatten();
    let mut out = answer();
    out.map(|map| {
        map.int(1, |value| write_descriptor(&credential.id, value));
        map.int(2, |value| value.bytes(&data));
        map.int(3, |value| value.bytes(&signature));
        if let Some(discoverable) = &credential.discoverable {
            map.int(4, |value| discoverable.user.write(terms.user_verified, value));
        }
        if extra.more > 0 {
            map.int(5, |value| value.unsigned(extra.more + 1));
        }
        if extra.selected {
            map.int(6, |value| value.bool(true));
        }
        if let Some(key) = &large_blob_key {
            map.int(7, |value| value.bytes(key.as_ref()));
        }
    });
    Ok(out.finish())
}
