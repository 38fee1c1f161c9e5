//! Server-sent events: what has changed, for pages that are open.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Query, State},
    http::{HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use serde::Deserialize;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::{Admin, App, Error, Routes};
use crate::{
    model::{KeyId, UserId},
    service::{Change, Secret},
};

/// How often a page that nothing changes for is looked after: its session may have ended.
const LOOK: Duration = Duration::from_secs(10);

/// How many changes a slow page may be behind, before it is let go to come again.
const BEHIND: usize = 64;

/// The routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/admin/stream", stream)
}

/// Which changes are wanted; all of them where nothing is said.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Wanted {
    key: Option<KeyId>,
    user: Option<UserId>,
}

impl Wanted {
    fn takes(self, change: &Change) -> bool {
        // After a gap nobody knows whom it concerned.
        change.action.is_none()
            || (self.key.is_none_or(|key| change.key == Some(key))
                && self.user.is_none_or(|user| change.user == Some(user)))
    }
}

async fn stream(
    State(app): State<App>,
    admin: Admin,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Error> {
    let changes = app.workspace.hub().subscribe();
    let (page, events) = mpsc::channel(BEHIND);
    tokio::spawn(tell(app, admin.secret().clone(), wanted, changes, page));
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    let mut response = Sse::new(ReceiverStream::new(events)).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Asks a proxy in front (nginx) not to hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// Tells a page of changes, until it is closed, its session has ended or the server stops.
async fn tell(
    app: App,
    session: Secret,
    wanted: Wanted,
    mut changes: broadcast::Receiver<Change>,
    page: mpsc::Sender<Result<Event, Infallible>>,
) {
    let mut closed = app.closed();
    let mut look = tokio::time::interval(LOOK);
    loop {
        let change = tokio::select! {
            change = changes.recv() => match change {
                Ok(change) => Some(change),
                // Too slow: the page looks at everything again.
                Err(broadcast::error::RecvError::Lagged(_)) => Some(Change::UNKNOWN),
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = look.tick() => None,
            () = page.closed() => return,
            Ok(_) = closed.wait_for(|closed| *closed) => return,
        };
        // Before anything is told: a page whose session has ended learns nothing more.
        if !matches!(app.workspace.is_panel_session_alive(&session).await, Ok(true)) {
            return;
        }
        let Some(change) = change.filter(|change| wanted.takes(change)) else { continue };
        let Ok(event) = Event::default().event("change").json_data(&change) else { continue };
        if page.try_send(Ok(event)).is_err() {
            return;
        }
    }
}
