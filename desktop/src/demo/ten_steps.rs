//! The ten steps: from an administrator's set-up link to a user's first sign-in with a phone, and to
//! the refusal after a suspension.
//!
//! The workspace is the real one, behind a socket of its own on this machine; the administrator and
//! the user go through its pages with a browser without a window.

use std::{fs, io, sync::Arc};

use pocketkey_core::{Authenticator, network::HttpCourier, protocol::ActivationLink};
use pocketkey_workspace::{server, settings::Options};
use serde_json::{Value, json};
use webauthn_authenticator_rs::prelude::Url;
use webauthn_rs_core::proto::RequestChallengeResponse;

use self::folder::Folder;
use super::{
    browser::{Browser, BrowserError, Page},
    computer::Computer,
    key::UsbKey,
    person::Person,
    phone,
    report::{Party, Refused, Report, Stop},
};

mod folder;
mod qr;

const OWNER: [(&str, &str); 4] = [
    ("name", "The Owner"),
    ("user_name", "owner"),
    ("password", "four words make a password"),
    ("password_again", "four words make a password"),
];

/// What takes part.
struct Office {
    runtime: tokio::runtime::Runtime,
    server: server::Running,
    folder: Folder,
    /// The administrator's browser.
    panel: Browser,
    /// The user's browser.
    desk: Browser,
    /// The user's computer, with the phone in its port.
    computer: Computer,
    phone: Authenticator,
    person: Arc<Person>,
    origin: Url,
}

/// A page of the panel that is looked at again.
struct Assigned {
    user: String,
    key: String,
}

/// Tells the story.
///
/// # Errors
/// [`Stop`], where a step failed that others build on.
pub fn tell(report: &mut Report<'_>) -> Result<(), Stop> {
    let mut office = Office::open().map_err(|error| Stop::Output(io::Error::other(error)))?;
    let told = office.tell(report);
    let Office { runtime, server, .. } = office;
    runtime.block_on(server.shutdown());
    told
}

impl Office {
    fn open() -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let folder = Folder::new()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let options = Options {
            listen: Some(([127, 0, 0, 1], 0).into()),
            data_dir: Some(folder.path().join("workspace")),
            name: Some("Demo workspace".to_owned()),
            ..Options::default()
        };
        let server = runtime.block_on(server::start(options.check()?))?;
        let person = Arc::new(Person::new());
        person.enrol_finger(true);
        let courier = Arc::new(HttpCourier::default());
        let (phone, cable) = phone::switch_on(Arc::clone(&person), courier)?;
        let origin = server.origin().to_owned();
        Ok(Self {
            panel: Browser::new(&origin),
            desk: Browser::new(&origin),
            computer: Computer::new(UsbKey::new(cable))?,
            origin: origin.parse()?,
            runtime,
            server,
            folder,
            phone,
            person,
        })
    }

    fn tell(&mut self, report: &mut Report<'_>) -> Result<(), Stop> {
        report.chapter("The ten steps: a phone becomes a security key of a workspace")?;
        self.set_up(report)?;
        let assigned = self.assign(report)?;
        let link = self.activate(report, &assigned)?;
        self.another_phone(report, &link)?;
        self.sign_in(report, &assigned)?;
        report.chapter("The administrator suspends the key")?;
        self.suspend(report, &assigned)
    }

    /// Steps 1 and 2.
    fn set_up(&mut self, report: &mut Report<'_>) -> Result<(), Stop> {
        let link = self.server.set_up_link().unwrap_or_default().to_owned();
        let panel = &mut self.panel;
        let signed_in = self.runtime.block_on(async {
            let page = panel.open(&link).await?;
            panel.submit(&page, &OWNER).await?;
            let page = panel.open("/admin/users").await?;
            if page.path.starts_with("/admin/sign-in") {
                return panel.submit(&page, &[OWNER[1], OWNER[2]]).await;
            }
            Ok(page)
        });
        report.accepted(
            "step 1, the administrator opens the set-up link and logs in to the panel",
            signed_in.map_err(Refused::from),
            |_| format!("the workspace is at {}", self.origin),
        )?;
        let listed = self.runtime.block_on(self.panel.open("/admin/users"));
        report.accepted("step 2, All Users", listed.map_err(Refused::from), |page| {
            format!("nobody yet, on a page of {} bytes", page.html.len())
        })?;
        Ok(())
    }

    /// Steps 3 to 8.
    fn assign(&mut self, report: &mut Report<'_>) -> Result<Assigned, Stop> {
        let panel = &mut self.panel;
        let user = [
            ("user_id", "S-1001"),
            ("name", "First User"),
            ("email", "first.user@example.org"),
            ("user_name", "first"),
            ("new_groups", "Finance"),
        ];
        let added = self.runtime.block_on(async {
            let page = panel.open("/admin/users/new").await?;
            panel.press(&page, "Done and assign a key", &user).await
        });
        let page = report.accepted(
            "steps 3 and 4, New User: user information and groups, Done",
            added.map_err(Refused::from),
            |_| "first is in the group Finance".to_owned(),
        )?;
        let user = page.path.trim_end_matches("/keys/new").to_owned();
        // An unticked switch is not sent at all.
        let settings = [("kind", "smartphone"), ("label", "phone"), ("verification", "on-phone")];
        let assigned = self.runtime.block_on(async {
            let page = page.without("defaults");
            panel.press(&page, "Next", &settings).await
        });
        let page = report.accepted(
            "steps 5 to 8, a smartphone, default settings off: no proximity, no offline login, Next",
            assigned.map_err(Refused::from),
            |_| "the key is pending".to_owned(),
        )?;
        let key = page.path.trim_end_matches("/activate").to_owned();
        Ok(Assigned { user, key })
    }

    /// Step 9, and the phone's part of step 10.
    fn activate(
        &mut self,
        report: &mut Report<'_>,
        assigned: &Assigned,
    ) -> Result<ActivationLink, Stop> {
        let picture = self.folder.path().join("activation.png");
        let panel = &mut self.panel;
        let shown = self.runtime.block_on(async {
            let page = panel.open(&format!("{}/activate", assigned.key)).await?;
            let page = panel.press(&page, "Activate now", &[]).await?;
            page.attribute(r#"id="link""#, "value")
        });
        let saved = shown.map_err(Refused::from).and_then(|link| qr::save(&link, &picture));
        report.accepted("step 9, Activate now: the panel shows a QR code", saved, |()| {
            let bytes = fs::metadata(&picture).map_or(0, |file| file.len());
            format!("a PNG of {bytes} bytes")
        })?;
        let link = report.accepted("the phone reads the PNG", qr::read(&picture), |link| {
            format!("it is from {}, and good for one activation", link.origin)
        })?;
        let joined = self.runtime.block_on(self.phone.activate(&link, "Demo phone"));
        let shown = self.person.take_shown().join(", then: ");
        let joined = joined.map_err(|error| Refused { by: Party::Phone, why: error.to_string() });
        report.accepted("step 10, the phone joins, and proves its key", joined, |status| {
            format!("it belongs to “{}” now. The phone showed: {shown}", status.workspace.name)
        })?;
        let active = self.state(&assigned.key, "Active");
        report.accepted("its status in the panel", active, |()| "is Active".to_owned())?;
        Ok(link)
    }

    fn another_phone(
        &mut self,
        report: &mut Report<'_>,
        link: &ActivationLink,
    ) -> Result<(), Stop> {
        let person = Arc::new(Person::new());
        person.enrol_finger(true);
        let courier = Arc::new(HttpCourier::default());
        let (other, _cable) = phone::switch_on(person, courier)
            .map_err(|error| Stop::Output(io::Error::other(error)))?;
        let joined = self.runtime.block_on(other.activate(link, "Another phone"));
        let joined = joined.map_err(|error| match error {
            pocketkey_core::activation::ActivationError::Refused(problem) => {
                Refused { by: Party::Workspace, why: format!("{problem:?}") }
            }
            error => Refused { by: Party::Phone, why: error.to_string() },
        });
        report.refused(
            "another phone scans the same code",
            Party::Workspace,
            "TicketUsed",
            joined,
            "and nothing is left on that phone",
        )
    }

    fn sign_in(&mut self, report: &mut Report<'_>, assigned: &Assigned) -> Result<(), Stop> {
        let signed_in = self.signed().and_then(|answer| self.hand_in(&answer));
        let shown = self.person.take_shown().join(", then: ");
        let known = signed_in.and_then(|page| {
            let known = page.says("First User");
            known.then_some(()).ok_or_else(|| Refused::by_demo("the page names somebody else"))
        });
        report.accepted(
            "the user signs in at the workspace, without typing a name",
            known,
            |()| format!("the workspace knows First User. The phone showed: {shown}"),
        )?;
        let active = self.state(&assigned.user, "Active");
        report.accepted("All Users shows the user", active, |()| "as Active".to_owned())
    }

    fn suspend(&mut self, report: &mut Report<'_>, assigned: &Assigned) -> Result<(), Stop> {
        let early = report.accepted(
            "the phone signs once more, and the answer is held back",
            self.signed(),
            |_| "the workspace has not seen it yet".to_owned(),
        )?;
        let panel = &mut self.panel;
        let suspended = self.runtime.block_on(async {
            let page = panel.open(&assigned.key).await?;
            panel.press(&page, "Suspend", &[]).await
        });
        report.accepted("Suspend", suspended.map_err(Refused::from), |_| {
            "the key is suspended".to_owned()
        })?;
        let late = self.hand_in(&early).map(drop);
        report.refused(
            "the answer from before is handed in",
            Party::Workspace,
            "403",
            late,
            "because the suspension holds at once",
        )?;
        let signed = self.signed().map(drop);
        let told = self.person.take_told().join(" ");
        report.refused(
            "the phone is asked to sign",
            Party::Phone,
            "Ctap2OperationDenied",
            signed,
            &format!("because it checks in first. It says: {told}"),
        )?;
        let resumed = self.runtime.block_on(async {
            let page = self.panel.open(&assigned.key).await?;
            self.panel.press(&page, "Resume", &[]).await
        });
        report.accepted("Resume", resumed.map_err(Refused::from), |_| {
            "the key is active again".to_owned()
        })?;
        let signed_in = self.signed().and_then(|answer| self.hand_in(&answer));
        report.accepted("the user signs in again", signed_in, |_| {
            "the workspace knows them again".to_owned()
        })?;
        let entries = self.runtime.block_on(self.server.workspace().verify_log());
        let entries = match entries {
            Ok(whole) => whole.map_err(|damage| Refused::by_demo(damage.to_string())),
            Err(error) => Err(Refused::by_demo(error.to_string())),
        };
        report.accepted("the event log", entries, |entries| {
            format!("has {entries} entries, each chained to the one before and signed")
        })?;
        Ok(())
    }

    /// Asks the workspace for a challenge and has the phone answer it.
    fn signed(&mut self) -> Result<Value, Refused> {
        let desk = &mut self.desk;
        let begun = self.runtime.block_on(async {
            let page = desk.open("/signin").await?;
            let csrf = page.attribute(r#"name="csrf""#, "value")?;
            let name = json!({ "user_name": "" });
            let begun = desk.post_json("/signin/begin", Some(&csrf), &name).await?;
            Ok::<_, BrowserError>((begun, csrf))
        });
        let (begun, csrf) = begun?;
        let options = json!({ "publicKey": begun.get("publicKey") });
        let options: RequestChallengeResponse =
            serde_json::from_value(options).map_err(|error| Refused::by_demo(error.to_string()))?;
        let credential = self.computer.get(&self.origin, options)?;
        Ok(json!({ "state": begun.get("state"), "credential": credential, "csrf": csrf }))
    }

    /// Hands a phone's answer in, and opens the page that the workspace then names.
    fn hand_in(&mut self, answer: &Value) -> Result<Page, Refused> {
        let mut answer = answer.clone();
        let csrf = answer.as_object_mut().and_then(|answer| answer.remove("csrf"));
        let csrf = csrf.as_ref().and_then(Value::as_str).map(str::to_owned);
        let desk = &mut self.desk;
        let page = self.runtime.block_on(async {
            let done = desk.post_json("/signin/finish", csrf.as_deref(), &answer).await?;
            let place = done.get("location").and_then(Value::as_str).unwrap_or("/me");
            desk.open(place).await
        });
        Ok(page?)
    }

    /// Whether a page of the panel shows a state.
    fn state(&mut self, path: &str, state: &str) -> Result<(), Refused> {
        let page = self.runtime.block_on(self.panel.open(path))?;
        if page.says(state) {
            Ok(())
        } else {
            Err(Refused::by_demo(format!("{path} does not say {state}")))
        }
    }
}

impl From<BrowserError> for Refused {
    fn from(error: BrowserError) -> Self {
        match error {
            BrowserError::Refused { status, .. } => {
                Self { by: Party::Workspace, why: status.to_string() }
            }
            error => Self::by_demo(error.to_string()),
        }
    }
}
