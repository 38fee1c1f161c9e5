use pocketkey_core::{
    policy::Settings,
    protocol::{
        Base64Url, DeviceKey, Digest, Enrolment, JwsError, Offer, Ticket, UserName, WorkspaceName,
    },
};
use serde_json::json;
use webauthn_rs::prelude::{PasskeyRegistration, Url, Uuid, Webauthn, WebauthnBuilder};
use zeroize::Zeroizing;

use super::{Refusal, open, verify};
use crate::{
    service::{Signer, phone::offer::creation_options},
    testing::handset::{Claims, Handset, REGISTERED},
};

const ORIGIN: &str = "https://keys.example";

struct Scene {
    webauthn: Webauthn,
    registration: PasskeyRegistration,
    offer: String,
    ticket: Ticket,
    phone: Handset,
}

fn scene() -> Scene {
    let webauthn = WebauthnBuilder::new("keys.example", &Url::parse(ORIGIN).unwrap())
        .and_then(WebauthnBuilder::build)
        .unwrap();
    let (challenge, registration) = webauthn
        .start_passkey_registration(Uuid::from_u128(7), "user1", "First User", None)
        .unwrap();
    let ticket = Ticket(Zeroizing::new([7; 32]));
    let offer = Signer::from_seed(&[1; 32]).unwrap().message(&Offer {
        issuer: ORIGIN.to_owned(),
        workspace: WorkspaceName { id: "w".to_owned(), name: "Example".to_owned() },
        user: UserName { name: "user1".to_owned(), display_name: "First User".to_owned() },
        ticket: ticket.digest(),
        options: creation_options(&challenge),
        settings: Settings::default(),
        issued_at: 1,
        expires_at: 2,
    });
    Scene { webauthn, registration, offer, ticket, phone: Handset::new() }
}

impl Scene {
    fn claims(&mut self) -> Claims {
        self.phone.claims(&self.ticket, &self.offer)
    }

    fn verify(&self, enrolment: &Enrolment) -> Result<super::Proven, Refusal> {
        let offer = pocketkey_core::protocol::digest(&self.offer);
        verify(&self.webauthn, &offer, &self.registration, enrolment)
    }

    /// Why an enrolment that says something else is refused.
    fn refused(change: impl FnOnce(&mut Claims)) -> String {
        let mut scene = scene();
        let mut claims = scene.claims();
        change(&mut claims);
        let enrolment = open(&scene.phone.enrolment(&claims)).unwrap();
        scene.verify(&enrolment).unwrap_err().to_string()
    }
}

#[test]
fn an_honest_enrolment_proves_device_key_and_credential() {
    let mut scene = scene();
    let text = scene.phone.enrol(&scene.ticket.clone(), &scene.offer.clone());
    let proven = scene.verify(&open(&text).unwrap()).unwrap();
    assert_eq!(proven.device_key, scene.phone.device_key());
    assert_eq!(proven.passkey.cred_id(), &scene.phone.credential_id);
    assert_eq!(proven.device_name, "Test phone");
}

#[test]
fn a_phone_is_offered_what_is_accepted_and_every_key_store_has() {
    let offer: Offer = pocketkey_core::protocol::peek(&scene().offer).unwrap();
    let algorithms: Vec<_> = offer.options.pub_key_cred_params.iter().map(|it| it.alg).collect();
    assert_eq!(algorithms, [-7]);
    assert_eq!(offer.options.rp.id, "keys.example");
    assert_eq!(offer.options.user.id, Base64Url(Uuid::from_u128(7).as_bytes().to_vec()));
}

#[test]
fn an_enrolment_is_signed_by_the_device_key_that_it_names() {
    let mut scene = scene();
    let claims = scene.claims();
    let mut enrolment = scene.phone.unsigned(&claims);
    enrolment.device_key = Handset::new().device_key();
    assert_eq!(open(&scene.phone.signed(&enrolment)).err(), Some(JwsError::BadSignature));
}

#[test]
fn no_part_of_a_signed_enrolment_can_be_exchanged() {
    let mut scene = scene();
    let text = scene.phone.enrol(&scene.ticket.clone(), &scene.offer.clone());
    let other = scene.phone.enrol(&Ticket(Zeroizing::new([8; 32])), &scene.offer.clone());
    let [header, payload, signature] = parts(&text);
    let [_, other_payload, other_signature] = parts(&other);
    for mixed in [
        format!("{header}.{other_payload}.{signature}"),
        format!("{header}.{payload}.{other_signature}"),
    ] {
        assert_eq!(open(&mixed).err(), Some(JwsError::BadSignature));
    }
}

fn parts(text: &str) -> [&str; 3] {
    text.split('.').collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn an_enrolment_answers_the_offer_that_was_made() {
    assert_eq!(
        Scene::refused(|claims| claims.offer = Digest([0; 32])),
        "the enrolment answers another offer"
    );
}

#[test]
fn another_phones_credential_is_refused() {
    let mut scene = scene();
    let thief = Handset::new();
    let claims = scene.claims();
    let mut enrolment = scene.phone.unsigned(&claims);
    enrolment.device_key = thief.device_key();
    let text = thief.signed(&enrolment);
    assert!(matches!(scene.verify(&open(&text).unwrap()), Err(Refusal::OtherDevice)));
}

#[test]
fn a_credential_without_a_device_is_refused() {
    let none = Scene::refused(|claims| {
        claims.client_data.as_object_mut().unwrap().remove("pocketkeyDevice");
    });
    assert_eq!(none, "the credential was made for another device key");
    let odd = Scene::refused(|claims| claims.client_data["pocketkeyDevice"] = json!("x"));
    assert_eq!(odd, "the credential has client data that is none");
}

#[test]
fn client_data_is_as_webauthn_wants_it() {
    for (member, value) in [
        ("type", json!("webauthn.get")),
        ("challenge", json!("AAAA")),
        ("origin", json!("https://other.example")),
        ("origin", json!("https://keys.example:8443")),
        ("origin", json!("http://keys.example")),
        ("crossOrigin", json!(true)),
    ] {
        let reason = Scene::refused(|claims| claims.client_data[member] = value);
        assert!(reason.starts_with("the credential does not verify"), "{member}: {reason}");
    }
}

#[test]
fn members_of_the_client_data_that_are_not_known_are_let_be() {
    let mut scene = scene();
    let mut claims = scene.claims();
    claims.client_data["topOrigin"] = json!("x");
    let enrolment = open(&scene.phone.enrolment(&claims)).unwrap();
    assert!(scene.verify(&enrolment).is_ok());
}

#[test]
fn a_credential_of_another_relying_party_is_refused() {
    let reason = Scene::refused(|claims| claims.rp_id = "other.example".to_owned());
    assert!(reason.starts_with("the credential does not verify"), "{reason}");
}

#[test]
fn presence_verification_and_a_home_on_the_phone_are_needed() {
    let (present, verified, eligible) = (1, 4, 8);
    let unverified = "the credential does not verify";
    for (flags, expected) in [
        (REGISTERED & !present, unverified),
        (REGISTERED & !verified, unverified),
        (REGISTERED | eligible, "the credential can leave its phone"),
    ] {
        let reason = Scene::refused(|claims| claims.flags = flags);
        assert!(reason.starts_with(expected), "{flags:b}: {reason}");
    }
}

#[test]
fn only_packed_self_attestation_is_proof() {
    assert_eq!(
        Scene::refused(|claims| claims.format = "none".to_owned()),
        "the credential is not attested by its own key"
    );
    for change in [
        |claims: &mut Claims| claims.algorithm = -35,
        |claims: &mut Claims| {
            claims.format = "unheard-of".to_owned();
        },
    ] {
        let reason = Scene::refused(change);
        assert!(reason.starts_with("the credential does not verify"), "{reason}");
    }
}

#[test]
fn an_attestation_by_another_key_is_refused() {
    let mut scene = scene();
    let claims = scene.claims();
    let mut enrolment = scene.phone.unsigned(&claims);
    // The same statement over other client data.
    let other = scene.phone.registration(&Claims {
        client_data: {
            let mut data = claims.client_data.clone();
            data["extra"] = json!(1);
            data
        },
        ..claims
    });
    enrolment.credential.response.client_data_json = other.response.client_data_json;
    let reason = scene.verify(&enrolment).unwrap_err().to_string();
    assert!(reason.starts_with("the credential does not verify"), "{reason}");
}

#[test]
fn a_credential_has_one_id() {
    let mut scene = scene();
    let claims = scene.claims();
    let mut enrolment = scene.phone.unsigned(&claims);
    enrolment.credential.id = Base64Url(vec![1]);
    assert_eq!(scene.verify(&enrolment).unwrap_err().to_string(), "the credential has two IDs");
    enrolment.credential.raw_id = Base64Url(vec![1]);
    assert!(scene.verify(&enrolment).is_err(), "the authenticator data names another one");
}

#[test]
fn a_device_name_is_one_short_line() {
    for (sent, kept) in [
        ("  My \u{0} phone\r\n2 ", "My phone 2".to_owned()),
        (&"é".repeat(100), "é".repeat(64)),
        ("", String::new()),
    ] {
        let mut scene = scene();
        let mut claims = scene.claims();
        claims.device_name = sent.to_owned();
        let enrolment = open(&scene.phone.enrolment(&claims)).unwrap();
        assert_eq!(scene.verify(&enrolment).unwrap().device_name, kept);
    }
}

#[test]
fn rubbish_is_no_enrolment() {
    for text in ["", "a.b.c", "....", &"x".repeat(70_000)] {
        assert!(open(text).is_err());
    }
    let check_in = Handset::new().check_in("k", 1, None);
    assert_eq!(open(&check_in).err(), Some(JwsError::WrongKind));
    // A point that is not on the curve.
    let mut scene = scene();
    let claims = scene.claims();
    let mut enrolment = scene.phone.unsigned(&claims);
    enrolment.device_key = DeviceKey([4; 65]);
    assert_eq!(open(&scene.phone.signed(&enrolment)).err(), Some(JwsError::NotUnderstood));
}
