//! authenticatorReset (§6.6). A device with a display takes it at any time, because it shows what
//! is about to happen.

#[cfg(test)]
mod tests;

use super::done;
use crate::{
    authenticator::Context,
    ctap::status::Status,
    platform::{Needs, Operation},
};

pub(super) async fn run(context: &mut Context<'_>) -> Result<Vec<u8>, Status> {
    context.ask(Operation::Reset, Needs::Presence).await?;
    context.state.erase()?;
    Ok(done())
}
