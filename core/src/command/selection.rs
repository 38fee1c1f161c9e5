//! authenticatorSelection (§6.9): the person shows which authenticator is meant.

use super::done;
use crate::{authenticator::Context, ctap::status::Status, platform::Operation};

pub(super) async fn run(context: &mut Context<'_>) -> Result<Vec<u8>, Status> {
    let asked = context.ask_presence(Operation::Select, false).await;
    asked.map_err(|reason| context.no_consent(reason))?;
    Ok(done())
}
