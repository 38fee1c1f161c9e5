//! authenticatorSelection (§6.9): the person shows which authenticator is meant.

use super::done;
use crate::{
    authenticator::Context,
    ctap::status::Status,
    platform::{Needs, Operation},
};

pub(super) async fn run(context: &mut Context<'_>) -> Result<Vec<u8>, Status> {
    context.ask(Operation::Select, Needs::Presence).await?;
    Ok(done())
}
