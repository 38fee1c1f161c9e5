//! The phone's owner, who acts by script.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use pocketkey_core::platform::{
    Account, BoxFuture, Choice, Consent, Needs, Notice, Operation, Prompt, Refusal, UserVerifier,
    VerifierStatus,
};

/// USER_VERIFY_FINGERPRINT_INTERNAL (FIDO Registry §3.1).
const FINGERPRINT: u32 = 0x0002;

/// What the person does at a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Agrees, with the finger where verification is needed.
    Agree,
    /// Says no.
    Decline,
    /// Somebody else's finger.
    WrongFinger,
}

/// The person, and what the phone knows of them.
#[derive(Debug)]
pub struct Person {
    script: Mutex<Script>,
}

#[derive(Debug)]
struct Script {
    finger_enrolled: bool,
    act: Act,
    account: Option<String>,
    hesitation: Duration,
    shown: Vec<String>,
    told: Vec<String>,
}

impl Person {
    /// Somebody who has not enrolled a finger, and agrees to everything at once.
    pub fn new() -> Self {
        Self {
            script: Mutex::new(Script {
                finger_enrolled: false,
                act: Act::Agree,
                account: None,
                hesitation: Duration::ZERO,
                shown: Vec::new(),
                told: Vec::new(),
            }),
        }
    }

    /// Enrols the finger in the phone, or removes it.
    pub fn enrol_finger(&self, enrolled: bool) {
        self.script().finger_enrolled = enrolled;
    }

    /// What to do at the prompts that come.
    pub fn will(&self, act: Act) {
        self.script().act = act;
    }

    /// Which account to choose where the phone shows several; without one the newest.
    pub fn will_choose(&self, account: &str) {
        self.script().account = Some(account.to_owned());
    }

    /// How long to look at each prompt.
    pub fn will_hesitate(&self, hesitation: Duration) {
        self.script().hesitation = hesitation;
    }

    /// What the phone has shown since this was last asked.
    pub fn take_shown(&self) -> Vec<String> {
        std::mem::take(&mut self.script().shown)
    }

    /// What the phone has told without asking since this was last asked.
    pub fn take_told(&self) -> Vec<String> {
        std::mem::take(&mut self.script().told)
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, prompt: &Prompt) -> Result<Consent, Refusal> {
        let script = self.script();
        match script.act {
            Act::Decline => Err(Refusal::Declined),
            Act::WrongFinger if prompt.needs == Needs::Verification => Err(Refusal::NotVerified),
            Act::WrongFinger | Act::Agree => Ok(Consent {
                verified: prompt.needs == Needs::Verification,
                choice: chosen(&prompt.operation, script.account.as_deref()),
                authorization: None,
            }),
        }
    }
}

impl UserVerifier for Person {
    fn status(&self) -> VerifierStatus {
        VerifierStatus {
            built_in_uv: Some(self.script().finger_enrolled),
            uv_modality: FINGERPRINT,
            chooses_account: true,
        }
    }

    fn tell(&self, notice: &Notice) {
        self.script().told.push(notice.to_string());
    }

    fn ask<'a>(&'a self, prompt: &'a Prompt) -> BoxFuture<'a, Result<Consent, Refusal>> {
        Box::pin(async move {
            let hesitation = {
                let mut script = self.script();
                script.shown.push(screen(prompt));
                script.hesitation
            };
            if !hesitation.is_zero() {
                tokio::time::sleep(hesitation).await;
            }
            self.decide(prompt)
        })
    }
}

fn chosen(operation: &Operation, wanted: Option<&str>) -> Choice {
    let Operation::SignIn { accounts, .. } = operation else { return Choice::default() };
    let position = accounts.iter().position(|account| account.name.as_deref() == wanted);
    position.map_or_else(Choice::default, Choice::Account)
}

/// The prompt in words, as a phone would show it.
fn screen(prompt: &Prompt) -> String {
    let question = match &prompt.operation {
        Operation::Register { site, account, .. } => match account {
            Some(account) => format!("Register {} at {}?", name(account), site.id),
            None => format!("Register at {}?", site.id),
        },
        Operation::AlreadyRegistered { site } => format!("Already registered at {}.", site.id),
        Operation::SignIn { site, accounts, .. } => {
            let names: Vec<_> = accounts.iter().map(name).collect();
            match names.len() {
                0 => format!("Sign in at {}?", site.id),
                _ => format!("Sign in at {} as {}?", site.id, names.join(" or ")),
            }
        }
        Operation::NoCredential { site } => format!("There is no passkey for {} here.", site.id),
        Operation::Select => "Use this phone?".to_owned(),
        Operation::AllowToken { site: Some(site), .. } => format!("Is it you, for {}?", site.id),
        Operation::AllowToken { site: None, .. } => "Is it you?".to_owned(),
        Operation::JoinWorkspace { workspace, user, .. } => {
            format!("Join {} as the key of {}?", workspace.name, user.name)
        }
        Operation::Reset => "Erase everything?".to_owned(),
    };
    match prompt.needs {
        Needs::Presence => format!("{question} [tap]"),
        Needs::Verification => format!("{question} [fingerprint]"),
    }
}

fn name(account: &Account) -> String {
    let name = account.name.as_ref().or(account.display_name.as_ref());
    name.map_or_else(|| "an account without a name".to_owned(), Clone::clone)
}
