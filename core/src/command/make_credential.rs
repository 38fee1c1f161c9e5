//! authenticatorMakeCredential (§6.1.2).

mod attestation;
mod new_key;

use std::sync::Arc;

use new_key::NewKey;

use super::{
    answer,
    verification::{Evidence, Method, Proof},
};
use crate::{
    algorithm::Algorithm,
    authenticator::{Context, NoConsent},
    credential::{CredProtect, Credential, Discoverable},
    crypto::sha256,
    ctap::{
        auth_data::{self, AttestedCredential, AuthenticatorData},
        cbor::Writer,
        request::MakeCredential,
        status::Status,
    },
    extension::{self, registration::Accepted},
    model::{AAGUID, MAX_DISCOVERABLE},
    pin::Permissions,
    platform::{
        Account, Authorization, KeyHandle, KeyStoreError, Operation, PublicKey, Refusal, Site,
    },
};

pub(super) async fn run(
    context: &mut Context<'_>,
    request: MakeCredential<'_>,
) -> Result<Vec<u8>, Status> {
    // Steps 1 and 2.
    context.answer_probe(request.pin_uv_auth).await?;
    let proof = Proof::parse(request.pin_uv_auth)?;
    // Step 3.
    let algorithm = choose_algorithm(context, &request.algorithms)?;
    // Steps 4 to 8.
    if request.options.up == Some(false) {
        return Err(Status::InvalidOption);
    }
    let discoverable = request.options.rk == Some(true);
    let method = Method::choose(context, proof, request.options, context.always_uv())?;
    if matches!(method, Method::None) && discoverable && context.is_protected() {
        let puat_helps = context.has_pin();
        return Err(if puat_helps { Status::PuatRequired } else { Status::OperationDenied });
    }
    // Step 9.
    let attestation = attestation::Choice::make(context, &request)?;
    let accepted = Accepted::check(&request, context)?;

    // Steps 10 to 14.
    let rp_id_hash = sha256(request.rp.id.as_bytes());
    let key_store = Arc::clone(&context.platform.key_store);
    let binds = key_store.binds_authorization();
    let early = if binds { Some(NewKey::generate(&key_store, algorithm)?) } else { None };
    let handle = early.as_ref().map(|key| &key.handle);
    let verified = verify_user(context, &request, &rp_id_hash, method, handle).await?;

    // Steps 15 to 17.
    if discoverable && context.state.store.discoverable() >= MAX_DISCOVERABLE {
        return Err(Status::KeyStoreFull);
    }
    context.authorize_signature(true).await?;
    let key = early.map_or_else(|| NewKey::generate(&key_store, algorithm), Ok)?;
    let terms = Terms { request, rp_id_hash, accepted, attestation, verified };
    let answer = complete(context, &terms, &key.handle, &key.public)?;
    key.keep();
    Ok(answer)
}

/// What is settled once the person has agreed.
struct Terms<'a> {
    request: MakeCredential<'a>,
    rp_id_hash: [u8; 32],
    accepted: Accepted<'a>,
    attestation: attestation::Choice,
    verified: Verified,
}

/// Makes the credential and its answer around a new key.
fn complete(
    context: &mut Context<'_>,
    terms: &Terms<'_>,
    key: &KeyHandle,
    public_key: &PublicKey,
) -> Result<Vec<u8>, Status> {
    let Terms { request, rp_id_hash, accepted, attestation, verified } = terms;
    let mut credential = new_credential(context, request, accepted, key.clone(), public_key)?;
    let stored = name(context, &mut credential, rp_id_hash)?;

    let extensions = extension::registration::outputs(
        context,
        &request.extensions,
        accepted,
        &credential,
        verified.user_verified,
    )?;
    let mut flags = auth_data::UP;
    if verified.user_verified {
        flags |= auth_data::UV;
    }
    let data = AuthenticatorData {
        rp_id_hash,
        flags,
        sign_count: 0,
        attested: Some(AttestedCredential {
            aaguid: &AAGUID,
            credential_id: &credential.id,
            public_key: &cose_key(public_key),
        }),
        extensions: extensions.as_deref(),
    }
    .encode();
    let statement = attestation::Statement::sign(
        context,
        *attestation,
        &credential,
        &data,
        request.client_data_hash,
        verified.authorization.as_ref(),
    )?;

    // Stored last: a credential whose answer cannot be made is never acknowledged and never kept.
    if stored {
        context.state.store.insert(rp_id_hash, request.rp.id, request.rp.name, &credential)?;
    }
    let large_blob_key = credential.large_blob_key();
    let mut out = answer();
    out.map(|map| {
        map.int(1, |value| value.text(statement.format()));
        map.int(2, |value| value.bytes(&data));
        statement.write(map);
        if statement.is_enterprise() {
            map.int(4, |value| value.bool(true));
        }
        if let Some(key) = &large_blob_key {
            map.int(5, |value| value.bytes(key.as_ref()));
        }
    });
    Ok(out.finish())
}

pub(super) fn key_store_status(error: KeyStoreError) -> Status {
    match error {
        KeyStoreError::UnsupportedAlgorithm => Status::UnsupportedAlgorithm,
        KeyStoreError::NotAuthorized => Status::OperationDenied,
        KeyStoreError::UnknownKey | KeyStoreError::Failed => Status::Other,
    }
}

/// The first algorithm of the relying party's list that is offered.
fn choose_algorithm(context: &Context<'_>, wanted: &[i64]) -> Result<Algorithm, Status> {
    let offered = context.platform.key_store.algorithms();
    wanted
        .iter()
        .filter_map(|id| Algorithm::from_cose_id(*id))
        .find(|algorithm| offered.contains(algorithm))
        .ok_or(Status::UnsupportedAlgorithm)
}

fn cose_key(public_key: &PublicKey) -> Vec<u8> {
    let mut out = Writer::new();
    public_key.algorithm.write_cose_key(&public_key.bytes, &mut out);
    out.finish()
}

/// What verification gave, and what the platform wants to see again before it signs.
struct Verified {
    user_verified: bool,
    authorization: Option<Authorization>,
}

/// Steps 11 to 14: verification, the exclude list, presence; one prompt at most.
async fn verify_user(
    context: &mut Context<'_>,
    request: &MakeCredential<'_>,
    rp_id_hash: &[u8; 32],
    method: Method<'_>,
    key: Option<&KeyHandle>,
) -> Result<Verified, Status> {
    let site = Site { id: request.rp.id.to_owned(), name: request.rp.name.map(ToOwned::to_owned) };
    let evidence = match method {
        Method::Token(proof) => {
            context.verify_token(proof, request.client_data_hash, Permissions::MC, request.rp.id)?
        }
        Method::BuiltIn => Evidence { user_verified: true, user_present: false },
        Method::None => Evidence::default(),
    };
    let visible = CredProtect::visible(evidence.user_verified, true);
    let excluded = is_excluded(context, rp_id_hash, &request.exclude_list, visible)?;
    let operation = if excluded {
        Operation::AlreadyRegistered { site }
    } else {
        let account = Some(Account::from(&request.user));
        Operation::Register { site, account, key: key.cloned() }
    };
    let mut authorization = None;
    match method {
        Method::BuiltIn => {
            authorization = context.verify_built_in(operation).await?.authorization;
        }
        // A key that is authorized by itself is so by a prompt that names it.
        _ if evidence.user_present && key.is_none() => {}
        _ => match context.ask_presence(operation, true).await {
            Ok(consent) => authorization = consent.authorization,
            // Step 12.1.4.2: the answer is the same where nobody comes. Somebody who says no has not
            // agreed to being recognised (WebAuthn §6.3.2 step 3), and is not.
            Err(NoConsent::Refused(Refusal::TimedOut)) if excluded => {}
            Err(reason) => return Err(context.no_consent(reason)),
        },
    }
    context.use_up_token();
    if excluded {
        return Err(Status::CredentialExcluded);
    }
    Ok(Verified { user_verified: evidence.user_verified, authorization })
}

/// Step 12: whether a credential of the list is here and shows itself.
fn is_excluded(
    context: &Context<'_>,
    rp_id_hash: &[u8; 32],
    exclude_list: &[&[u8]],
    visible: CredProtect,
) -> Result<bool, Status> {
    for id in exclude_list {
        if context
            .find_credential(rp_id_hash, id)?
            .is_some_and(|credential| credential.protect <= visible)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn new_credential(
    context: &Context<'_>,
    request: &MakeCredential<'_>,
    accepted: &Accepted<'_>,
    key: KeyHandle,
    public_key: &PublicKey,
) -> Result<Credential, Status> {
    let discoverable = (request.options.rk == Some(true)).then(|| Discoverable {
        user: request.user.clone(),
        public_key: cose_key(public_key),
        cred_blob: accepted.cred_blob.unwrap_or_default().to_vec(),
        large_blob_key: accepted.large_blob_key,
    });
    Ok(Credential {
        id: Vec::new(),
        key,
        algorithm: public_key.algorithm,
        protect: accepted.protect,
        seed: Credential::new_seed(context.platform.rng.as_ref())?,
        base_epoch: context.state.counter.base(),
        third_party_payment: accepted.third_party_payment,
        discoverable,
    })
}

/// Gives a credential its ID, and says whether it needs a row.
pub(super) fn name(
    context: &Context<'_>,
    credential: &mut Credential,
    rp_id_hash: &[u8; 32],
) -> Result<bool, Status> {
    let rng = context.platform.rng.as_ref();
    if credential.discoverable.is_none()
        && let Some(id) = credential.wrap(rp_id_hash, context.state.store.wrapping(), rng)?
    {
        credential.id = id;
        return Ok(false);
    }
    credential.id = Credential::new_stored_id(rng)?;
    Ok(true)
}

impl Context<'_> {
    /// The credential with this ID at this site, stored or wrapped.
    pub(super) fn find_credential(
        &self,
        rp_id_hash: &[u8; 32],
        id: &[u8],
    ) -> Result<Option<Credential>, Status> {
        if Credential::is_wrapped_id(id) {
            return Ok(Credential::unwrap(id, rp_id_hash, self.state.store.wrapping()));
        }
        let site = self.state.store.site_key(rp_id_hash);
        Ok(self.state.store.credential(site, id)?)
    }
}
