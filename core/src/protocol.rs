//! What a phone and its workspace say to each other: an [`ActivationLink`] that a person carries
//! from the one to the other, and signed messages after that.
//!
//! ```text
//! workspace → person → phone   ActivationLink   where, a one-time ticket, the workspace's key
//! phone → workspace            OfferRequest     the ticket; takes nothing
//! workspace → phone            Offer            who is asked to join what, creation options
//! phone → workspace            Enrolment        ticket, device key and credential, proven together
//! workspace → phone            Standing         answers that very enrolment: policy, grant
//!
//! phone → workspace            CheckIn          signed by the device key
//! workspace → phone            Standing         answers that very check-in
//! ```
//!
//! Every message but the first request is a JSON Web Signature in its compact form (RFC 7515) whose
//! header is fixed by the kind of message: nothing about it is negotiated.

mod bytes;
mod enrolment;
mod jws;
mod link;
mod standing;

pub use bytes::{Base64Url, DeviceKey, Digest, Nonce, Ticket, WorkspaceKey};
pub use enrolment::{
    AttestationResponse, CreationOptions, CredentialParameter, Enrolment, Offer, OfferRequest,
    PublicKeyType, RegistrationCredential, RelyingParty, UserAccount, UserName, WorkspaceName,
};
pub use jws::{Algorithm, JwsError, Message, digest, encode, open, peek, signing_input};
#[cfg(feature = "network")]
pub(crate) use link::is_this_machine;
pub use link::{ActivationLink, LinkError};
pub use standing::{CheckIn, Grant, GrantReport, KeyState, Standing};

/// Where on the workspace an [`OfferRequest`] is posted to.
pub const OFFER_PATH: &str = "/phone/v1/offer";
/// Where an [`Enrolment`] is posted to.
pub const ENROLMENT_PATH: &str = "/phone/v1/enrolment";
/// Where a [`CheckIn`] is posted to.
pub const CHECK_IN_PATH: &str = "/phone/v1/check-in";
/// The page of the workspace that an [`ActivationLink`] names.
pub const ACTIVATION_PATH: &str = "/activate";

/// The media type of a message in its compact form (RFC 7515 §9.2.1).
pub const MEDIA_TYPE: &str = "application/jose";

/// The longest message that either side takes, in bytes.
pub const MAX_MESSAGE_SIZE: usize = 64 * 1024;

/// What the workspace says where it cannot answer as asked: the `type` of a problem (RFC 9457).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Problem {
    /// No such ticket was ever made, or it was reissued since.
    #[error("the workspace does not know this activation code")]
    TicketUnknown,
    /// Another phone has used it.
    #[error("this activation code has been used already")]
    TicketUsed,
    /// Its time is over.
    #[error("this activation code has expired")]
    TicketExpired,
    /// An administrator took it back.
    #[error("this activation code was cancelled")]
    TicketCancelled,
    /// The enrolment does not prove what it should.
    #[error("the workspace did not accept the enrolment")]
    EnrolmentRefused,
    /// No such key, or the check-in is not signed by it.
    #[error("the workspace does not know this key")]
    KeyUnknown,
    /// The check-in, or a later one, has been seen before.
    #[error("the workspace has seen this check-in before")]
    CheckInReplayed,
    /// What was sent is no message of the protocol.
    #[error("the workspace could not read the message")]
    Malformed,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 8] = [
        Self::TicketUnknown,
        Self::TicketUsed,
        Self::TicketExpired,
        Self::TicketCancelled,
        Self::EnrolmentRefused,
        Self::KeyUnknown,
        Self::CheckInReplayed,
        Self::Malformed,
    ];

    /// The problem's URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::TicketUnknown => "urn:pocketkey:problem:ticket-unknown",
            Self::TicketUsed => "urn:pocketkey:problem:ticket-used",
            Self::TicketExpired => "urn:pocketkey:problem:ticket-expired",
            Self::TicketCancelled => "urn:pocketkey:problem:ticket-cancelled",
            Self::EnrolmentRefused => "urn:pocketkey:problem:enrolment-refused",
            Self::KeyUnknown => "urn:pocketkey:problem:key-unknown",
            Self::CheckInReplayed => "urn:pocketkey:problem:check-in-replayed",
            Self::Malformed => "urn:pocketkey:problem:malformed",
        }
    }

    /// The problem with this URI.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.uri() == uri)
    }
}
