use pocketkey_core::policy::{OfflineLogin, Settings, Verification};

use super::{
    super::{settings_form::SettingsForm, user_form::UserForm},
    pages::every_page,
    samples::user,
};
use crate::{http::CsrfFields, model::Role};

fn fields(pairs: &[(&str, &str)]) -> CsrfFields {
    CsrfFields(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
}

fn page(wanted: &str) -> String {
    every_page("what was typed", Role::Owner)
        .into_iter()
        .find(|(page, _)| *page == wanted)
        .map(|(_, html)| html)
        .unwrap()
}

#[test]
fn chosen_groups_and_typed_ones_are_the_users_groups_each_once() {
    let form = UserForm::of_fields(&fields(&[
        ("user_id", " 1001 "),
        ("name", "First User"),
        ("user_name", "first.user"),
        ("email", " "),
        ("group", "Staff"),
        ("group", "Office"),
        ("new_groups", "Night, Staff,, Night "),
    ]));
    let user = form.user();
    assert_eq!(user.user_id, "1001");
    assert_eq!(user.email, None);
    assert_eq!(user.groups, ["Staff", "Office", "Night"]);
}

#[test]
fn a_users_form_says_what_the_user_is() {
    let first = user("first");
    let new = UserForm::of_user(&first).user();
    assert_eq!(
        (new.user_id, new.name, new.user_name),
        (first.user_id, first.name, first.user_name)
    );
    assert_eq!(new.groups, ["first"]);
}

#[test]
fn a_form_that_is_shown_again_keeps_its_values_and_says_what_is_wrong_beside_them() {
    for name in ["new-user", "edit-user"] {
        let html = page(name);
        for field in ["user_id", "name", "email", "user_name", "new_groups"] {
            let input = html.split("<input").find(|it| it.contains(&format!("id=\"{field}\"")));
            let input = input.and_then(|it| it.split('>').next()).unwrap();
            assert!(input.contains("value=\"what was typed\""), "{name}: {field} is kept");
            assert!(input.contains("aria-invalid=\"true\""), "{name}: {field} is invalid");
            assert!(
                input.contains(&format!("aria-describedby=\"{field}-error")),
                "{name}: {field}"
            );
            assert!(
                html.contains(&format!("id=\"{field}-error\"")),
                "{name}: {field} has its reason"
            );
            assert!(
                html.contains(&format!("href=\"#{field}\"")),
                "{name}: the summary leads to {field}"
            );
        }
        assert!(html.contains("role=\"alert\" tabindex=\"-1\" autofocus"), "{name} has a summary");
        assert!(html.contains("name=\"group\" value=\"what was typed\" checked"), "{name}: groups");
    }
}

#[test]
fn the_default_switch_overrules_everything_else() {
    let chosen =
        fields(&[("defaults", "on"), ("bluetooth_proximity", "on"), ("offline_uses", "x")]);
    assert_eq!(SettingsForm::of_fields(&chosen).settings(), Ok(Settings::default()));
}

#[test]
fn chosen_settings_are_what_was_chosen() {
    let settings = Settings {
        offline_login: Some(OfflineLogin { uses: 20, days: 7 }),
        verification: Verification::ReaderTapAndPin,
        ..Settings::default()
    };
    let form = SettingsForm::of_settings(&settings);
    assert!(!form.defaults);
    assert_eq!(form.settings(), Ok(settings));
    assert!(SettingsForm::of_settings(&Settings::default()).defaults);
}

#[test]
fn settings_that_exclude_each_other_are_refused_beside_their_field() {
    let base = [("verification", "on-phone"), ("credential_storage", "phone")];
    let cases: &[(&[(&str, &str)], &str)] = &[
        (
            &[("bluetooth_proximity", "on"), ("verification", "reader-tap-and-pin")],
            "bluetooth_proximity",
        ),
        (&[("offline_login", "on"), ("offline_uses", "0"), ("offline_days", "7")], "offline_uses"),
        (
            &[("offline_login", "on"), ("offline_uses", "many"), ("offline_days", "7")],
            "offline_uses",
        ),
        (
            &[("offline_login", "on"), ("offline_uses", "1"), ("offline_days", "366")],
            "offline_days",
        ),
        (&[("offline_login", "on"), ("offline_uses", "1"), ("offline_days", "")], "offline_days"),
        (&[("credential_storage", "encrypted-backup")], "credential_storage"),
        (&[("credential_storage", "elsewhere")], "credential_storage"),
        (&[("verification", "by eye")], "verification"),
    ];
    for (chosen, field) in cases {
        let mut all = chosen.to_vec();
        all.extend(base.iter().filter(|(name, _)| chosen.iter().all(|(it, _)| it != name)));
        let errors = SettingsForm::of_fields(&fields(&all)).settings().unwrap_err();
        assert!(errors.has(field), "{chosen:?} is refused at {field}: {errors:?}");
    }
}

#[test]
fn what_no_phone_can_do_yet_is_shown_and_not_offered() {
    let html = page("assign");
    for storage in ["encrypted-backup", "workspace"] {
        assert!(html.contains(&format!("value=\"{storage}\" disabled")), "{storage}");
    }
    assert!(html.contains("Not available yet"));
}
