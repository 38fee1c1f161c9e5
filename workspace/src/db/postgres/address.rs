//! `postgres://…`, and how the server is recognised.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::DbError;

/// Reads an address. `sslmode` and `sslrootcert` are read here, because each way of encrypting
/// checks the server's certificate: one that anybody can sit in the middle of protects nothing.
pub(super) fn read(url: &str) -> Result<(Config, MakeRustlsConnect), DbError> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for member in query.split('&').filter(|member| !member.is_empty()) {
        match member.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value),
            Some(("sslrootcert", value)) => roots = Some(value),
            _ => rest.push(member),
        }
    }
    let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
    // Its error may quote the address with its password.
    let mut config: Config = url.parse().map_err(|_| {
        DbError::Failed(
            "the address of the PostgreSQL database cannot be read: it should be \
             postgres://USER:PASSWORD@HOST:PORT/NAME"
                .to_owned(),
        )
    })?;
    config.ssl_mode(match mode {
        Some("disable") => SslMode::Disable,
        Some("require" | "verify-ca" | "verify-full") => SslMode::Require,
        None if is_local(&config) => SslMode::Disable,
        None => SslMode::Require,
        Some(other) => {
            return Err(DbError::Failed(format!(
                "sslmode={other} lets anybody in the middle read along: say sslmode=verify-full, \
                 or sslmode=disable where the network is trusted"
            )));
        }
    });
    if config.get_application_name().is_none() {
        config.application_name("pocketkey");
    }
    Ok((config, MakeRustlsConnect::new(tls(roots)?)))
}

fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }) && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

fn tls(roots: Option<&str>) -> Result<ClientConfig, DbError> {
    let mut store = RootCertStore::empty();
    match roots {
        Some(path) => {
            let failed = |error: &dyn std::fmt::Display| {
                DbError::Failed(format!("the certificates of sslrootcert={path}: {error}"))
            };
            for certificate in
                CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))?
            {
                store
                    .add(certificate.map_err(|error| failed(&error))?)
                    .map_err(|error| failed(&error))?;
            }
            if store.is_empty() {
                return Err(failed(&"there are none"));
            }
        }
        None => store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| DbError::Failed(error.to_string()))?
        .with_root_certificates(store)
        .with_no_client_auth())
}
