//! CTAP1/U2F (CTAP 2.3 §7.2, U2F Raw Message Formats 1.2): register, authenticate, version.
//!
//! U2F has no way to wait: a client whose user has to act first is told so (6985) and asks again,
//! several times a second. So the first request puts the prompt up, and it stays up between polls.

mod apdu;
mod certificate;

use std::{fmt, future::poll_fn, task::Poll, time::Duration};

use apdu::Apdu;

use super::make_credential;
use crate::{
    algorithm::Algorithm,
    authenticator::{Context, Source},
    credential::{CredProtect, Credential},
    crypto::sha256,
    ctap::auth_data::UP,
    platform::{
        AttestationKind, Authorization, BoxFuture, Consent, KeyHandle, KeyRole, Needs, Operation,
        PublicKey, Refusal, Site,
    },
};

/// A status word.
type Word = [u8; 2];

const NO_ERROR: Word = [0x90, 0x00];
const CONDITIONS_NOT_SATISFIED: Word = [0x69, 0x85];
const WRONG_DATA: Word = [0x6a, 0x80];
const WRONG_LENGTH: Word = [0x67, 0x00];
const WRONG_PARAMETERS: Word = [0x6a, 0x86];
const CLA_NOT_SUPPORTED: Word = [0x6e, 0x00];
const INS_NOT_SUPPORTED: Word = [0x6d, 0x00];
const FAILED: Word = [0x6f, 0x00];

/// After somebody declined, the same request is refused without asking again for this long: a
/// client that polls must not nag.
const DECLINED: Duration = Duration::from_secs(10);

/// The presence that a polling client is waiting for.
pub(crate) struct PendingPresence {
    /// Who asks, and for what: consent is for nobody and nothing else.
    source: Source,
    request: [u8; 32],
    last_poll: Duration,
    answer: Answer,
}

/// A client polls several times a second; one that has not for this long has gone.
const ABANDONED: Duration = Duration::from_secs(2);

impl PendingPresence {
    pub(crate) const fn source(&self) -> Source {
        self.source
    }

    /// Whether nobody waits for the answer any more, so that it is not kept for whoever comes later.
    pub(crate) fn abandoned(&self, now: Duration) -> bool {
        match self.answer {
            Answer::Asking(_) => now.saturating_sub(self.last_poll) >= ABANDONED,
            Answer::Declined { until } => now >= until,
        }
    }

    /// The same, after the owner took the prompt away.
    pub(crate) fn declined(self, now: Duration) -> Self {
        Self { answer: Answer::Declined { until: now + DECLINED }, ..self }
    }
}

enum Answer {
    Asking(BoxFuture<'static, Result<Consent, Refusal>>),
    Declined { until: Duration },
}

impl fmt::Debug for PendingPresence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingPresence")
    }
}

/// Runs one raw message: an APDU in, data and status word out.
pub(crate) async fn run(context: &mut Context<'_>, apdu: &[u8]) -> Vec<u8> {
    context.state.runtime.pending = crate::state::Pending::Nothing;
    match dispatch(context, apdu).await {
        Ok(mut data) => {
            data.extend_from_slice(&NO_ERROR);
            data
        }
        Err(word) => word.to_vec(),
    }
}

async fn dispatch(context: &mut Context<'_>, bytes: &[u8]) -> Result<Vec<u8>, Word> {
    let apdu = Apdu::parse(bytes).ok_or(WRONG_LENGTH)?;
    if apdu.class != 0 {
        return Err(CLA_NOT_SUPPORTED);
    }
    if !context.binding().serves_u2f(&context.state.settings) {
        return Err(INS_NOT_SUPPORTED);
    }
    match apdu.instruction {
        0x01 => register(context, &apdu).await,
        0x02 => authenticate(context, &apdu).await,
        0x03 if apdu.data.is_empty() => Ok(b"U2F_V2".to_vec()),
        0x03 => Err(WRONG_LENGTH),
        _ => Err(INS_NOT_SUPPORTED),
    }
}

/// challenge(32) ‖ application(32) → 05 ‖ key(65) ‖ length ‖ key handle ‖ certificate ‖ signature.
async fn register(context: &mut Context<'_>, apdu: &Apdu<'_>) -> Result<Vec<u8>, Word> {
    let (challenge, application) = split(apdu.data)?;
    if context.platform.key_store.binds_authorization() {
        return Err(INS_NOT_SUPPORTED);
    }
    let site = site(application);
    let operation = Operation::Register { site, account: None, key: None };
    let authorization = present(context, apdu, operation).await?;

    let key_store = std::sync::Arc::clone(&context.platform.key_store);
    let (key, public_key) =
        key_store.generate(Algorithm::Es256, KeyRole::Credential).map_err(|_| FAILED)?;
    let answer = enroll(context, (challenge, application), &key, &public_key, authorization);
    if answer.is_err() {
        // Nothing names the key. One that the platform keeps all the same is harmless.
        let _ = key_store.delete(&key);
    }
    answer
}

/// Makes the credential and its answer around a new key.
fn enroll(
    context: &mut Context<'_>,
    (challenge, application): (&[u8; 32], &[u8; 32]),
    key: &KeyHandle,
    public_key: &PublicKey,
    authorization: Option<Authorization>,
) -> Result<Vec<u8>, Word> {
    let key_store = &context.platform.key_store;
    let rng = context.platform.rng.as_ref();
    let mut credential = Credential {
        id: Vec::new(),
        key: key.clone(),
        algorithm: Algorithm::Es256,
        protect: CredProtect::UvOptional,
        seed: Credential::new_seed(rng).map_err(|_| FAILED)?,
        base_epoch: context.state.counter.base(),
        third_party_payment: false,
        discoverable: None,
    };
    let stored =
        make_credential::name(context, &mut credential, application).map_err(|_| FAILED)?;
    let message =
        [&[0], application.as_slice(), challenge, &credential.id, &public_key.bytes].concat();
    let certified = key_store
        .attestation()
        .and_then(|keys| Some((keys.chain(AttestationKind::Basic)?.into_iter().next()?, keys)));
    let (certificate, signature) = match certified {
        Some((leaf, keys)) => {
            (leaf, keys.sign(AttestationKind::Basic, &message).map_err(|_| FAILED)?)
        }
        None => {
            let sign =
                |message: &[u8]| key_store.sign(&credential.key, message, authorization.as_ref());
            let certificate =
                certificate::self_signed(&public_key.bytes, sign).map_err(|_| FAILED)?;
            (certificate, sign(&message).map_err(|_| FAILED)?)
        }
    };
    if stored {
        let store = &mut context.state.store;
        store.insert(application, "", None, &credential).map_err(|_| FAILED)?;
    }
    let length = u8::try_from(credential.id.len()).map_err(|_| FAILED)?;
    let mut out = vec![5];
    out.extend_from_slice(&public_key.bytes);
    out.push(length);
    out.extend_from_slice(&credential.id);
    out.extend_from_slice(&certificate);
    out.extend_from_slice(&signature);
    Ok(out)
}

/// challenge(32) ‖ application(32) ‖ length ‖ key handle → presence ‖ counter(4) ‖ signature.
async fn authenticate(context: &mut Context<'_>, apdu: &Apdu<'_>) -> Result<Vec<u8>, Word> {
    let (fixed, rest) = apdu.data.split_first_chunk::<64>().ok_or(WRONG_LENGTH)?;
    let (challenge, application) = split(fixed)?;
    let (&length, handle) = rest.split_first().ok_or(WRONG_LENGTH)?;
    if handle.len() != usize::from(length) {
        return Err(WRONG_LENGTH);
    }
    let enforce_presence = match apdu.p1 {
        0x07 | 0x03 => true,
        0x08 => false,
        _ => return Err(WRONG_PARAMETERS),
    };
    let credential = context
        .find_credential(application, handle)
        .map_err(|_| FAILED)?
        // U2F verifies nobody and speaks ES256 only.
        .filter(|credential| credential.protect < CredProtect::UvRequired)
        .filter(|credential| credential.algorithm == Algorithm::Es256)
        .ok_or(WRONG_DATA)?;
    if apdu.p1 == 0x07 {
        return Err(CONDITIONS_NOT_SATISFIED);
    }
    let mut authorization = None;
    if enforce_presence {
        let accounts = Vec::new();
        let site = site(application);
        let keys = vec![credential.key.clone()];
        let operation = Operation::SignIn { site, accounts, not_listed: 0, keys };
        authorization = present(context, apdu, operation).await?;
    }
    let state = &mut *context.state;
    let counter = state.counter.next(&mut state.store, &credential).map_err(|_| FAILED)?;
    let presence = if enforce_presence { UP } else { 0 };
    let mut out = vec![presence];
    out.extend_from_slice(&counter.to_be_bytes());
    let message = [application.as_slice(), &out, challenge].concat();
    let signature = context
        .platform
        .key_store
        .sign(&credential.key, &message, authorization.as_ref())
        .map_err(|_| FAILED)?;
    out.extend_from_slice(&signature);
    Ok(out)
}

fn split(data: &[u8]) -> Result<(&[u8; 32], &[u8; 32]), Word> {
    let (challenge, rest) = data.split_first_chunk().ok_or(WRONG_LENGTH)?;
    Ok((challenge, rest.try_into().map_err(|_| WRONG_LENGTH)?))
}

/// U2F names a site by the hash of its AppID, which cannot be turned back into a name.
fn site(application: &[u8; 32]) -> Site {
    let id = application.iter().map(|byte| format!("{byte:02x}")).collect();
    Site { id, name: None }
}

/// Presence for this very request: given now, given since the last poll, or not yet. Gives what the
/// platform wants to see again before it signs.
async fn present(
    context: &mut Context<'_>,
    apdu: &Apdu<'_>,
    operation: Operation,
) -> Result<Option<Authorization>, Word> {
    let request = sha256(&[&[apdu.instruction], apdu.data].concat());
    let source = context.source;
    let pending = context.state.runtime.u2f.take();
    let pending = pending.filter(|pending| pending.source == source && pending.request == request);
    let mut asking = match pending.map(|pending| pending.answer) {
        Some(Answer::Declined { until }) if context.now() < until => {
            let answer = Answer::Declined { until };
            context.state.runtime.u2f =
                Some(PendingPresence { source, request, last_poll: context.now(), answer });
            return Err(CONDITIONS_NOT_SATISFIED);
        }
        Some(Answer::Asking(asking)) => asking,
        Some(Answer::Declined { .. }) | None => {
            let verifier = std::sync::Arc::clone(&context.platform.user_verifier);
            let prompt = context.prompt(operation, Needs::Presence);
            Box::pin(async move { verifier.ask(&prompt).await })
        }
    };
    let (answer, result) = match poll_fn(|task| Poll::Ready(asking.as_mut().poll(task))).await {
        Poll::Ready(Ok(consent)) => return Ok(consent.authorization),
        Poll::Ready(Err(_)) => {
            (Answer::Declined { until: context.now() + DECLINED }, Err(CONDITIONS_NOT_SATISFIED))
        }
        Poll::Pending => (Answer::Asking(asking), Err(CONDITIONS_NOT_SATISFIED)),
    };
    context.state.runtime.u2f =
        Some(PendingPresence { source, request, last_poll: context.now(), answer });
    result
}
