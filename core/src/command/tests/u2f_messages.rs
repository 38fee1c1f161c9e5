//! U2F messages as a client makes and reads them (U2F Raw Message Formats §4, §5).

use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::steps::verifies;
use crate::testing::device::Device;

pub(super) const CHALLENGE: [u8; 32] = [0xc4; 32];
pub(super) const APPLICATION: [u8; 32] = [0xa9; 32];

/// Extended length, with an Le.
fn apdu(instruction: u8, p1: u8, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap().to_be_bytes();
    [&[0, instruction, p1, 0, 0], &length[..], data, &[0, 0]].concat()
}

pub(super) fn register_message(application: &[u8; 32]) -> Vec<u8> {
    apdu(0x01, 0x00, &[CHALLENGE, *application].concat())
}

pub(super) fn authentication(p1: u8, application: &[u8; 32], key_handle: &[u8]) -> Vec<u8> {
    let length = u8::try_from(key_handle.len()).unwrap();
    apdu(0x02, p1, &[&CHALLENGE, application.as_slice(), &[length], key_handle].concat())
}

/// Sends an authentication; gives the status word, and requires that an error says nothing else.
pub(super) fn authenticate(
    device: &Device,
    p1: u8,
    application: &[u8; 32],
    key_handle: &[u8],
) -> u16 {
    let (data, word) = device.u2f(&authentication(p1, application, key_handle));
    assert_eq!(data.is_empty(), word != 0x9000);
    word
}

/// The answer to a registration at [`APPLICATION`].
pub(super) struct Registration {
    pub public_key: Vec<u8>,
    pub key_handle: Vec<u8>,
    pub certificate: Vec<u8>,
    signature: Vec<u8>,
}

impl Registration {
    pub(super) fn parse(data: &[u8]) -> Self {
        let rest = &data[67 + usize::from(data[66])..];
        let (signature, _) = X509Certificate::from_der(rest).unwrap();
        Self::parse_with(data, rest.len() - signature.len())
    }

    /// With a certificate of a length that is known.
    pub(super) fn parse_with(data: &[u8], certificate: usize) -> Self {
        assert_eq!(data[0], 5);
        let (key_handle, rest) = data[67..].split_at(data[66].into());
        let (certificate, signature) = rest.split_at(certificate);
        Self {
            public_key: data[1..66].to_vec(),
            key_handle: key_handle.to_vec(),
            certificate: certificate.to_vec(),
            signature: signature.to_vec(),
        }
    }

    pub(super) fn certificate_key(&self) -> Vec<u8> {
        let (_, certificate) = X509Certificate::from_der(&self.certificate).unwrap();
        certificate.public_key().subject_public_key.data.to_vec()
    }

    /// Whether the key of the certificate signed all of it.
    pub(super) fn verifies(&self, key: &[u8]) -> bool {
        let signed =
            [&[0], &APPLICATION[..], &CHALLENGE, &self.key_handle, &self.public_key].concat();
        verifies(key, &signed, &self.signature)
    }
}
