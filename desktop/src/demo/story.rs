//! The story: what happens, in order, and how each step must come out.

use std::{io, sync::Arc, time::Duration};

use pocketkey_core::Authenticator;
use webauthn_authenticator_rs::prelude::Url;
use webauthn_rs_core::proto::UserVerificationPolicy;

use super::{
    computer::{Computer, Stored},
    person::{Act, Person},
    report::{Party, Refused, Report, Stop},
    site::{RP_ID, SignedIn, Site},
};

mod forgery;

/// Asks for presence only.
pub const TAP: UserVerificationPolicy = UserVerificationPolicy::Discouraged_DO_NOT_USE;
/// Asks for the person to be verified.
pub const VERIFIED: UserVerificationPolicy = UserVerificationPolicy::Required;

/// An account whose passkey is not discoverable: the site has to name it.
pub const ALICE: &str = "alice";
/// Two accounts with discoverable passkeys: no user name is needed.
pub const WORK: &str = "alice-work";
/// See [`WORK`].
pub const HOME: &str = "alice-home";

const PIN: &str = "314159";
const WRONG_PIN: &str = "271828";

/// Longer than the pause between two keepalives, so that some go over the cable.
const HESITATION: Duration = Duration::from_millis(120);

/// Everything that takes part.
pub struct Stage<'w> {
    /// The phone, as its owner has it.
    pub phone: Authenticator,
    /// The owner.
    pub person: Arc<Person>,
    /// The computer that the phone is plugged into.
    pub computer: Computer,
    /// The website.
    pub site: Site,
    /// Where the website's pages come from.
    pub origin: Url,
    /// Where it is told.
    pub report: Report<'w>,
}

impl Stage<'_> {
    /// Tells the whole story.
    ///
    /// # Errors
    /// [`Stop`], where a step failed that others build on.
    pub fn play(&mut self) -> Result<(), Stop> {
        self.tap()?;
        self.fingerprint()?;
        self.refusals()?;
        self.pin()?;
        self.forgeries()
    }

    fn tap(&mut self) -> Result<(), Stop> {
        self.report
            .chapter("A new phone, without fingerprint and PIN: a tap is all it asks for")?;
        let registered = self.register(ALICE, false, TAP);
        let shown = self.shown();
        self.report.accepted("alice registers a passkey", registered, |()| {
            format!("the website accepts it, packed self attestation and all. {shown}")
        })?;
        let signed_in = self.sign_in(Some(ALICE), TAP, ALICE, false);
        let shown = self.shown();
        self.report.accepted("alice signs in with a tap", signed_in, |_| {
            format!("the website accepts the signature, of a person present. {shown}")
        })?;
        self.skipped_verification()
    }

    fn fingerprint(&mut self) -> Result<(), Stop> {
        self.report.chapter("Her finger is enrolled now: the phone verifies who holds it")?;
        self.person.enrol_finger(true);
        let signed_in = self.sign_in(Some(ALICE), VERIFIED, ALICE, true);
        let shown = self.shown();
        self.report.accepted("alice signs in, verified on the phone", signed_in, |_| {
            format!("the website accepts, and sees that she was verified. {shown}")
        })?;
        for account in [WORK, HOME] {
            let registered = self.register(account, true, VERIFIED);
            let shown = self.shown();
            let step = format!("{account} registers a discoverable passkey");
            self.report
                .accepted(&step, registered, |()| format!("the website accepts it. {shown}"))?;
        }
        self.person.will_hesitate(HESITATION);
        let chosen = self.sign_in_as_chosen(WORK);
        self.person.will_hesitate(Duration::ZERO);
        chosen?;
        self.sign_in_as_chosen(HOME)
    }

    fn sign_in_as_chosen(&mut self, account: &str) -> Result<(), Stop> {
        self.person.will_choose(account);
        let signed_in =
            self.sign_in(None, VERIFIED, account, true).and_then(|signed_in| {
                match self.computer.key().asserted_user() {
                    Some(user) if user.selected_on_phone => Ok(signed_in),
                    _ => Err(Refused::by_demo("the account was not chosen on the phone")),
                }
            });
        let shown = self.shown();
        let step = format!("somebody signs in without a user name and chooses {account}");
        self.report.accepted(&step, signed_in, |signed_in| {
            format!("the website knows {} by the passkey. {shown}", signed_in.account)
        })?;
        Ok(())
    }

    fn refusals(&mut self) -> Result<(), Stop> {
        self.report.chapter("The phone is asked, and does not sign")?;
        self.person.will(Act::Decline);
        let signed_in = self.sign_in(Some(ALICE), VERIFIED, ALICE, true);
        let shown = self.shown();
        self.report.refused(
            "alice declines on the phone",
            Party::Phone,
            "Ctap2OperationDenied",
            signed_in,
            &format!("and the website gets no answer at all. {shown}"),
        )?;
        self.person.will(Act::WrongFinger);
        let signed_in = self.sign_in(Some(ALICE), VERIFIED, ALICE, true);
        let shown = self.shown();
        self.report.refused(
            "somebody else's finger",
            Party::Phone,
            "Ctap2UserVerificationInvalid",
            signed_in,
            &format!("this is not its owner. {shown}"),
        )?;
        self.person.will(Act::Agree);
        Ok(())
    }

    fn pin(&mut self) -> Result<(), Stop> {
        self.report.chapter("A PIN, typed on the computer: her finger is not used any more")?;
        self.person.enrol_finger(false);
        let set = self.computer.set_pin(PIN).map_err(Refused::from);
        self.report.accepted("alice gives the phone a PIN", set, |()| {
            "it went over the cable encrypted".to_owned()
        })?;
        self.computer.will_type(WRONG_PIN);
        let signed_in = self.sign_in(Some(ALICE), VERIFIED, ALICE, true);
        let retries = self.computer.pin_retries().map_err(Refused::from);
        let told = match &retries {
            Ok(retries) => format!("{retries} more tries until it blocks the PIN"),
            Err(refused) => format!("and does not tell how many tries are left: {refused:?}"),
        };
        self.report.refused(
            "she types a wrong PIN",
            Party::Phone,
            "Ctap2PinInvalid",
            signed_in,
            &told,
        )?;
        self.computer.will_type(PIN);
        let signed_in = self.sign_in(Some(ALICE), VERIFIED, ALICE, true);
        let shown = self.shown();
        self.report.accepted("she types the right PIN and signs in", signed_in, |_| {
            format!("the website accepts, and sees that she was verified. {shown}")
        })?;
        let stored = self.stored();
        self.report.accepted("the computer lists what is stored", stored, |stored| {
            format!("{}; the phone's own list is the same", stored.join(", "))
        })?;
        Ok(())
    }

    /// The discoverable passkeys, where the computer and the phone list the same.
    fn stored(&self) -> Result<Vec<String>, Refused> {
        let mut by_computer = self.computer.stored()?;
        let mut by_phone: Vec<_> = self
            .phone
            .credentials()
            .map_err(|error| Refused::by_demo(error.to_string()))?
            .into_iter()
            .map(|credential| Stored {
                site: credential.rp_id,
                account: credential.account.name.unwrap_or_default(),
            })
            .collect();
        let due = [HOME, WORK]
            .map(|account| Stored { site: RP_ID.to_owned(), account: account.to_owned() });
        for (lister, list) in [("computer", &mut by_computer), ("phone", &mut by_phone)] {
            list.sort();
            if *list != due {
                return Err(Refused::by_demo(format!("the {lister} lists {list:?}")));
            }
        }
        Ok(by_computer
            .iter()
            .map(|Stored { site, account }| format!("{account} at {site}"))
            .collect())
    }

    fn register(
        &mut self,
        account: &str,
        discoverable: bool,
        verification: UserVerificationPolicy,
    ) -> Result<(), Refused> {
        self.person.take_shown();
        let (options, state) = self.site.begin_registration(account, discoverable, verification)?;
        let answer = self.computer.create(&self.origin, options)?;
        Ok(self.site.finish_registration(account, &answer, &state)?)
    }

    /// Signs in, to the account that is `named` or that the phone chooses, which has to be `due`,
    /// verified if and only if `verified`.
    fn sign_in(
        &mut self,
        named: Option<&str>,
        verification: UserVerificationPolicy,
        due: &str,
        verified: bool,
    ) -> Result<SignedIn, Refused> {
        self.person.take_shown();
        let (options, state) = self.site.begin_sign_in(named, verification)?;
        let answer = self.computer.get(&self.origin, options)?;
        let signed_in = self.site.finish_sign_in(named, &answer, &state)?;
        if signed_in == (SignedIn { account: due.to_owned(), verified }) {
            Ok(signed_in)
        } else {
            Err(Refused::by_demo(format!("the wrong one: {signed_in:?}")))
        }
    }

    /// What the phone has shown during the step.
    fn shown(&self) -> String {
        let shown = self.person.take_shown();
        match shown.len() {
            0 => "The phone showed nothing".to_owned(),
            _ => format!("The phone showed: {}", shown.join(", then: ")),
        }
    }

    /// Tells who plays.
    ///
    /// # Errors
    /// [`Stop`], where the phone does not even say what it is.
    pub fn introduce(&mut self) -> Result<(), Stop> {
        let versions = match self.computer.info() {
            Ok(info) => info.versions.into_iter().collect::<Vec<_>>().join(", "),
            Err(error) => return Err(Stop::Output(io::Error::other(error))),
        };
        self.report.cast(&[
            (Party::Phone, format!("the Pocketkey authenticator ({versions}), nothing on disk")),
            (
                Party::Computer,
                "webauthn-authenticator-rs as the browser, passkey-transports as its USB framing"
                    .to_owned(),
            ),
            (Party::Website, format!("webauthn-rs as the relying party {RP_ID}")),
        ])?;
        Ok(())
    }
}
