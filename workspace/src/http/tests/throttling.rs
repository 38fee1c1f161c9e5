use axum::http::StatusCode;

use super::super::testing::{Browser, Lab, PASSWORD};
use crate::{model::Action, testing::each_site};

async fn attempt(browser: &mut Browser, user_name: &str, password: &str) -> StatusCode {
    let fields = [("user_name", user_name), ("password", password)];
    browser.post("/admin/sign-in", &fields).await.status
}

#[tokio::test]
async fn each_failure_after_the_fourth_costs_twice_the_wait() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut browser = lab.browser();
    for _ in 0..5 {
        assert_eq!(attempt(&mut browser, "owner", "wrong").await, StatusCode::FORBIDDEN);
    }
    for wait in [2, 4, 8] {
        let early = attempt(&mut browser, "OWNER ", PASSWORD).await;
        assert_eq!(early, StatusCode::TOO_MANY_REQUESTS, "before {wait} seconds");
        lab.time.pass(wait);
        assert_eq!(attempt(&mut browser, "owner", "wrong").await, StatusCode::FORBIDDEN);
    }
    lab.time.pass(16);
    assert_eq!(attempt(&mut browser, "owner", PASSWORD).await, StatusCode::SEE_OTHER);
    let mut browser = lab.browser();
    assert_eq!(attempt(&mut browser, "owner", "wrong").await, StatusCode::FORBIDDEN);
    assert_eq!(attempt(&mut browser, "owner", PASSWORD).await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn names_that_nobody_has_are_answered_and_throttled_as_others_are() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut statuses = Vec::new();
    for name in ["owner", "nobody"] {
        let mut browser = lab.browser();
        let mut of_name = Vec::new();
        for _ in 0..7 {
            of_name.push(attempt(&mut browser, name, "wrong").await);
        }
        statuses.push(of_name);
    }
    assert_eq!(statuses[0], statuses[1]);
    assert!(statuses[0].contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn a_wait_is_a_quarter_of_an_hour_at_most_and_is_said() {
    let lab = Lab::new().await;
    lab.owner().await;
    let password = crate::service::Password::from("wrong");
    for _ in 0..40 {
        let _ = lab.workspace().sign_in("owner", &password, None).await;
        lab.time.pass(15 * 60);
    }
    let _ = lab.workspace().sign_in("owner", &password, None).await;
    let mut browser = lab.browser();
    let fields = [("user_name", "owner"), ("password", PASSWORD)];
    let answer = browser.post("/admin/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), "900");
    assert!(answer.body.contains("900 seconds"), "{}", answer.body);
}

#[tokio::test]
async fn attempts_at_once_are_counted_each_and_by_every_instance() {
    each_site(|site| async move {
        let origin = crate::testing::ORIGIN;
        let one = Lab::of(site.instance().await, origin, site.time.clone());
        let two = Lab::of(site.instance().await, origin, site.time.clone());
        one.owner().await;
        let wrong = crate::service::Password::from("wrong");
        let guess = |lab: &Lab| {
            let (workspace, wrong) = (lab.workspace().clone(), wrong.clone());
            async move { workspace.sign_in("owner", &wrong, None).await.is_err() }
        };
        tokio::join!(guess(&one), guess(&two), guess(&one), guess(&two), guess(&one), guess(&two));
        let right = crate::service::Password::from(PASSWORD);
        let refused = two.workspace().sign_in("owner", &right, None).await.unwrap_err();
        assert!(matches!(refused, crate::service::ServiceError::Throttled { .. }), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn one_address_may_not_try_many_names() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut browser = lab.browser();
    for number in 0..20 {
        let status = attempt(&mut browser, &format!("name{number}"), "wrong").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    assert_eq!(attempt(&mut browser, "owner", PASSWORD).await, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn both_outcomes_of_a_sign_in_are_in_the_log_and_a_password_typed_as_a_name_is_not() {
    let lab = Lab::new().await;
    lab.owner().await;
    let mut browser = lab.browser();
    attempt(&mut browser, "my secret passphrase", "").await;
    attempt(&mut browser, "owner", PASSWORD).await;
    let events =
        lab.workspace().events(&Default::default(), &Default::default()).await.unwrap().items;
    let actions: Vec<Action> = events.iter().map(|event| event.action).take(2).collect();
    assert_eq!(
        actions,
        [Action::AdministratorSignedIn, Action::AdministratorSignInFailed],
        "newest first"
    );
    assert!(!format!("{events:?}").contains("passphrase"));
    assert_eq!(events[0].details["address"], "192.0.2.7");
}
