//! The server's certificate, and whether phones can recognise it by themselves.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use pocketkey_core::protocol::Digest;
use ring::digest;
use rustls::{
    RootCertStore, ServerConfig,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::{CryptoProvider, ring::default_provider},
    pki_types::{
        CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime, pem::PemObject,
    },
};

use zeroize::Zeroizing;

use crate::{
    files::create_private,
    settings::{Settings, Tls},
};

/// The file of the key of a certificate that the server makes itself (PKCS #8).
const KEY: &str = "tls-key.der";

/// The certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The certificate and its key are not what they should be.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
}

/// How connections are protected.
pub(super) struct Protection {
    /// For the listener; `None`: not here.
    pub config: Option<Arc<ServerConfig>>,
    /// SHA-256 of the public key, where no public authority vouches for it: links carry it.
    pub pin: Option<Digest>,
}

/// Reads the certificate, or makes one.
pub(super) fn protection(settings: &Settings) -> Result<Protection, TlsError> {
    let (chain, private) = match &settings.tls {
        Tls::Off => return Ok(Protection { config: None, pin: None }),
        Tls::Files { certificate, key } => {
            let private = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| TlsError::File { path: key.clone(), reason: error.to_string() })?;
            (read_chain(certificate)?, private)
        }
        Tls::SelfSigned => self_signed(&settings.data, settings.host())?,
    };
    let provider = Arc::new(default_provider());
    let pin = match chain.split_first() {
        Some((own, others)) if !is_public(own, others, settings.host(), &provider) => {
            Some(pin_of(own)?)
        }
        _ => None,
    };
    let certificate = |error: rustls::Error| TlsError::Certificate(error.to_string());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(certificate)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(certificate)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Protection { config: Some(Arc::new(config)), pin })
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |reason: String| TlsError::File { path: path.to_owned(), reason };
    let chain = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(error.to_string()))?;
    if chain.is_empty() {
        Err(failed("there is no certificate in it".to_owned()))
    } else {
        Ok(chain)
    }
}

/// Whether what a phone knows by itself, the public authorities, vouches for the certificate.
fn is_public(
    own: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    host: &str,
    provider: &Arc<CryptoProvider>,
) -> bool {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let Ok(verifier) =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build()
    else {
        return false;
    };
    ServerName::try_from(host).is_ok_and(|host| {
        verifier.verify_server_cert(own, others, &host, &[], UnixTime::now()).is_ok()
    })
}

/// SHA-256 of the certificate's SubjectPublicKeyInfo.
fn pin_of(certificate: &CertificateDer<'_>) -> Result<Digest, TlsError> {
    let certificate = webpki::EndEntityCert::try_from(certificate)
        .map_err(|error| TlsError::Certificate(error.to_string()))?;
    let key = certificate.subject_public_key_info();
    let mut pin = [0; 32];
    pin.copy_from_slice(digest::digest(&digest::SHA256, &key).as_ref());
    Ok(Digest(pin))
}

/// The certificate that the server made itself, and its key; made now where there are none. Both are
/// kept: phones know the key, and browsers the certificate that their user has accepted.
fn self_signed(
    data: &Path,
    host: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let made = |error: rcgen::Error| TlsError::Certificate(error.to_string());
    let path = data.join(KEY);
    let key = kept(&path, || {
        let pair = rcgen::KeyPair::generate().map_err(made)?;
        Ok(Zeroizing::new(pair.serialize_der()))
    })?;
    let private = PrivatePkcs8KeyDer::from(key.as_slice()).clone_key();
    let pair = rcgen::KeyPair::try_from(&private).map_err(made)?;
    let path = data.join(format!("tls-certificate-{host}.der"));
    let certificate = kept(&path, || {
        let mut parameters = rcgen::CertificateParams::new(vec![host.to_owned()]).map_err(made)?;
        parameters.distinguished_name.push(rcgen::DnType::CommonName, host);
        let certificate = parameters.self_signed(&pair).map_err(made)?;
        Ok(Zeroizing::new(certificate.der().to_vec()))
    })?;
    Ok((vec![CertificateDer::from(certificate.to_vec())], private.into()))
}

/// What is in a file, or is put there now.
fn kept(
    path: &Path,
    make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, TlsError>,
) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let failed =
        |error: io::Error| TlsError::File { path: path.to_owned(), reason: error.to_string() };
    match fs::read(path) {
        Ok(bytes) => Ok(Zeroizing::new(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let bytes = make()?;
            create_private(path, &bytes).map_err(failed)?;
            Ok(bytes)
        }
        Err(error) => Err(failed(error)),
    }
}
