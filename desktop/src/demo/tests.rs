#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::process::ExitCode;

use serde_json::Value;

use super::{
    cable::Traffic,
    report::{Party, Refused},
    *,
};

/// The demo's lines, as a script reads them.
fn told_as_json(page: &str, site: &str) -> (Summary, Vec<Value>) {
    let mut out = Vec::new();
    let site = Site::new(&site.parse().unwrap());
    let summary =
        told_at(&page.parse().unwrap(), site, &mut out, Format::Json, |_| Ok(())).unwrap();
    let lines = std::str::from_utf8(&out).unwrap().lines();
    (summary, lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

const HONEST: &str = "https://demo.example";

/// A refusal: whose, and why.
type Refusal = (&'static str, &'static str);

/// Each step: its beginning, how it must come out, and the refusal that it must end in.
const STEPS: &[(&str, &str, Option<Refusal>)] = &[
    ("alice registers a passkey", "accepted", None),
    ("alice signs in with a tap", "accepted", None),
    ("the website asks for more than a tap", "accepted", None),
    ("the computer hands that in", "refused", Some(("website", "UserNotVerified"))),
    ("the computer writes", "refused", Some(("website", "AuthenticationFailure"))),
    ("alice signs in, verified on the phone", "accepted", None),
    ("alice-work registers a discoverable passkey", "accepted", None),
    ("alice-home registers a discoverable passkey", "accepted", None),
    ("somebody signs in without a user name and chooses alice-work", "accepted", None),
    ("somebody signs in without a user name and chooses alice-home", "accepted", None),
    ("alice declines", "refused", Some(("phone", "Ctap2OperationDenied"))),
    ("somebody else's finger", "refused", Some(("phone", "Ctap2UserVerificationInvalid"))),
    ("alice gives the phone a PIN", "accepted", None),
    ("she types a wrong PIN", "refused", Some(("phone", "Ctap2PinInvalid"))),
    ("she types the right PIN", "accepted", None),
    ("the computer lists", "accepted", None),
    ("a bit of a new passkey's", "refused", Some(("website", "AttestationStatementSigInvalid"))),
    ("alice types her PIN, and a forger", "accepted", None),
    ("a bit of the signature", "refused", Some(("website", "AuthenticationFailure"))),
    ("the signature counter", "refused", Some(("website", "AuthenticationFailure"))),
    ("the answer is handed in for alice-work", "refused", Some(("website", "CredentialNotFound"))),
    ("the answer is kept, and replayed", "refused", Some(("website", "MismatchedChallenge"))),
    ("the answer comes in as the phone made it", "accepted", None),
    ("it comes in a second time", "refused", Some(("website", "CredentialPossibleCompromise"))),
    ("alice is lured", "refused", Some(("computer", "Security"))),
    ("dem0.example asks in its own name", "refused", Some(("phone", "Ctap2NoCredentials"))),
    ("malware", "refused", Some(("website", "InvalidRPOrigin"))),
];

/// Each of the ten steps and what follows them, likewise.
const TEN_STEPS: &[(&str, &str, Option<Refusal>)] = &[
    ("step 1, ", "accepted", None),
    ("step 2, ", "accepted", None),
    ("steps 3 and 4, ", "accepted", None),
    ("steps 5 to 8, ", "accepted", None),
    ("step 9, ", "accepted", None),
    ("the phone reads the PNG", "accepted", None),
    ("step 10, ", "accepted", None),
    ("its status in the panel", "accepted", None),
    ("another phone scans the same code", "refused", Some(("workspace", "TicketUsed"))),
    ("the user signs in at the workspace", "accepted", None),
    ("All Users shows the user", "accepted", None),
    ("the phone signs once more", "accepted", None),
    ("Suspend", "accepted", None),
    ("the answer from before is handed in", "refused", Some(("workspace", "403"))),
    ("the phone is asked to sign", "refused", Some(("phone", "Ctap2OperationDenied"))),
    ("Resume", "accepted", None),
    ("the user signs in again", "accepted", None),
    ("the event log", "accepted", None),
];

#[test]
fn each_of_the_ten_steps_comes_out_as_it_must() {
    let mut out = Vec::new();
    ten_steps::tell(&mut Report::new(&mut out, Format::Json)).unwrap();
    let lines = std::str::from_utf8(&out).unwrap().lines();
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), TEN_STEPS.len());
    for (line, (begins, outcome, refusal)) in lines.iter().zip(TEN_STEPS) {
        assert!(line["step"].as_str().unwrap().starts_with(begins), "{line}");
        assert_eq!(line["ok"], true, "{line}");
        assert_eq!(line["outcome"], *outcome, "{line}");
        let told = refusal.map(|(by, why)| (Value::from(by), Value::from(why)));
        let said = told.is_some().then(|| (line["refused_by"].clone(), line["why"].clone()));
        assert_eq!(said, told, "{line}");
    }
}

#[test]
fn each_step_comes_out_as_it_must() {
    let (summary, lines) = told_as_json(HONEST, HONEST);
    let steps: Vec<_> = lines.iter().filter(|line| line["event"] == "step").collect();
    for (step, (begins, outcome, refused)) in steps.iter().zip(STEPS) {
        assert!(step["step"].as_str().unwrap().starts_with(begins), "{step} is not {begins:?}");
        assert_eq!(step["outcome"], *outcome, "{step}");
        let told = refused.is_some().then(|| (&step["refused_by"], &step["why"]));
        let told = told.map(|(by, why)| (by.as_str().unwrap(), why.as_str().unwrap()));
        assert_eq!(told, *refused, "{step}");
        assert_eq!(step["ok"], true, "{step}");
    }
    assert_eq!(steps.len(), STEPS.len());
    assert_eq!(status(&Ok(summary)), ExitCode::SUCCESS, "{summary:?}");
    assert_eq!(lines.first().unwrap()["event"], "start");
    assert_eq!(lines.last().unwrap()["ok"], true);
}

#[test]
fn the_phone_shows_who_asks_and_lets_the_owner_choose() {
    let (_, lines) = told_as_json(HONEST, HONEST);
    let told = |begins: &str| {
        let step = lines
            .iter()
            .find(|line| line["step"].as_str().is_some_and(|step| step.starts_with(begins)));
        step.unwrap()["told"].as_str().unwrap().to_owned()
    };
    assert!(told("alice registers").contains("Register alice at demo.example? [tap]"));
    let chosen = told("somebody signs in without a user name and chooses alice-work");
    assert!(chosen.contains("alice-home or alice-work"), "{chosen}");
    assert!(lines.last().unwrap()["keepalives"].as_u64().unwrap() > 0);
    assert!(told("she types a wrong PIN").contains("7 more tries"));
}

#[test]
fn a_relying_party_with_another_expectation_fails_the_demo() {
    let (summary, lines) = told_as_json(HONEST, "https://elsewhere.example");
    assert_eq!(status(&Ok(summary)), ExitCode::FAILURE);
    assert!(!summary.complete);
    assert_eq!((summary.right, summary.wrong), (0, 1));
    let step = &lines[1];
    assert_eq!(step["ok"], false);
    assert_eq!(step["refused_by"], "website");
    assert_eq!(step["why"], "InvalidRPOrigin");
    assert_eq!(lines.last().unwrap()["ok"], false);
}

#[test]
fn an_accepted_forgery_fails_the_demo() {
    let mut out = Vec::new();
    let mut report = Report::new(&mut out, Format::Text);
    report.refused("a forgery", Party::Website, "Why", Ok(()), "told").unwrap();
    let summary = report.close(true, Traffic::default()).unwrap();
    assert_eq!(status(&Ok(summary)), ExitCode::FAILURE);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("FAIL  1. a forgery: accepted, which the website must not (Why)."));
}

#[test]
fn a_refusal_for_another_reason_fails_the_demo() {
    let mut out = Vec::new();
    let mut report = Report::new(&mut out, Format::Text);
    let other = Err::<(), _>(Refused { by: Party::Phone, why: "Other".to_owned() });
    report.refused("a forgery", Party::Website, "Why", other, "told").unwrap();
    let summary = report.close(true, Traffic::default()).unwrap();
    assert_eq!(status(&Ok(summary)), ExitCode::FAILURE);
}

#[test]
fn an_output_that_nobody_reads_fails_the_demo() {
    let result = told(&mut [0; 100].as_mut_slice(), Format::Text);
    assert!(matches!(result, Err(DemoError::Io(_))));
    assert_eq!(status(&result), ExitCode::FAILURE);
}
