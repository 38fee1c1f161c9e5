//! The library's own way to the workspace, for apps that bring none (feature `network`).

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
};

use pocketkey_core::{
    network::HttpCourier,
    platform::{self, BoxFuture, Letter, Reply, Unreachable},
};
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
    task::JoinHandle,
};

/// Posts letters over HTTPS, on a thread that starts with the first one and ends with this.
#[derive(Default)]
pub(crate) struct OwnCourier {
    http: Arc<HttpCourier>,
    thread: Mutex<Option<Network>>,
}

/// A thread that waits for sockets.
struct Network {
    handle: Handle,
    /// Dropped to end it.
    _end: oneshot::Sender<()>,
}

impl Network {
    fn start() -> Option<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().ok()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        thread::Builder::new()
            .name("pocketkey-network".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(ended);
                // Without waiting for the system's resolver, which takes as long as it likes.
                runtime.shutdown_background();
            })
            .ok()?;
        Some(Self { handle, _end: end })
    }
}

impl OwnCourier {
    fn handle(&self) -> Option<Handle> {
        // Whole at every instant: nothing in between can panic.
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            *thread = Network::start();
        }
        thread.as_ref().map(|thread| thread.handle.clone())
    }
}

impl platform::Courier for OwnCourier {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<Reply, Unreachable>> {
        Box::pin(async move {
            let handle = self.handle().ok_or(Unreachable::NoAnswer)?;
            let http = Arc::clone(&self.http);
            let mut post = Post(handle.spawn(async move { http.send(letter).await }));
            (&mut post.0).await.unwrap_or(Err(Unreachable::NoAnswer))
        })
    }
}

/// A letter under way, until nobody waits for its reply any more.
struct Post(JoinHandle<Result<Reply, Unreachable>>);

impl Drop for Post {
    fn drop(&mut self) {
        self.0.abort();
    }
}
