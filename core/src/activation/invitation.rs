//! The first step: what the workspace offers to the holder of a link.

use std::time::Duration;

use serde::Deserialize;

use super::ActivationError;
use crate::{
    algorithm::Algorithm,
    authenticator::Authenticator,
    ctap::entity::MAX_USER_ID,
    platform::{Letter, Platform, Reply, Unreachable},
    protocol::{self, ActivationLink, Digest, JwsError, OFFER_PATH, Offer, OfferRequest, Problem},
};

/// How long an answer may take.
pub(super) const TIMEOUT: Duration = Duration::from_secs(15);

/// How far a phone's clock may be ahead of the workspace's before a fresh offer looks expired.
const CLOCK_SKEW: u64 = 300;

/// An offer that was fetched and verified: to be shown, and accepted or dropped. Fetching it has
/// changed nothing, on either side.
#[derive(Debug)]
pub struct Invitation {
    pub(super) link: ActivationLink,
    pub(super) offer: Offer,
    /// The hash of the offer as it was signed.
    pub(super) digest: Digest,
    pub(super) algorithm: Algorithm,
}

impl Invitation {
    /// Which workspace invites whom, to which rules.
    #[must_use]
    pub const fn offer(&self) -> &Offer {
        &self.offer
    }
}

impl Authenticator {
    /// Asks the workspace of `link` what the link is for. Clients are served meanwhile.
    ///
    /// # Errors
    /// [`ActivationError`]: whatever is wrong with the link, the server or the offer.
    pub async fn invitation(&self, link: &ActivationLink) -> Result<Invitation, ActivationError> {
        if self.membership()?.is_some() {
            return Err(ActivationError::AlreadyBound);
        }
        let request = OfferRequest { ticket: link.ticket.clone() };
        let letter = Letter {
            url: format!("{}{OFFER_PATH}", link.origin),
            pin: link.pin,
            media_type: "application/json",
            // One string in an object, which is all that JSON asks.
            body: serde_json::to_vec(&request).unwrap_or_default(),
            timeout: TIMEOUT,
        };
        let text = message(self.platform().courier.send(letter).await)?;
        let offer: Offer = protocol::open(&text, &link.key)?;
        let algorithm = check(&offer, link, self.platform())?;
        Ok(Invitation { link: link.clone(), offer, digest: protocol::digest(&text), algorithm })
    }
}

/// An offer must be for this very link, in force, and of what this phone can do.
fn check(
    offer: &Offer,
    link: &ActivationLink,
    platform: &Platform,
) -> Result<Algorithm, ActivationError> {
    if offer.ticket != link.ticket.digest() {
        return Err(ActivationError::OtherOffer);
    }
    let site = &offer.options.rp.id;
    if offer.issuer != link.origin || !is_at_or_above(site, link.host()) {
        return Err(ActivationError::ForeignAddress);
    }
    if platform.clock.unix_time().as_secs() >= offer.expires_at.saturating_add(CLOCK_SKEW) {
        return Err(ActivationError::Expired);
    }
    offer.settings.check()?;
    let user = &offer.options.user.id.0;
    if user.is_empty() || user.len() > MAX_USER_ID {
        return Err(ActivationError::OtherOffer);
    }
    let offered = platform.key_store.algorithms();
    offer
        .options
        .pub_key_cred_params
        .iter()
        .filter_map(|wanted| Algorithm::from_cose_id(wanted.alg))
        .find(|algorithm| offered.contains(algorithm))
        .ok_or(ActivationError::NoAlgorithm)
}

/// Whether an RP ID is the host itself or a domain above it (WebAuthn §5.1.3 step 8). Which domains
/// belong to everybody, only a browser knows; a name without a dot is never one above.
fn is_at_or_above(site: &str, host: &str) -> bool {
    site == host
        || site.contains('.')
            && host.strip_suffix(site).is_some_and(|under| under.ends_with('.'))
            && host.parse::<std::net::IpAddr>().is_err()
}

/// The signed message of a reply, or what the workspace said instead.
pub(super) fn message(reply: Result<Reply, Unreachable>) -> Result<String, ActivationError> {
    let reply = reply?;
    if reply.status == 200 {
        return String::from_utf8(reply.body).map_err(|_| JwsError::NotAMessage.into());
    }
    /// RFC 9457 §3.1: the one member that tells what it is about.
    #[derive(Deserialize)]
    struct Details {
        r#type: String,
    }
    let details = serde_json::from_slice::<Details>(&reply.body).ok();
    match details.and_then(|details| Problem::from_uri(&details.r#type)) {
        Some(problem) => Err(ActivationError::Refused(problem)),
        None => Err(Unreachable::NoAnswer.into()),
    }
}
