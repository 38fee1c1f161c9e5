//! LISTEN, on a connection of its own that is made again when it is lost.

use std::{future::poll_fn, time::Duration};

use tokio::{
    sync::{broadcast, oneshot},
    task::AbortHandle,
    time::sleep,
};
use tokio_postgres::{AsyncMessage, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    super::{DbError, Heard},
    CHANNEL,
};

/// The first and the longest pause before the next attempt.
const PAUSE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Returns when it listens.
pub(super) async fn start(
    config: Config,
    tls: MakeRustlsConnect,
    bus: broadcast::Sender<Heard>,
) -> Result<AbortHandle, DbError> {
    let (ready, listening) = oneshot::channel();
    let task = tokio::spawn(async move {
        let mut ready = Some(ready);
        let mut pause = PAUSE.0;
        loop {
            let end = listen(&config, tls.clone(), &bus, &mut ready, &mut pause).await;
            let error = end.err();
            if let (Some(error), Some(ready)) = (&error, ready.take()) {
                let _ = ready.send(Err(DbError::Failed(error.to_string())));
                return;
            }
            tracing::warn!(
                error = error.map(tracing::field::display),
                "the connection that listens for changes is lost; it is made again"
            );
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    });
    listening.await.map_err(|_| DbError::Failed("nobody listens".to_owned()))??;
    Ok(task.abort_handle())
}

/// Listens until the connection is lost.
async fn listen(
    config: &Config,
    tls: MakeRustlsConnect,
    bus: &broadcast::Sender<Heard>,
    ready: &mut Option<oneshot::Sender<Result<(), DbError>>>,
    pause: &mut Duration,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(tls).await?;
    let heard = bus.clone();
    let carry = async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message? {
                // Without listeners there is nobody to tell.
                let _ = heard.send(Heard::Message(notification.payload().to_owned()));
            }
        }
        Ok(())
    };
    let begin = async {
        client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
        match ready.take() {
            Some(ready) => drop(ready.send(Ok(()))),
            // What was said meanwhile is lost.
            None => drop(bus.send(Heard::Gap)),
        }
        *pause = PAUSE.0;
        // The connection ends when its client is dropped: never before it is lost.
        std::future::pending::<Result<(), tokio_postgres::Error>>().await
    };
    tokio::select! {
        end = carry => end,
        end = begin => end,
    }
}
