use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use tokio::sync::watch;

use super::super::{
    App, router,
    testing::{Lab, settings},
};
use crate::{
    model::{Action, Role, UserId},
    service::{Change, SignedIn},
    testing::ORIGIN,
};

/// A page's open stream.
struct Stream(axum::body::BodyDataStream);

impl Stream {
    async fn open(app: App, who: &SignedIn, query: &str) -> Self {
        use hyper::service::Service;
        let request = Request::get(format!("/admin/stream{query}"))
            .header("cookie", format!("pocketkey={}", who.secret.text().as_str()))
            .body(Body::empty())
            .unwrap();
        let service = hyper_util::service::TowerToHyperService::new(router(app));
        let response = service.call(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self(response.into_body().into_data_stream())
    }

    /// The next event; `None` where the stream has ended.
    async fn next(&mut self) -> Option<String> {
        use tokio_stream::StreamExt;
        let next = tokio::time::timeout(Duration::from_secs(20), self.0.next()).await;
        let bytes = next.expect("something in time")?;
        Some(String::from_utf8(bytes.unwrap().to_vec()).unwrap())
    }
}

impl Stream {
    /// The next event that speaks of this. Earlier changes can be on their way still.
    async fn next_of(&mut self, what: &str) -> String {
        loop {
            let text = self.next().await.expect("the stream goes on");
            if text.contains(what) {
                return text;
            }
        }
    }

    /// Everything until its end.
    async fn rest(&mut self) -> String {
        let mut rest = String::new();
        while let Some(text) = self.next().await {
            rest.push_str(&text);
        }
        rest
    }
}

async fn tell(lab: &Lab, change: Change) {
    let tx = lab.workspace().db().write().await.unwrap();
    lab.workspace().commit(tx, &[change]).await.unwrap();
}

#[tokio::test]
async fn a_page_hears_of_what_changes_and_only_of_what_it_shows() {
    let lab = Lab::new().await;
    let owner = lab.owner().await;
    let (mine, other) = (UserId::new(), UserId::new());
    let mut all = Stream::open(lab.app.clone(), &owner, "").await;
    let mut one = Stream::open(lab.app.clone(), &owner, &format!("?user={mine}")).await;
    tell(&lab, Change::of_user(other, Action::UserBlocked)).await;
    tell(&lab, Change::of_user(mine, Action::UserChanged)).await;
    let text = all.next_of("user.blocked").await;
    assert!(text.starts_with("event: change\ndata: {"), "{text}");
    assert!(text.contains(&other.to_string()), "{text}");
    assert!(one.next().await.unwrap().contains(&mine.to_string()));
}

#[tokio::test]
async fn a_gap_is_told_to_every_page() {
    let lab = Lab::new().await;
    let owner = lab.owner().await;
    let query = format!("?user={}", UserId::new());
    let mut stream = Stream::open(lab.app.clone(), &owner, &query).await;
    tell(&lab, Change::UNKNOWN).await;
    stream.next_of("\"action\":null").await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_tells_nothing_more() {
    let lab = Lab::new().await;
    lab.owner().await;
    let auditor = lab.administrator("auditor", Role::Auditor).await;
    let mut stream = Stream::open(lab.app.clone(), &auditor, "").await;
    lab.workspace()
        .remove_administrator(&crate::testing::administrator(), auditor.administrator.id)
        .await
        .unwrap();
    assert!(!stream.rest().await.contains("administrator.removed"));
}

#[tokio::test]
async fn a_stream_ends_when_the_server_stops() {
    let lab = Lab::new().await;
    let owner = lab.owner().await;
    let (stop, closed) = watch::channel(false);
    let settings = std::sync::Arc::new(settings(ORIGIN));
    let app = App::closing_with(lab.workspace().clone(), settings, closed);
    let mut stream = Stream::open(app, &owner, "").await;
    stop.send(true).unwrap();
    stream.rest().await;
}
