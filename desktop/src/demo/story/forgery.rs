//! Answers that are not what they pretend to be, and what the website must make of them.

use serde_cbor_2::Value;
use webauthn_rs_core::proto::{AuthenticationState, PublicKeyCredential, RequestChallengeResponse};

use super::{
    super::{
        report::{Party, Refused, Stop},
        site::SignedIn,
    },
    ALICE, Stage, TAP, VERIFIED, WORK,
};

/// UV in authenticator data (WebAuthn §6.1).
const USER_VERIFIED: u8 = 0x04;
/// Where the flags are in authenticator data: after the RP ID's hash.
const FLAGS: usize = 32;

/// A site whose pages look to a person like those of the demo's own.
const LOOK_ALIKE: &str = "dem0.example";

impl Stage<'_> {
    /// For a phone that cannot verify: one that can is asked to by every computer.
    pub(super) fn skipped_verification(&mut self) -> Result<(), Stop> {
        let answer = self.without_verification();
        let (answer, state) = self.report.accepted(
            "the website asks for more than a tap, and a cheating computer leaves that out",
            answer,
            |_| "the phone signs that alice was present, and nothing else".to_owned(),
        )?;
        self.present(
            "the computer hands that in",
            "UserNotVerified",
            &answer,
            &state,
            "which wants alice verified",
        )?;
        let mut forged = answer;
        flip(forged.response.authenticator_data.get_mut(FLAGS), USER_VERIFIED);
        self.present(
            "the computer writes \"verified\" into it",
            "AuthenticationFailure",
            &forged,
            &state,
            "because the phone did not sign that",
        )
    }

    pub(super) fn forgeries(&mut self) -> Result<(), Stop> {
        self.report.chapter("Forgers at work: what the website must not believe")?;
        let forged = self.forged_registration();
        self.report.refused(
            "a bit of a new passkey's attestation is flipped",
            Party::Website,
            "AttestationStatementSigInvalid",
            forged,
            "because the new key did not sign that",
        )?;
        self.forged_sign_in()?;
        self.phishing()
    }

    fn forged_sign_in(&mut self) -> Result<(), Stop> {
        let answer = self.answer();
        let (answer, state) = self.report.accepted(
            "alice types her PIN, and a forger gets the answer first",
            answer,
            |_| "the website has not seen it yet".to_owned(),
        )?;

        let mut forged = answer.clone();
        flip(forged.response.signature.last_mut(), 0x01);
        self.present(
            "a bit of the signature is flipped",
            "AuthenticationFailure",
            &forged,
            &state,
            "because alice's passkey did not sign that",
        )?;

        let mut forged = answer.clone();
        flip(forged.response.authenticator_data.last_mut(), 0x40);
        self.present(
            "the signature counter is set forward",
            "AuthenticationFailure",
            &forged,
            &state,
            "because the signature covers the counter",
        )?;

        let for_another = self.site.finish_sign_in(Some(WORK), &answer, &state);
        self.report.refused(
            &format!("the answer is handed in for {WORK}"),
            Party::Website,
            "CredentialNotFound",
            for_another.map_err(Refused::from),
            "because that account has another passkey",
        )?;

        let replayed = self.replayed(&answer);
        self.report.refused(
            "the answer is kept, and replayed to the website's next challenge",
            Party::Website,
            "MismatchedChallenge",
            replayed,
            "because it answers another challenge",
        )?;

        let untouched = self.site.finish_sign_in(Some(ALICE), &answer, &state);
        self.report.accepted(
            "the answer comes in as the phone made it",
            untouched.map_err(Refused::from),
            |_| "the website accepts it, so that only the forging was wrong".to_owned(),
        )?;
        self.present(
            "it comes in a second time",
            "CredentialPossibleCompromise",
            &answer,
            &state,
            "because the phone counts its signatures, and this count was used",
        )
    }

    fn phishing(&mut self) -> Result<(), Stop> {
        let asked = self.phished(false).map(|_| ());
        self.report.refused(
            &format!("alice is lured to {LOOK_ALIKE}, which asks for her passkey"),
            Party::Computer,
            "Security",
            asked,
            "because a page may only ask for its own site",
        )?;
        let own_name = self.asked_in_another_name();
        self.report.refused(
            &format!("{LOOK_ALIKE} asks in its own name"),
            Party::Phone,
            "Ctap2NoCredentials",
            own_name,
            "because a passkey is for one site, and there is none for this one",
        )?;
        let signed_in = self.phished(true).and_then(|(answer, state)| {
            Ok(self.site.finish_sign_in(Some(ALICE), &answer, &state)?)
        });
        self.report.refused(
            "malware in the browser's place lets it ask all the same",
            Party::Website,
            "InvalidRPOrigin",
            signed_in,
            "because the signed answer names the page that asked",
        )
    }

    /// What alice would send: verified, and not handed in yet.
    fn answer(&mut self) -> Result<(PublicKeyCredential, AuthenticationState), Refused> {
        let (options, state) = self.site.begin_sign_in(Some(ALICE), VERIFIED)?;
        Ok((self.computer.get(&self.origin, options)?, state))
    }

    fn replayed(&mut self, answer: &PublicKeyCredential) -> Result<SignedIn, Refused> {
        let (_, fresh) = self.site.begin_sign_in(Some(ALICE), VERIFIED)?;
        Ok(self.site.finish_sign_in(Some(ALICE), answer, &fresh)?)
    }

    fn without_verification(
        &mut self,
    ) -> Result<(PublicKeyCredential, AuthenticationState), Refused> {
        let (mut options, state) = self.site.begin_sign_in(Some(ALICE), VERIFIED)?;
        options.public_key.user_verification = TAP;
        Ok((self.computer.get(&self.origin, options)?, state))
    }

    fn forged_registration(&mut self) -> Result<(), Refused> {
        let (options, state) = self.site.begin_registration("mallory", false, VERIFIED)?;
        let mut answer = self.computer.create(&self.origin, options)?;
        let object = &mut answer.response.attestation_object;
        *object = with_forged_signature(object)
            .ok_or_else(|| Refused::by_demo("an attestation without a signature"))?;
        Ok(self.site.finish_registration("mallory", &answer, &state)?)
    }

    /// The look-alike passes the website's request on.
    fn phished(
        &self,
        by_malware: bool,
    ) -> Result<(PublicKeyCredential, AuthenticationState), Refused> {
        let (options, state) = self.site.begin_sign_in(Some(ALICE), VERIFIED)?;
        let page = look_alike()?;
        let answer = match by_malware {
            true => self.computer.get_unchecked(&page, options)?,
            false => self.computer.get(&page, options)?,
        };
        Ok((answer, state))
    }

    fn asked_in_another_name(&self) -> Result<(), Refused> {
        let (mut options, _): (RequestChallengeResponse, _) =
            self.site.begin_sign_in(Some(ALICE), VERIFIED)?;
        LOOK_ALIKE.clone_into(&mut options.public_key.rp_id);
        self.computer.get(&look_alike()?, options)?;
        Ok(())
    }

    /// Hands `answer` in for [`ALICE`], which the website must refuse for the reason `why`.
    fn present(
        &mut self,
        step: &str,
        why: &str,
        answer: &PublicKeyCredential,
        state: &AuthenticationState,
        told: &str,
    ) -> Result<(), Stop> {
        let result = self.site.finish_sign_in(Some(ALICE), answer, state).map_err(Refused::from);
        self.report.refused(step, Party::Website, why, result, told)
    }
}

fn look_alike() -> Result<webauthn_authenticator_rs::prelude::Url, Refused> {
    format!("https://{LOOK_ALIKE}").parse().map_err(|_| Refused::by_demo("a page without address"))
}

fn flip(byte: Option<&mut u8>, bits: u8) {
    if let Some(byte) = byte {
        *byte ^= bits;
    }
}

/// An attestation object (WebAuthn §6.5) whose statement has the last bit of its signature flipped.
fn with_forged_signature(object: &[u8]) -> Option<Vec<u8>> {
    let mut object = serde_cbor_2::from_slice(object).ok()?;
    let statement = member(&mut object, "attStmt")?;
    let Value::Bytes(signature) = member(statement, "sig")? else { return None };
    flip(signature.last_mut(), 0x01);
    serde_cbor_2::to_vec(&object).ok()
}

fn member<'a>(map: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let Value::Map(map) = map else { return None };
    map.get_mut(&Value::Text(name.to_owned()))
}
