//! The messages by which a phone becomes a key of a workspace.

use serde::{Deserialize, Serialize};

use super::{Algorithm, Base64Url, DeviceKey, Digest, Message, Ticket};
use crate::policy::Settings;

/// Asks what a ticket is for. It changes nothing and may be asked again. Posted as plain JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferRequest {
    /// The ticket of the link.
    pub ticket: Ticket,
}

/// What the workspace offers to the holder of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The workspace's origin: that of the link.
    pub issuer: String,
    /// Which workspace.
    pub workspace: WorkspaceName,
    /// Whose key the phone would be.
    pub user: UserName,
    /// The hash of the ticket that this answers.
    pub ticket: Digest,
    /// How to make the credential for the workspace's own sign-in.
    pub options: CreationOptions,
    /// The rules that would hold, to be shown.
    pub settings: Settings,
    /// When it was made, in seconds since 1970.
    pub issued_at: u64,
    /// When the ticket expires, in seconds since 1970.
    pub expires_at: u64,
}

impl Message for Offer {
    const TYPE: &'static str = "pocketkey-offer";
    const ALGORITHM: Algorithm = Algorithm::EdDsa;
}

/// A workspace, as it names itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceName {
    /// Never changes.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// A user, as the workspace names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserName {
    /// The user name.
    pub name: String,
    /// What people call them.
    pub display_name: String,
}

/// The part of WebAuthn's PublicKeyCredentialCreationOptionsJSON (§5.1.8) that a phone heeds: it
/// makes a discoverable credential, verifies the user and attests in any case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The workspace as a relying party.
    pub rp: RelyingParty,
    /// The account.
    pub user: UserAccount,
    /// The challenge that the client data must repeat.
    pub challenge: Base64Url,
    /// What may sign, best first.
    pub pub_key_cred_params: Vec<CredentialParameter>,
}

/// WebAuthn §5.4.2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelyingParty {
    /// The RP ID: the issuer's host, or a domain above it.
    pub id: String,
    /// For people.
    pub name: String,
}

/// WebAuthn §5.4.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserAccount {
    /// The user handle, at most 64 bytes.
    pub id: Base64Url,
    /// For people: tells accounts apart.
    pub name: String,
    /// For people.
    pub display_name: String,
}

/// WebAuthn §5.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialParameter {
    /// A COSE algorithm identifier.
    pub alg: i64,
    /// Always "public-key".
    #[serde(rename = "type")]
    pub kind: PublicKeyType,
}

/// WebAuthn §5.8.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum PublicKeyType {
    /// The only one there is.
    #[default]
    #[serde(rename = "public-key")]
    PublicKey,
}

/// A phone takes the offer. It is signed by the device key that it names; the credential's own
/// attestation covers client data whose member [`Enrolment::CLIENT_DATA_DEVICE`] is that key's
/// thumbprint. So neither can be had without the other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// The ticket of the link.
    pub ticket: Ticket,
    /// The hash of the offer that was accepted.
    pub offer: Digest,
    /// The key that will sign check-ins.
    pub device_key: DeviceKey,
    /// The credential.
    pub credential: RegistrationCredential,
    /// What the phone calls itself, for the panel; at most 64 characters.
    pub device_name: String,
}

impl Enrolment {
    /// The member of the client data that carries the device key's thumbprint.
    pub const CLIENT_DATA_DEVICE: &'static str = "pocketkeyDevice";
}

impl Message for Enrolment {
    const TYPE: &'static str = "pocketkey-enrolment";
    const ALGORITHM: Algorithm = Algorithm::Es256;
}

/// WebAuthn's RegistrationResponseJSON (§5.1.8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationCredential {
    /// The credential ID.
    pub id: Base64Url,
    /// The credential ID again.
    pub raw_id: Base64Url,
    /// Always "public-key".
    #[serde(rename = "type")]
    pub kind: PublicKeyType,
    /// What the authenticator answered.
    pub response: AttestationResponse,
}

/// WebAuthn §5.2.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttestationResponse {
    /// The client data, as it was hashed.
    #[serde(rename = "clientDataJSON")]
    pub client_data_json: Base64Url,
    /// The attestation object (§6.5).
    #[serde(rename = "attestationObject")]
    pub attestation_object: Base64Url,
    /// How the phone can be reached later.
    pub transports: Vec<String>,
}
