//! The scripted workspace's part in activations: tickets, offers, and what an enrolment must prove.

use serde_json::Value;
use zeroize::Zeroizing;

use super::ScriptedWorkspace;
use crate::{
    crypto::sha256,
    protocol::{
        self, ActivationLink, Base64Url, CreationOptions, CredentialParameter, Digest, Enrolment,
        Offer, OfferRequest, Problem, PublicKeyType, RelyingParty, Standing, Ticket, UserAccount,
        UserName, WorkspaceName,
    },
};

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketState {
    /// It can be used.
    Open,
    /// It was, by the enrolment with this hash.
    Used(Digest),
    /// Its time is over.
    Expired,
    /// It was taken back.
    Cancelled,
}

/// A ticket, and the offer that it stands for.
pub(super) struct IssuedTicket {
    ticket: Digest,
    state: TicketState,
    offer: Offer,
}

impl ScriptedWorkspace {
    /// Issues a ticket, the same for the same number; gives the link that carries it.
    pub fn issue(&self, number: u8) -> ActivationLink {
        let ticket = Ticket(Zeroizing::new(sha256(&[b"ticket".as_slice(), &[number]].concat())));
        let link =
            ActivationLink { origin: self.origin.clone(), ticket, key: self.key(), pin: None };
        let mut inner = self.inner();
        let name = |text: &str| text.to_owned();
        let offer = Offer {
            issuer: self.origin.clone(),
            workspace: WorkspaceName { id: name("w1"), name: name(Self::NAME) },
            user: UserName { name: name("user1"), display_name: name("First User") },
            ticket: link.ticket.digest(),
            options: CreationOptions {
                rp: RelyingParty { id: link.host().to_owned(), name: name(Self::NAME) },
                user: UserAccount {
                    id: Base64Url(vec![5; 16]),
                    name: name("user1"),
                    display_name: name("First User"),
                },
                challenge: Base64Url(sha256(&[b"challenge".as_slice(), &[number]].concat()).into()),
                pub_key_cred_params: [-8, -7]
                    .map(|alg| CredentialParameter { alg, kind: PublicKeyType::PublicKey })
                    .to_vec(),
            },
            settings: inner.policy.settings.clone(),
            issued_at: inner.time,
            expires_at: inner.time + 900,
        };
        let ticket = link.ticket.digest();
        inner.tickets.retain(|issued| issued.ticket != ticket);
        inner.tickets.push(IssuedTicket { ticket, state: TicketState::Open, offer });
        link
    }

    /// Sets where the ticket of a link stands.
    pub fn set_ticket(&self, link: &ActivationLink, state: TicketState) {
        let ticket = link.ticket.digest();
        for issued in self.inner().tickets.iter_mut().filter(|issued| issued.ticket == ticket) {
            issued.state = state;
        }
    }

    /// Every enrolment that proved what it should since the last call.
    pub fn take_enrolments(&self) -> Vec<Enrolment> {
        std::mem::take(&mut self.inner().enrolments)
    }

    pub(super) fn offer(&self, text: &str) -> Result<String, Problem> {
        let request: OfferRequest = serde_json::from_str(text).map_err(|_| Problem::Malformed)?;
        let ticket = request.ticket.digest();
        let inner = self.inner();
        let issued = inner.tickets.iter().find(|issued| issued.ticket == ticket);
        let issued = issued.ok_or(Problem::TicketUnknown)?;
        match issued.state {
            TicketState::Open => Ok(self.sign(&issued.offer)),
            state => Err(problem(state)),
        }
    }

    pub(super) fn enrol(&self, text: &str) -> Result<Standing, Problem> {
        let named: Enrolment = protocol::peek(text).map_err(|_| Problem::Malformed)?;
        let enrolment: Enrolment =
            protocol::open(text, &named.device_key).map_err(|_| Problem::EnrolmentRefused)?;
        let digest = protocol::digest(text);
        {
            let mut inner = self.inner();
            let ticket = enrolment.ticket.digest();
            let issued = inner.tickets.iter_mut().find(|issued| issued.ticket == ticket);
            let issued = issued.ok_or(Problem::TicketUnknown)?;
            match issued.state {
                TicketState::Open => {}
                TicketState::Used(by) if by == digest => {}
                state => return Err(problem(state)),
            }
            let offered = protocol::digest(&self.sign(&issued.offer));
            if enrolment.offer != offered || !is_bound(&enrolment, &issued.offer) {
                return Err(Problem::EnrolmentRefused);
            }
            issued.state = TicketState::Used(digest);
            inner.device = Some(enrolment.device_key.clone());
            inner.sequence = 0;
            inner.enrolments.push(enrolment);
        }
        Ok(self.standing(digest))
    }
}

const fn problem(state: TicketState) -> Problem {
    match state {
        TicketState::Open | TicketState::Used(_) => Problem::TicketUsed,
        TicketState::Expired => Problem::TicketExpired,
        TicketState::Cancelled => Problem::TicketCancelled,
    }
}

/// Whether the credential was made for this offer and this device key.
fn is_bound(enrolment: &Enrolment, offer: &Offer) -> bool {
    let client_data = &enrolment.credential.response.client_data_json.0;
    let Ok(client_data) = serde_json::from_slice::<Value>(client_data) else { return false };
    let says = |member: &str, text: &str| client_data.get(member).is_some_and(|is| is == text);
    says("type", "webauthn.create")
        && says("challenge", &offer.options.challenge.text())
        && says("origin", &offer.issuer)
        && says(Enrolment::CLIENT_DATA_DEVICE, &enrolment.device_key.thumbprint().text())
}
