#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{io, sync::Arc, time::Duration};

use ring::digest;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::*;

/// What a server answers, once; then it closes the connection.
async fn answer(stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin), reply: &[u8]) {
    let mut request = [0; 4096];
    let _ = stream.read(&mut request).await;
    let _ = stream.write_all(reply).await;
    let _ = stream.shutdown().await;
}

async fn plain(reply: impl AsRef<[u8]> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            answer(&mut stream, reply.as_ref()).await;
        }
    });
    format!("http://127.0.0.1:{port}/phone/v1/check-in")
}

/// A server with a certificate that nobody vouches for: its address, and its pin.
async fn with_tls() -> (String, Digest) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let chain: Vec<CertificateDer<'static>> = vec![made.cert.der().clone()];
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let pin = digest::digest(
        &digest::SHA256,
        &rcgen::PublicKeyData::subject_public_key_info(&made.signing_key),
    );
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                answer(&mut stream, OK).await;
            }
        }
    });
    let pin = Digest(pin.as_ref().try_into().unwrap());
    (format!("https://localhost:{port}/phone/v1/check-in"), pin)
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";

fn letter(url: &str, pin: Option<Digest>) -> Letter {
    Letter {
        url: url.to_owned(),
        pin,
        media_type: protocol::MEDIA_TYPE,
        body: b"body".to_vec(),
        timeout: Duration::from_secs(5),
    }
}

async fn send(url: &str, pin: Option<Digest>) -> Result<Reply, Unreachable> {
    HttpCourier::default().send(letter(url, pin)).await
}

#[tokio::test]
async fn a_reply_is_given_whatever_its_status() {
    let fine = plain(OK).await;
    assert_eq!(send(&fine, None).await, Ok(Reply { status: 200, body: b"hello".to_vec() }));
    let gone = plain("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(send(&gone, None).await.map(|reply| reply.status), Ok(410));
}

#[tokio::test]
async fn the_pinned_server_is_believed_and_no_other() {
    let (url, pin) = with_tls().await;
    assert_eq!(send(&url, Some(pin)).await.map(|reply| reply.status), Ok(200));
    assert_eq!(send(&url, Some(Digest([7; 32]))).await, Err(Unreachable::NotTheServer));
}

#[tokio::test]
async fn without_a_pin_a_certificate_must_be_publicly_trusted() {
    let (url, _) = with_tls().await;
    assert_eq!(send(&url, None).await, Err(Unreachable::NotTheServer));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let url =
        plain("HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
            .await;
    assert_eq!(send(&url, None).await.map(|reply| reply.status), Ok(307));
}

#[tokio::test]
async fn another_machine_is_not_spoken_to_without_encryption() {
    assert_eq!(send("http://keys.example/", None).await, Err(Unreachable::NotTheServer));
}

#[tokio::test]
async fn a_reply_that_is_too_long_or_cut_off_is_none() {
    let long =
        [b"HTTP/1.1 200 OK\r\ncontent-length: 70000\r\n\r\n".as_slice(), &[b'x'; 70_000]].concat();
    assert_eq!(send(&plain(long).await, None).await, Err(Unreachable::NoAnswer));
    let cut = plain("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello").await;
    assert_eq!(send(&cut, None).await, Err(Unreachable::NoAnswer));
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut letter = letter(&url, None);
    letter.timeout = Duration::from_millis(50);
    let sent = HttpCourier::default().send(letter).await;
    assert_eq!(sent, Err(Unreachable::TimedOut));
}

#[tokio::test]
async fn nobody_at_the_address_is_no_answer() -> io::Result<()> {
    let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?;
    assert_eq!(send(&format!("http://{address}/"), None).await, Err(Unreachable::NoAnswer));
    Ok(())
}
