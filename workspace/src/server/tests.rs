use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
    time::Duration,
};

use pocketkey_core::protocol::Digest;
use ring::digest;
use rustls::pki_types::{CertificateDer, ServerName};

use super::{Running, StartError, start};
use crate::settings::{Options, Settings, TlsChoice};

fn options(data: &Path) -> Options {
    Options {
        listen: Some("127.0.0.1:0".parse().unwrap()),
        data_dir: Some(data.to_owned()),
        ..Options::default()
    }
}

fn settings(data: &Path) -> Settings {
    options(data).check().unwrap()
}

/// What is answered to these bytes, until the server is done with the connection.
async fn answer(address: SocketAddr, request: &'static str) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
    .await
    .unwrap()
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

async fn is_healthy(running: &Running) -> bool {
    answer(running.address(), HEALTH).await.starts_with("HTTP/1.1 200 ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_port_is_part_of_the_origin_and_of_the_set_up_link() {
    let data = tempfile::tempdir().unwrap();
    let running = start(settings(data.path())).await.unwrap();
    let origin = format!("http://localhost:{}", running.address().port());
    assert_eq!(running.origin(), origin);
    assert!(running.set_up_link().unwrap().starts_with(&format!("{origin}/set-up/")));
    assert!(is_healthy(&running).await);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_prints_another_link_and_keeps_the_workspace() {
    let data = tempfile::tempdir().unwrap();
    let first = start(settings(data.path())).await.unwrap();
    let (link, id) = (first.set_up_link().unwrap().to_owned(), first.workspace().id().to_owned());
    let key = first.workspace().public_key();
    first.kill().await;
    let second = start(settings(data.path())).await.unwrap();
    assert_ne!(second.set_up_link().unwrap().rsplit('/').next(), link.rsplit('/').next());
    assert_eq!(second.workspace().id(), id);
    assert_eq!(second.workspace().public_key(), key);
    second.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_shutdown_nobody_listens() {
    let data = tempfile::tempdir().unwrap();
    let running = start(settings(data.path())).await.unwrap();
    let address = running.address();
    running.shutdown().await;
    assert!(TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_named() {
    let data = tempfile::tempdir().unwrap();
    let running = start(settings(data.path())).await.unwrap();
    let other = tempfile::tempdir().unwrap();
    let taken = Options { listen: Some(running.address()), ..options(other.path()) };
    let error = start(taken.check().unwrap()).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }), "{error}");
    assert!(error.to_string().contains(&running.address().to_string()), "{error}");
    running.shutdown().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_can_read_the_data_directory_and_its_keys() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("deep").join("data");
    let options = Options { tls: Some(TlsChoice::SelfSigned), ..options(&data) };
    let running = start(options.check().unwrap()).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in ["workspace.key", "tls-key.der"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
    running.shutdown().await;
}

/// The certificate that the server shows.
async fn certificate(address: SocketAddr) -> CertificateDer<'static> {
    tokio::task::spawn_blocking(move || {
        let config = rustls::ClientConfig::builder_with_provider(Arc::new(
            rustls::crypto::ring::default_provider(),
        ))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let mut config = config;
        let seen = Arc::new(Seen::default());
        config.dangerous().set_certificate_verifier(seen.clone());
        let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        // The handshake ends there, because nothing vouches for it.
        let _ = client.complete_io(&mut stream);
        let certificate = seen.0.lock().unwrap().take();
        certificate.expect("a certificate")
    })
    .await
    .unwrap()
}

/// Looks at the certificate, and trusts none.
#[derive(Debug, Default)]
struct Seen(std::sync::Mutex<Option<CertificateDer<'static>>>);

impl rustls::client::danger::ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        *self.0.lock().unwrap() = Some(end_entity.clone().into_owned());
        Err(rustls::Error::General("seen".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("not reached".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("not reached".to_owned()))
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::ring::default_provider()
            .signature_verification_algorithms
            .supported_schemes()
    }
}

fn pin(certificate: &CertificateDer<'_>) -> Digest {
    let certificate = webpki::EndEntityCert::try_from(certificate).unwrap();
    let key = certificate.subject_public_key_info();
    Digest(digest::digest(&digest::SHA256, &key).as_ref().try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn links_pin_the_key_of_a_certificate_of_its_own_which_a_restart_keeps() {
    let data = tempfile::tempdir().unwrap();
    let options = || Options { tls: Some(TlsChoice::SelfSigned), ..options(data.path()) };
    let first = start(options().check().unwrap()).await.unwrap();
    assert!(first.origin().starts_with("https://localhost:"));
    let shown = certificate(first.address()).await;
    assert_eq!(first.workspace().config().tls_pin, Some(pin(&shown)));
    first.shutdown().await;
    let second = start(options().check().unwrap()).await.unwrap();
    assert_eq!(certificate(second.address()).await, shown);
    second.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_tls_of_its_own_links_pin_nothing() {
    let data = tempfile::tempdir().unwrap();
    let running = start(settings(data.path())).await.unwrap();
    assert_eq!(running.workspace().config().tls_pin, None);
    running.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_file_that_is_none_is_named() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("not-a-certificate");
    std::fs::write(&file, "nothing").unwrap();
    let options = Options {
        tls_certificate: Some(file.clone()),
        tls_key: Some(file.clone()),
        ..options(data.path())
    };
    let error = start(options.check().unwrap()).await.unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_is_refused_and_the_server_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let running = start(settings(data.path())).await.unwrap();
    let said = answer(running.address(), "\u{1}\u{2} rubbish\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert!(is_healthy(&running).await);
    running.shutdown().await;
}
