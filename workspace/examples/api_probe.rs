use pocketkey_workspace::{model::*, service::*, settings::*, *};
use std::sync::Arc;
#[tokio::main]
async fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let options = settings::Options {
        listen: Some("127.0.0.1:18470".parse().unwrap()),
        data: Some(dir.into()),
        database: std::env::args().nth(2),
        ..Default::default()
    };
    let settings = settings::Settings::from_options(options).unwrap();
    let running = server::start(settings).await.unwrap();
    let _ = Arc::new(());
    println!("{running:?}");
    std::future::pending::<()>().await;
}
