use std::{fs, net::IpAddr, path::Path};

use axum::http::{HeaderMap, HeaderValue};
use clap::Parser;

use super::{MailWay, Network, Options, Settings, SettingsError, Tls, network::client_address};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

fn flags(text: &str) -> Options {
    let words = std::iter::once("workspace").chain(text.split_whitespace());
    Command::try_parse_from(words).unwrap().options
}

fn checked(text: &str) -> Result<Settings, SettingsError> {
    flags(&format!("--data-dir /nowhere {text}")).check()
}

fn refusal(text: &str) -> String {
    checked(text).unwrap_err().to_string()
}

fn file(text: &str) -> Result<Options, super::OptionsError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    Options::from_file(file.path())
}

#[test]
fn flags_come_before_the_environment_and_that_before_the_file() {
    let environment = |name: &str| match name {
        "POCKETKEY_WORKSPACE_NAME" => Some("by environment".to_owned()),
        "POCKETKEY_WORKSPACE_QR_MINUTES" => Some("20".to_owned()),
        _ => None,
    };
    let environment = Options::from_environment(environment).unwrap();
    let file = file("name = 'by file'\nqr-minutes = 30\nemail-hours = 3\n").unwrap();
    let settings = flags("--name flag --data-dir /d").or(environment).or(file).check().unwrap();
    assert_eq!(settings.name, "flag");
    assert_eq!(settings.qr_validity.as_secs(), 20 * 60);
    assert_eq!(settings.email_validity.as_secs(), 3 * 60 * 60);
}

#[test]
fn every_option_can_be_a_variable_and_a_line_of_the_file() {
    let values = [
        ("LISTEN", "listen", "\"127.0.0.1:1\""),
        ("ORIGIN", "origin", "\"https://a.example\""),
        ("RP_ID", "rp-id", "\"a.example\""),
        ("TLS_CERTIFICATE", "tls-certificate", "\"c\""),
        ("TLS_KEY", "tls-key", "\"k\""),
        ("TLS", "tls", "\"self-signed\""),
        ("INSECURE_HTTP", "insecure-http", "true"),
        ("TRUSTED_PROXY", "trusted-proxy", "[\"10.0.0.0/8\"]"),
        ("NAME", "name", "\"n\""),
        ("DATA_DIR", "data-dir", "\"/d\""),
        ("DATABASE", "database", "\"sqlite:x\""),
        ("DATABASE_PASSWORD_FILE", "database-password-file", "\"p\""),
        ("QR_MINUTES", "qr-minutes", "1"),
        ("EMAIL_HOURS", "email-hours", "2"),
        ("SMTP", "smtp", "\"smtps://m\""),
        ("SMTP_USER", "smtp-user", "\"u\""),
        ("SMTP_PASSWORD_FILE", "smtp-password-file", "\"s\""),
        ("MAIL_FROM", "mail-from", "\"a@b.example\""),
        ("MAIL_FOLDER", "mail-folder", "\"/m\""),
        ("LOG", "log", "\"json\""),
    ];
    for (variable, line, value) in values {
        let by_file = file(&format!("{line} = {value}\n")).unwrap();
        let by_variable = Options::from_environment(|name| {
            (name == format!("POCKETKEY_WORKSPACE_{variable}"))
                .then(|| value.trim_matches(['"', '[', ']']).to_owned())
        })
        .unwrap();
        assert_eq!(by_file, by_variable, "{line}");
        assert_ne!(by_file, Options::default(), "{line}");
    }
}

#[test]
fn a_wrong_variable_is_named_with_its_value() {
    let error = Options::from_environment(|name| {
        (name == "POCKETKEY_WORKSPACE_LISTEN").then(|| "everywhere".to_owned())
    });
    let text = error.unwrap_err().to_string();
    assert!(text.contains("POCKETKEY_WORKSPACE_LISTEN"), "{text}");
    assert!(text.contains("everywhere"), "{text}");
}

#[test]
fn an_unknown_line_of_the_file_is_refused() {
    let text = file("lisen = '127.0.0.1:1'\n").unwrap_err().to_string();
    assert!(text.contains("lisen"), "{text}");
}

#[test]
fn without_any_setting_it_is_reached_on_this_machine_only() {
    let settings = checked("").unwrap();
    assert!(settings.listen.ip().is_loopback());
    assert_eq!(settings.origin, "http://localhost:8465");
    assert_eq!(settings.rp_id, "localhost");
    assert_eq!(settings.tls, Tls::Off);
    assert_eq!(settings.database.0.as_str(), "sqlite:/nowhere/workspace.db");
    assert!(matches!(settings.mail.way, MailWay::Folder(folder)
        if folder == Path::new("/nowhere/outbox")));
}

#[test]
fn beyond_this_machine_it_refuses_to_start_without_tls() {
    let reach = "--listen 0.0.0.0:80 --origin https://keys.example";
    assert!(refusal(reach).contains("--insecure-http"));
    assert!(refusal("--listen [::]:80 --origin https://keys.example").contains("--tls"));
    assert!(checked(&format!("{reach} --insecure-http")).is_ok());
    assert!(checked(&format!("{reach} --tls self-signed")).is_ok());
    assert!(checked(&format!("{reach} --tls-certificate c --tls-key k")).is_ok());
    assert!(refusal(&format!("{reach} --insecure-http=false")).contains("--insecure-http"));
}

#[test]
fn beyond_this_machine_it_must_be_told_its_name() {
    assert!(refusal("--listen 0.0.0.0:80 --tls self-signed").contains("--origin"));
}

#[test]
fn an_origin_is_scheme_host_and_port_only() {
    for wrong in [
        "keys.example",
        "https://keys.example/panel",
        "https://u@keys.example",
        "https://keys.example?x",
        "https://keys.example#x",
        "ftp://keys.example",
    ] {
        assert!(refusal(&format!("--origin {wrong}")).contains("--origin"), "{wrong}");
    }
    let origin = |text: &str| checked(&format!("--origin {text}")).unwrap().origin;
    assert_eq!(origin("https://Keys.Example:443/"), "https://keys.example");
    assert_eq!(origin("http://localhost:99"), "http://localhost:99");
}

#[test]
fn an_origin_without_tls_is_this_machine() {
    assert!(refusal("--origin http://keys.example").contains("https://"));
    assert!(refusal("--origin http://localhost:1 --tls self-signed").contains("https://"));
}

#[test]
fn an_origin_is_a_name_because_credentials_need_one() {
    assert!(refusal("--origin https://192.0.2.1").contains("address"));
    assert!(refusal("--origin https://[::1]:8465").contains("address"));
}

#[test]
fn the_rp_id_is_the_host_or_a_parent_of_it() {
    let with = |rp_id: &str| checked(&format!("--origin https://keys.example.org --rp-id {rp_id}"));
    assert_eq!(with("example.org").unwrap().rp_id, "example.org");
    assert_eq!(with("Keys.example.org").unwrap().rp_id, "keys.example.org");
    for wrong in ["ample.org", "other.org", "x.keys.example.org"] {
        assert!(with(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_certificate_and_its_key_need_each_other() {
    assert!(refusal("--tls-certificate c").contains("--tls-key"));
    assert!(refusal("--tls-key k").contains("--tls-certificate"));
    assert!(checked("--tls-certificate c --tls-key k --tls self-signed").is_err());
}

#[test]
fn passwords_come_from_files_and_are_in_no_debug_text() {
    let password = tempfile::NamedTempFile::new().unwrap();
    fs::write(password.path(), "hidden/word\n").unwrap();
    let path = password.path().display();
    let settings = checked(&format!(
        "--database postgres://pk@db.example/keys --database-password-file {path} \
         --smtp smtps://mail.example --smtp-user me@mail --smtp-password-file {path}"
    ))
    .unwrap();
    assert_eq!(settings.database.0.as_str(), "postgres://pk:hidden%2Fword@db.example/keys");
    let MailWay::Smtp(smtp) = &settings.mail.way else { panic!("no mail server") };
    assert_eq!(smtp.url().as_str(), "smtps://me%40mail:hidden%2Fword@mail.example");
    assert!(!format!("{settings:?}").contains("hidden"));
}

#[test]
fn passwords_do_not_stand_on_the_command_line() {
    assert!(flags("--database postgres://u:p@h/n").check_flags().is_err());
    assert!(flags("--database postgres://u@h/n").check_flags().is_ok());
    assert!(refusal("--smtp smtps://u:p@mail.example").contains("--smtp-password-file"));
}

#[test]
fn times_have_bounds() {
    assert!(refusal("--qr-minutes 0").contains("1 to 1440"));
    assert!(refusal("--email-hours 721").contains("1 to 720"));
}

fn seen(trusted: &[&str], peer: &str, forwarded: &[&str]) -> IpAddr {
    let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
    let mut headers = HeaderMap::new();
    for value in forwarded {
        headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
    }
    client_address(&trusted, peer.parse().unwrap(), &headers)
}

#[test]
fn only_a_trusted_proxy_is_believed_about_the_address() {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    assert_eq!(seen(&[], "10.0.0.1", &["192.0.2.9"]), address("10.0.0.1"));
    assert_eq!(seen(&["10.0.0.0/8"], "10.0.0.1", &["192.0.2.9"]), address("192.0.2.9"));
    assert_eq!(seen(&["10.0.0.0/8"], "11.0.0.1", &["192.0.2.9"]), address("11.0.0.1"));
    assert_eq!(seen(&["10.0.0.1"], "::ffff:10.0.0.1", &["192.0.2.9"]), address("192.0.2.9"));
}

#[test]
fn a_proxy_that_does_tls_and_is_not_named_is_noticed() {
    let is_unnamed = |text: &str| checked(text).unwrap().is_behind_unnamed_proxy();
    assert!(is_unnamed("--origin https://keys.example.org"));
    assert!(!is_unnamed("--origin https://keys.example.org --trusted-proxy 127.0.0.1"));
    assert!(!is_unnamed("--origin https://keys.example.org --tls self-signed"));
    assert!(!is_unnamed(""));
}

#[test]
fn what_a_client_says_before_the_last_proxy_is_not_believed() {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let trusted = ["10.0.0.0/8"];
    assert_eq!(seen(&trusted, "10.0.0.1", &["1.1.1.1, 192.0.2.9"]), address("192.0.2.9"));
    assert_eq!(
        seen(&trusted, "10.0.0.1", &["1.1.1.1", "192.0.2.9, 10.2.2.2"]),
        address("192.0.2.9")
    );
    assert_eq!(seen(&trusted, "10.0.0.1", &["rubbish"]), address("10.0.0.1"));
    assert_eq!(seen(&trusted, "10.0.0.1", &[]), address("10.0.0.1"));
}

#[test]
fn networks_are_read_strictly() {
    for wrong in ["", "x", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0/8"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong}");
    }
    assert!("::/0".parse::<Network>().unwrap().contains("10.1.1.1".parse().unwrap()));
}
