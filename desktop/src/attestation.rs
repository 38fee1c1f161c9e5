//! Attestation keys of the phone's own, for trying what relying parties make of them.
//!
//! A real phone's keys are certified by its maker or its workspace. This makes what stands in for
//! them: a root whose key is thrown away once it has certified two leaves, the one that tells the
//! model (*basic*) and the one that tells the phone (*enterprise*). Nobody trusts such a root
//! unless told to, which is the point.

use std::fmt;
use std::fs;
use std::path::Path;

use pocketkey_core::model::AAGUID;
use pocketkey_core::platform::{AttestationKeys, AttestationKind, KeyStore, KeyStoreError};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CustomExtension, DnType, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::state::key;

#[cfg(test)]
mod tests;

/// id-fido-gen-ce-aaguid (WebAuthn §8.2.1).
const AAGUID_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// A file of two certificates and two sealed keys is about 3 kB in hexadecimal.
const MOST_BYTES: u64 = 64 * 1024;

/// Why there are no attestation keys.
#[derive(Debug, thiserror::Error)]
pub enum AttestationError {
    /// The file is damaged, or belongs to another phone.
    #[error("{0} holds no attestation keys of this phone: move it away, and new ones are made")]
    Unusable(String),
    /// They could not be made.
    #[error("no attestation keys could be made: {0}")]
    NotMade(String),
    /// The file could not be written.
    #[error(transparent)]
    NotKept(#[from] key::KeyError),
}

/// The phone's attestation keys.
pub struct Attestation {
    basic: Leaf,
    enterprise: Leaf,
    enterprise_rp_ids: Vec<String>,
}

/// A certified key.
struct Leaf {
    key: EcdsaKeyPair,
    /// Leaf first, root last, in DER.
    chain: Vec<Vec<u8>>,
}

impl Attestation {
    /// The keys that `directory` keeps, sealed by `keys`; made where there are none yet.
    ///
    /// # Errors
    /// Any [`AttestationError`].
    pub fn load_or_create(
        directory: &Path,
        keys: &dyn KeyStore,
        enterprise_rp_ids: Vec<String>,
    ) -> Result<Self, AttestationError> {
        let path = directory.join("attestation.json");
        if !path.exists() {
            let made = make(keys).map_err(AttestationError::NotMade)?;
            key::write_durably(&path, format!("{made}\n").as_bytes())?;
        }
        let unusable = || AttestationError::Unusable(path.display().to_string());
        let length = fs::metadata(&path).map_err(|_| unusable())?.len();
        if length > MOST_BYTES {
            return Err(unusable());
        }
        let text = fs::read_to_string(&path).map_err(|_| unusable())?;
        let object: Value = serde_json::from_str(&text).map_err(|_| unusable())?;
        let leaf =
            |kind| object.get(kind).and_then(|leaf| Leaf::open(leaf, keys)).ok_or_else(unusable);
        Ok(Self { basic: leaf("basic")?, enterprise: leaf("enterprise")?, enterprise_rp_ids })
    }

    const fn leaf(&self, kind: AttestationKind) -> &Leaf {
        match kind {
            AttestationKind::Basic => &self.basic,
            AttestationKind::Enterprise => &self.enterprise,
        }
    }
}

impl AttestationKeys for Attestation {
    fn chain(&self, kind: AttestationKind) -> Option<Vec<Vec<u8>>> {
        Some(self.leaf(kind).chain.clone())
    }

    fn sign(&self, kind: AttestationKind, message: &[u8]) -> Result<Vec<u8>, KeyStoreError> {
        let signature = self.leaf(kind).key.sign(&SystemRandom::new(), message);
        signature.map(|bytes| bytes.as_ref().to_vec()).map_err(|_| KeyStoreError::Failed)
    }

    fn enterprise_rp_ids(&self) -> &[String] {
        &self.enterprise_rp_ids
    }
}

impl fmt::Debug for Attestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attestation").finish_non_exhaustive()
    }
}

impl Leaf {
    fn open(object: &Value, keys: &dyn KeyStore) -> Option<Self> {
        let bytes = |value: &Value| hex::decode(value.as_str()?).ok();
        let pkcs8 = keys.unwrap(&bytes(object.get("key")?)?).ok()?;
        let random = SystemRandom::new();
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random).ok()?;
        let chain: Option<Vec<_>> = object.get("chain")?.as_array()?.iter().map(bytes).collect();
        Some(Self { key, chain: chain.filter(|chain| !chain.is_empty())? })
    }
}

/// Makes a root, two leaves, and forgets the root's key.
fn make(keys: &dyn KeyStore) -> Result<Value, String> {
    let words = |error: rcgen::Error| error.to_string();
    let root_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(words)?;
    let mut root_params = subject("Pocketkey emulated phone: test root").map_err(words)?;
    root_params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    root_params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = root_params.self_signed(&root_key).map_err(words)?;
    let issuer = Issuer::new(root_params, root_key);
    let leaf = |name: &str| {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(words)?;
        let mut params = subject(name).map_err(words)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.custom_extensions.push(aaguid_extension());
        let certificate = params.signed_by(&key, &issuer).map_err(words)?;
        let pkcs8 = Zeroizing::new(key.serialize_der());
        let sealed = keys.wrap(&pkcs8).map_err(|error| error.to_string())?;
        let der = |certificate: &Certificate| hex::encode(certificate.der());
        Ok::<_, String>(json!({
            "key": hex::encode(sealed),
            "chain": [der(&certificate), der(&root)],
        }))
    };
    Ok(json!({
        "basic": leaf("Pocketkey emulated phone")?,
        "enterprise": leaf("Pocketkey emulated phone: this one")?,
    }))
}

/// A subject as WebAuthn §8.2.1 wants it.
fn subject(name: &str) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    let subject = &mut params.distinguished_name;
    // "ZZ" is set aside for no country in particular (ISO 3166-1).
    subject.push(DnType::CountryName, "ZZ");
    subject.push(DnType::OrganizationName, "Pocketkey");
    subject.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    subject.push(DnType::CommonName, name);
    Ok(params)
}

/// The AAGUID, as an OCTET STRING inside the extension's own.
fn aaguid_extension() -> CustomExtension {
    let mut content = vec![0x04, 0x10];
    content.extend(AAGUID);
    CustomExtension::from_oid_content(&AAGUID_EXTENSION, content)
}
