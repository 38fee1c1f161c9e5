//! The server ends and begins anew between any two steps, and nobody notices.

use pocketkey_core::{
    policy::Settings,
    protocol::{self, KeyState},
};

use super::{enrol, offer, smartphone, standing, ticket};
use crate::testing::{self, handset::Handset};

#[tokio::test]
async fn an_activation_goes_on_whenever_the_server_restarts() {
    testing::each_site(|site| async move {
        let workspace = site.instance().await;
        let key = smartphone(&workspace, 1, Settings::default()).await;
        let ticket = ticket(&workspace, &key).await;
        drop(workspace);

        let workspace = site.instance().await;
        let first = offer(&workspace, &ticket).await.unwrap();
        drop(workspace);

        let workspace = site.instance().await;
        assert_eq!(offer(&workspace, &ticket).await.unwrap(), first);
        drop(workspace);

        let workspace = site.instance().await;
        let mut phone = Handset::new();
        let message = phone.enrol(&ticket, &first);
        // The answer is lost with the server.
        enrol(&workspace, &message).await.unwrap();
        drop(workspace);

        let workspace = site.instance().await;
        let answer = standing(&workspace, &enrol(&workspace, &message).await.unwrap());
        assert_eq!(answer.answers, protocol::digest(&message));
        drop(workspace);

        let workspace = site.instance().await;
        let check_in = phone.check_in(&key.id.to_string(), 1, None);
        let answer = standing(&workspace, &workspace.check_in(&check_in).await.unwrap());
        assert_eq!(answer.state, KeyState::Active);
        drop(workspace);

        let workspace = site.instance().await;
        assert!(workspace.check_in(&check_in).await.is_err(), "a replay is known after a restart");
        workspace.verify_log().await.unwrap().unwrap();
    })
    .await;
}
