#![allow(clippy::unwrap_used)]

use serde_json::json;

use super::*;

fn member() -> Standing {
    Standing {
        workspace: WorkspaceName { id: "w1".into(), name: "Example".into() },
        origin: "https://keys.example.org".into(),
        key: KeyState::Active,
        revoked_at: None,
        member: Some(Member {
            user: UserName { name: "user1".into(), display_name: "First User".into() },
            settings: Settings {
                offline_login: Some(OfflineLogin { uses: 100, days: 7 }),
                ..Settings::default()
            },
            policy_version: 3,
            grant: Some(Grant { left: 93, until: 4_000_000_000 }),
            last_check_in: 1_700_000_000,
        }),
    }
}

#[test]
fn a_member_is_told_in_full() {
    let status = Status { membership: Some(member()), pending: None };
    let text = status.text();
    for part in [
        "workspace     Example (https://keys.example.org)",
        "user          First User (user1)",
        "key           active",
        "without the workspace at most 100 signatures, for 7 days at most",
        "93 signatures left, until 2096-10-02 07:06 UTC",
        "2023-11-14 22:13 UTC",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(status.is_active());
}

#[test]
fn a_name_cannot_steer_the_terminal() {
    let mut standing = member();
    standing.workspace.name = "Ex\u{1b}[2Jample\u{202e}".into();
    let text = Status { membership: Some(standing), pending: None }.text();
    assert!(text.contains("Ex\u{fffd}[2Jample\u{fffd}"), "{text}");
}

#[test]
fn nobody_s_phone_and_a_revoked_one_say_what_to_do() {
    let none = Status { membership: None, pending: None };
    assert!(none.text().contains("pocketkey phone activate"));
    assert!(!none.is_active());
    let revoked = Standing {
        key: KeyState::Revoked,
        revoked_at: Some(1_700_000_000),
        member: None,
        ..member()
    };
    let status = Status { membership: Some(revoked), pending: None };
    assert!(status.text().contains("revoked on 2023-11-14 22:13 UTC"), "{}", status.text());
    assert!(status.text().contains("pocketkey reset"));
    assert!(!status.is_active());
}

#[test]
fn a_pending_activation_is_told() {
    let Standing { workspace, origin, member, .. } = member();
    let pending = Some(Pending { workspace, origin, user: member.unwrap().user });
    let text = Status { membership: None, pending }.text();
    assert!(text.contains("activate with the same code again"), "{text}");
}

#[test]
fn json_has_these_members() {
    let status = Status { membership: Some(member()), pending: None };
    let value = serde_json::to_value(&status).unwrap();
    assert_eq!(
        value,
        json!({
            "membership": {
                "workspace": {"id": "w1", "name": "Example"},
                "origin": "https://keys.example.org",
                "key": "active",
                "revoked_at": null,
                "user": {"name": "user1", "display_name": "First User"},
                "settings": {
                    "bluetooth_proximity": false,
                    "offline_login": {"uses": 100, "days": 7},
                    "verification": "on-phone",
                    "credential_storage": "phone",
                },
                "policy_version": 3,
                "grant": {"left": 93, "until": 4_000_000_000_u64},
                "last_check_in": 1_700_000_000,
            },
            "pending": null,
        })
    );
    assert_eq!(serde_json::from_value::<Status>(value).unwrap(), status);
}

#[test]
fn ages_are_in_words() {
    for (seconds, words) in [
        (0, "just now"),
        (60, "1 minute ago"),
        (3599, "59 minutes ago"),
        (3600, "1 hour ago"),
        (172_799, "47 hours ago"),
        (172_800, "2 days ago"),
    ] {
        assert_eq!(age(seconds), words);
    }
}
