//! The commands of CTAP 2.3 §6, one file each.

pub(crate) mod client_pin;
mod config;
pub(crate) mod credential_management;
pub(crate) mod get_assertion;
pub(crate) mod get_info;
pub(crate) mod large_blobs;
mod make_credential;
mod policy;
mod reset;
mod selection;
pub(crate) mod u2f;
mod verification;

#[cfg(test)]
pub(crate) mod tests;

use crate::{
    authenticator::Context,
    ctap::{cbor::Writer, request::Request, status::Status},
    state::Pending,
};

/// Runs a request and gives its answer: a status byte and CBOR. Errors are the status alone.
pub(crate) async fn run(context: &mut Context<'_>, message: &[u8]) -> Result<Vec<u8>, Status> {
    // Whatever comes next, only its continuation may go on with what was begun.
    let pending = std::mem::take(&mut context.state.runtime.pending);
    context.state.runtime.u2f = None;
    let request = Request::parse(message)?;
    context.admit(&request)?;
    match request {
        Request::MakeCredential(request) => make_credential::run(context, request).await,
        Request::GetAssertion(request) => get_assertion::run(context, request).await,
        Request::GetNextAssertion => get_assertion::next(context, pending).await,
        Request::GetInfo => get_info::run(context),
        Request::ClientPin(request) => client_pin::run(context, request).await,
        Request::Reset => reset::run(context).await,
        Request::CredentialManagement(request) => {
            credential_management::run(context, request, pending)
        }
        Request::Selection => selection::run(context).await,
        Request::LargeBlobs(request) => large_blobs::run(context, &request),
        Request::Config(request) => config::run(context, &request),
    }
}

/// The answer of a command that has nothing to say.
fn done() -> Vec<u8> {
    vec![Status::Ok.code()]
}

/// A successful answer, ready for its CBOR.
fn answer() -> Writer {
    let mut bytes = Vec::with_capacity(1024);
    bytes.push(Status::Ok.code());
    Writer::after(bytes)
}

impl Context<'_> {
    fn begin_pending(&mut self, pending: Pending) {
        self.state.runtime.pending = pending;
    }
}
