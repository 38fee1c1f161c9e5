//! Whether this instance can serve, for those who watch it.

use axum::{extract::State, http::StatusCode, response::IntoResponse};

use super::{App, Routes};

/// Its routes.
#[must_use]
pub fn routes() -> Routes {
    Routes::new().get("/health", health)
}

/// 200 where the database answers, 503 where it does not.
async fn health(State(app): State<App>) -> impl IntoResponse {
    let answers = async {
        let mut tx = app.workspace.db().read().await?;
        tx.row("SELECT 1", &[]).await
    };
    match answers.await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    }
}
