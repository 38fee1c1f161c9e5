use axum::http::StatusCode;

use super::super::testing::{Lab, PASSWORD};
use crate::{model::Role, service::Secret, testing::each_database};

const OWNER: [(&str, &str); 4] = [
    ("name", "First Owner"),
    ("user_name", "owner"),
    ("password", PASSWORD),
    ("password_again", PASSWORD),
];

fn path(secret: &Secret) -> String {
    format!("/set-up/{}", secret.text().as_str())
}

async fn link(lab: &Lab) -> String {
    path(&lab.workspace().new_set_up_link().await.unwrap().unwrap())
}

#[tokio::test]
async fn the_first_owner_sets_up_and_is_signed_in() {
    let lab = Lab::new().await;
    let mut browser = lab.browser();
    let link = link(&lab).await;
    assert_eq!(browser.get(&link).await.status, StatusCode::OK);
    assert_eq!(browser.post(&link, &OWNER).await.location(), "/admin/users");
    let page = browser.get("/admin/administrators").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("First Owner"));
    assert!(browser.cookies.contains_key("pocketkey"));
}

#[tokio::test]
async fn a_set_up_link_works_once() {
    let lab = Lab::new().await;
    let link = link(&lab).await;
    lab.browser().post(&link, &OWNER).await;
    let mut second = lab.browser();
    assert_eq!(second.get(&link).await.status, StatusCode::NOT_FOUND);
    assert_eq!(second.post(&link, &OWNER).await.status, StatusCode::NOT_FOUND);
    assert_eq!(lab.workspace().administrators().await.unwrap().len(), 1);
}

#[tokio::test]
async fn of_two_who_use_a_set_up_link_at_once_one_becomes_the_owner() {
    each_database(|workspace| async move {
        let lab = Lab::of(workspace, crate::testing::ORIGIN, crate::testing::Time::default());
        let link = link(&lab).await;
        let (mut one, mut two) = (lab.browser(), lab.browser());
        let other = [
            ("name", "Other"),
            ("user_name", "other"),
            ("password", PASSWORD),
            ("password_again", PASSWORD),
        ];
        let (first, second) = tokio::join!(one.post(&link, &OWNER), two.post(&link, &other));
        let mut statuses = [first.status, second.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
        assert_eq!(lab.workspace().administrators().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_newer_link_makes_the_older_one_worthless_and_none_is_made_after_set_up() {
    let lab = Lab::new().await;
    let (older, newer) = (link(&lab).await, link(&lab).await);
    let mut browser = lab.browser();
    assert_eq!(browser.get(&older).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&newer, &OWNER).await.location(), "/admin/users");
    assert!(lab.workspace().new_set_up_link().await.unwrap().is_none());
}

#[tokio::test]
async fn a_mistake_leaves_the_link_as_it_is() {
    let lab = Lab::new().await;
    let link = link(&lab).await;
    let mut browser = lab.browser();
    for (field, value, complaint) in [
        ("name", "", "name-error"),
        ("user_name", "two words", "user_name-error"),
        ("password", "short", "password"),
        ("password", "the owner of it all", "password"),
        ("password_again", "something else 123", "password_again-error"),
    ] {
        let mut fields = OWNER;
        for entry in &mut fields {
            if entry.0 == field || (field == "password" && entry.0 == "password_again") {
                entry.1 = value;
            }
        }
        let answer = browser.post(&link, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {value}");
        assert!(answer.body.contains(complaint), "{field}: {}", answer.body);
        assert!(!answer.body.contains(PASSWORD), "a password is not shown again");
    }
    assert_eq!(browser.post(&link, &OWNER).await.location(), "/admin/users");
}

#[tokio::test]
async fn a_text_that_is_no_secret_is_an_unknown_link() {
    let lab = Lab::new().await;
    link(&lab).await;
    let mut browser = lab.browser();
    for text in ["x", "%00", "..%2f..", &"A".repeat(43), &"A".repeat(10_000)] {
        assert_eq!(browser.get(&format!("/set-up/{text}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn before_set_up_the_sign_in_page_says_where_the_link_is() {
    let lab = Lab::new().await;
    let page = lab.browser().get("/admin/sign-in").await;
    assert!(page.body.contains("open the link that its server printed"), "{}", page.body);
}

#[tokio::test]
async fn an_invited_administrator_chooses_a_password_once() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let new = [("name", "Next"), ("user_name", "next"), ("role", "administrator")];
    let page = owner.post("/admin/administrators", &new).await;
    let start = page.body.find("/set-up/").unwrap();
    let link = page.body[start..].split('"').next().unwrap().to_owned();
    let mut browser = lab.browser();
    let page = browser.get(&link).await;
    assert!(page.body.contains("Next"), "{}", page.body);
    let fields = [("password", PASSWORD), ("password_again", PASSWORD)];
    assert_eq!(browser.post(&link, &fields).await.location(), "/admin/users");
    assert_eq!(browser.get("/admin/users/new").await.status, StatusCode::OK);
    assert_eq!(browser.get("/admin/administrators").await.status, StatusCode::FORBIDDEN);
    assert_eq!(lab.browser().post(&link, &fields).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_invitation_ends_after_three_days_and_cannot_be_signed_in_with() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let new = [("name", "Next"), ("user_name", "next"), ("role", "administrator")];
    let page = owner.post("/admin/administrators", &new).await;
    let start = page.body.find("/set-up/").unwrap();
    let link = page.body[start..].split('"').next().unwrap().to_owned();
    let mut browser = lab.browser();
    let nothing = [("user_name", "next"), ("password", "")];
    assert_eq!(browser.post("/admin/sign-in", &nothing).await.status, StatusCode::FORBIDDEN);
    lab.time.pass(3 * 24 * 60 * 60);
    assert_eq!(browser.get(&link).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_last_owner_can_be_neither_removed_nor_made_less() {
    let lab = Lab::new().await;
    let (me, mut owner) = lab.owners_browser().await;
    for (path, fields) in [("remove", &[][..]), ("role", &[("role", "auditor")][..])] {
        let path = format!("/admin/administrators/{}/{path}", me.id);
        assert_eq!(owner.post(&path, fields).await.status, StatusCode::CONFLICT);
    }
    // An owner who was invited and has no password yet is nobody to rely on.
    let new = [("name", "Next"), ("user_name", "next"), ("role", "owner")];
    owner.post("/admin/administrators", &new).await;
    let actor = crate::testing::administrator();
    assert!(lab.workspace().remove_administrator(&actor, me.id).await.is_err());
    lab.administrator("third", Role::Owner).await;
    lab.workspace().remove_administrator(&actor, me.id).await.unwrap();
}

#[tokio::test]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    each_database(|workspace| async move {
        let lab = Lab::of(workspace, crate::testing::ORIGIN, crate::testing::Time::default());
        let one = lab.owner().await.administrator.id;
        let two = lab.administrator("two", Role::Owner).await.administrator.id;
        let actor = crate::testing::administrator();
        let (first, second) = tokio::join!(
            lab.workspace().remove_administrator(&actor, one),
            lab.workspace().remove_administrator(&actor, two),
        );
        assert!(first.is_ok() != second.is_ok());
        assert_eq!(lab.workspace().administrators().await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn two_administrators_cannot_have_one_user_name_whatever_its_case() {
    let lab = Lab::new().await;
    let (_, mut owner) = lab.owners_browser().await;
    let new = [("name", "Next"), ("user_name", "OWNER"), ("role", "auditor")];
    let answer = owner.post("/admin/administrators", &new).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("user_name-error"), "{}", answer.body);
}
