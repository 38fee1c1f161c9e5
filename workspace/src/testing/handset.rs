//! A phone as a workspace meets it: two keys, and messages that can be made wrong on purpose.

use ciborium::{Value, cbor};
use pocketkey_core::protocol::{
    self, AttestationResponse, Base64Url, CheckIn, DeviceKey, Digest, Enrolment, GrantReport,
    Nonce, Offer, RegistrationCredential, Ticket,
};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair,
    },
};
use serde_json::{Value as Json, json};

/// User present, user verified, attested credential data included (WebAuthn §6.1).
pub(crate) const REGISTERED: u8 = 0b0100_0101;
/// User present and verified.
pub(crate) const SIGNED_IN: u8 = 0b0000_0101;

/// A phone.
pub(crate) struct Handset {
    pub(crate) device: EcdsaKeyPair,
    pub(crate) credential: EcdsaKeyPair,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) counter: u32,
    pub(crate) sequence: u64,
}

/// All that an enrolment says, to be changed before it is said.
#[derive(Clone)]
pub(crate) struct Claims {
    pub(crate) ticket: Ticket,
    pub(crate) offer: Digest,
    pub(crate) device_name: String,
    pub(crate) client_data: Json,
    pub(crate) rp_id: String,
    pub(crate) flags: u8,
    pub(crate) format: String,
    pub(crate) algorithm: i64,
    pub(crate) transports: Vec<String>,
}

fn key(algorithm: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
    let rng = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(algorithm, &rng).unwrap();
    EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &rng).unwrap()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).unwrap();
    bytes
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

fn text(bytes: &[u8]) -> String {
    Base64Url(bytes.to_vec()).text()
}

impl Handset {
    pub(crate) fn new() -> Self {
        Self {
            device: key(&ECDSA_P256_SHA256_FIXED_SIGNING),
            credential: key(&ECDSA_P256_SHA256_ASN1_SIGNING),
            credential_id: random::<32>().to_vec(),
            user_handle: Vec::new(),
            counter: 0,
            sequence: 0,
        }
    }

    pub(crate) fn device_key(&self) -> DeviceKey {
        DeviceKey(self.device.public_key().as_ref().try_into().unwrap())
    }

    /// What an honest phone says to an offer.
    pub(crate) fn claims(&mut self, ticket: &Ticket, offer_text: &str) -> Claims {
        let offer: Offer = protocol::peek(offer_text).unwrap();
        self.user_handle = offer.options.user.id.0.clone();
        Claims {
            ticket: ticket.clone(),
            offer: protocol::digest(offer_text),
            device_name: "Test phone".to_owned(),
            client_data: json!({
                "type": "webauthn.create",
                "challenge": offer.options.challenge.text(),
                "origin": offer.issuer,
                "crossOrigin": false,
                "pocketkeyDevice": self.device_key().thumbprint().text(),
            }),
            rp_id: offer.options.rp.id,
            flags: REGISTERED,
            format: "packed".to_owned(),
            algorithm: -7,
            transports: vec!["internal".to_owned(), "nfc".to_owned()],
        }
    }

    /// An honest enrolment.
    pub(crate) fn enrol(&mut self, ticket: &Ticket, offer: &str) -> String {
        let claims = self.claims(ticket, offer);
        self.enrolment(&claims)
    }

    /// An enrolment that says this.
    pub(crate) fn enrolment(&self, claims: &Claims) -> String {
        self.signed(&self.unsigned(claims))
    }

    pub(crate) fn unsigned(&self, claims: &Claims) -> Enrolment {
        Enrolment {
            ticket: claims.ticket.clone(),
            offer: claims.offer,
            device_key: self.device_key(),
            credential: self.registration(claims),
            device_name: claims.device_name.clone(),
        }
    }

    /// A registration response, as a browser would hand it over too.
    pub(crate) fn registration(&self, claims: &Claims) -> RegistrationCredential {
        let client_data = serde_json::to_vec(&claims.client_data).unwrap();
        let point = self.credential.public_key().as_ref();
        let cose = Value::Map(vec![
            (1.into(), 2.into()),
            (3.into(), (-7).into()),
            ((-1).into(), 1.into()),
            ((-2).into(), Value::Bytes(point[1..33].to_vec())),
            ((-3).into(), Value::Bytes(point[33..].to_vec())),
        ]);
        let mut auth_data = self.auth_data(&claims.rp_id, claims.flags);
        auth_data.extend_from_slice(&[0; 16]);
        auth_data
            .extend_from_slice(&u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        auth_data.extend_from_slice(&self.credential_id);
        ciborium::into_writer(&cose, &mut auth_data).unwrap();
        let signed = [auth_data.clone(), sha256(&client_data)].concat();
        let statement = match claims.format.as_str() {
            "packed" => cbor!({
                "alg" => claims.algorithm,
                "sig" => Value::Bytes(self.signature(&signed)),
            }),
            _ => cbor!({}),
        };
        let object = Value::Map(vec![
            ("fmt".into(), claims.format.as_str().into()),
            ("attStmt".into(), statement.unwrap()),
            ("authData".into(), Value::Bytes(auth_data)),
        ]);
        let mut attestation = Vec::new();
        ciborium::into_writer(&object, &mut attestation).unwrap();
        RegistrationCredential {
            id: Base64Url(self.credential_id.clone()),
            raw_id: Base64Url(self.credential_id.clone()),
            kind: Default::default(),
            response: AttestationResponse {
                client_data_json: Base64Url(client_data),
                attestation_object: Base64Url(attestation),
                transports: claims.transports.clone(),
            },
        }
    }

    /// The next check-in of a key.
    pub(crate) fn check_in(
        &mut self,
        key: &str,
        policy: u64,
        grant: Option<GrantReport>,
    ) -> String {
        self.sequence += 1;
        let message = CheckIn {
            key: key.to_owned(),
            nonce: Nonce(random()),
            sequence: self.sequence,
            policy,
            grant,
        };
        self.signed(&message)
    }

    /// A message with the device key's signature.
    pub(crate) fn signed<M: protocol::Message>(&self, message: &M) -> String {
        let input = protocol::signing_input(message);
        let signature = self.device.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
        protocol::encode(M::ALGORITHM, &input, signature.as_ref()).unwrap()
    }

    /// The answer to request options, as a browser would hand it over.
    pub(crate) fn assertion(&mut self, options: &Json, origin: &str) -> Json {
        self.assertion_with(options, origin, SIGNED_IN)
    }

    pub(crate) fn assertion_with(&mut self, options: &Json, origin: &str, flags: u8) -> Json {
        self.counter += 1;
        let client_data = serde_json::to_vec(&json!({
            "type": "webauthn.get",
            "challenge": options["challenge"],
            "origin": origin,
            "crossOrigin": false,
        }))
        .unwrap();
        let auth_data = self.auth_data(options["rpId"].as_str().unwrap(), flags);
        let signed = [auth_data.clone(), sha256(&client_data)].concat();
        json!({
            "id": text(&self.credential_id),
            "rawId": text(&self.credential_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": text(&client_data),
                "authenticatorData": text(&auth_data),
                "signature": text(&self.signature(&signed)),
                "userHandle": text(&self.user_handle),
            },
            "extensions": {},
        })
    }

    fn auth_data(&self, rp_id: &str, flags: u8) -> Vec<u8> {
        [&sha256(rp_id.as_bytes())[..], &[flags], &self.counter.to_be_bytes()].concat()
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.credential.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec()
    }
}
