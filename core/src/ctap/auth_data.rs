//! Authenticator data (WebAuthn §6.1): what a signature speaks about.

#[cfg(test)]
mod tests;

/// The user was present.
pub const UP: u8 = 0x01;
/// The user was verified.
pub const UV: u8 = 0x04;
/// Attested credential data follows.
pub const AT: u8 = 0x40;
/// Extension outputs follow.
pub const ED: u8 = 0x80;

/// The pieces of authenticator data.
#[derive(Debug)]
pub struct AuthenticatorData<'a> {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: &'a [u8; 32],
    /// [`UP`] and [`UV`]; the other flags follow from what is there.
    pub flags: u8,
    /// The signature counter.
    pub sign_count: u32,
    /// For a new credential.
    pub attested: Option<AttestedCredential<'a>>,
    /// The extension outputs, an encoded CBOR map.
    pub extensions: Option<&'a [u8]>,
}

/// Attested credential data (WebAuthn §6.5.1).
#[derive(Debug)]
pub struct AttestedCredential<'a> {
    /// The authenticator's model.
    pub aaguid: &'a [u8; 16],
    /// At most 1023 bytes.
    pub credential_id: &'a [u8],
    /// An encoded COSE_Key.
    pub public_key: &'a [u8],
}

impl AuthenticatorData<'_> {
    /// The bytes, with room for the client data hash that is signed along with them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let attested_len =
            self.attested.as_ref().map_or(0, |a| 18 + a.credential_id.len() + a.public_key.len());
        let extensions_len = self.extensions.map_or(0, <[u8]>::len);
        let mut out = Vec::with_capacity(37 + attested_len + extensions_len + 32);
        let mut flags = self.flags;
        if self.attested.is_some() {
            flags |= AT;
        }
        if self.extensions.is_some() {
            flags |= ED;
        }
        out.extend_from_slice(self.rp_id_hash);
        out.push(flags);
        out.extend_from_slice(&self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            out.extend_from_slice(attested.aaguid);
            let length = u16::try_from(attested.credential_id.len()).unwrap_or(u16::MAX);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(attested.credential_id);
            out.extend_from_slice(attested.public_key);
        }
        out.extend_from_slice(self.extensions.unwrap_or_default());
        out
    }
}
