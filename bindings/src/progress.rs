//! Requests that are answered at once where nobody has to be waited for: an asynchronous call crosses the
//! boundary four times more, which is most of what one costs.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use crate::{
    Assertion, AssertionRequest, Authenticator, CallError, Client, CreatedCredential,
    CreationRequest, RequestError,
};

type Rest<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What is left of a request that waits for somebody. Dropping it cancels the request.
struct Waiting<T>(Mutex<Option<Rest<T>>>);

impl<T> Waiting<T> {
    /// Runs a request as far as it goes now.
    fn begin(request: impl Future<Output = T> + Send + 'static) -> Result<T, Self> {
        let mut request: Rest<T> = Box::pin(request);
        // Whoever takes the rest polls it, with a waker of their own.
        match request.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Ok(answer),
            Poll::Pending => Err(Self(Mutex::new(Some(request)))),
        }
    }

    /// The answer; none where it was asked for before.
    async fn answer(&self) -> Option<T> {
        let rest = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Some(rest?.await)
    }
}

macro_rules! progress {
    ($(#[$about:meta])* $name:ident, $waiting:ident, $answer:ty, $error:ident) => {
        $(#[$about])*
        #[derive(uniffi::Enum)]
        pub enum $name {
            /// It is answered.
            Answered {
                /// The answer.
                answer: $answer,
            },
            /// It waits for somebody.
            Waiting {
                /// What gives the answer.
                rest: Arc<$waiting>,
            },
        }

        /// A request that waits for somebody. Dropping it cancels the request.
        #[derive(uniffi::Object)]
        pub struct $waiting(Waiting<Result<$answer, $error>>);

        #[uniffi::export]
        impl $waiting {
            /// The answer, once; dropping the future cancels the request.
            ///
            /// # Errors
            /// What the request has, and `Closed` where the answer was asked for before.
            pub async fn answer(&self) -> Result<$answer, $error> {
                self.0.answer().await.unwrap_or(Err($error::Closed))
            }
        }

        impl $name {
            fn of(
                request: impl Future<Output = Result<$answer, $error>> + Send + 'static,
            ) -> Result<Self, $error> {
                match Waiting::begin(request) {
                    Ok(answer) => Ok(Self::Answered { answer: answer? }),
                    Err(rest) => Ok(Self::Waiting { rest: Arc::new($waiting(rest)) }),
                }
            }
        }
    };
}

progress!(
    /// How a message stands that was begun.
    MessageProgress, WaitingMessage, Vec<u8>, CallError
);
progress!(
    /// How the making of a passkey stands.
    CreationProgress, WaitingCreation, CreatedCredential, RequestError
);
progress!(
    /// How a sign-in stands.
    AssertionProgress, WaitingAssertion, Assertion, RequestError
);

/// A message and whose it is, in one value: each crosses the boundary by itself.
#[derive(uniffi::Record)]
pub struct MessageCall {
    /// A number of the caller's own, for [`Authenticator::cancel`]; unique among its calls.
    pub call: u64,
    /// Who asks.
    pub client: Client,
    /// The message: for CTAP2 at most 7609 bytes, for U2F one APDU.
    pub message: Vec<u8>,
}

/// The same for the making of a passkey.
#[derive(uniffi::Record)]
pub struct CreationCall {
    /// As in [`MessageCall`].
    pub call: u64,
    /// Who asks.
    pub client: Client,
    /// What for.
    pub request: CreationRequest,
}

/// The same for a sign-in.
#[derive(uniffi::Record)]
pub struct AssertionCall {
    /// As in [`MessageCall`].
    pub call: u64,
    /// Who asks.
    pub client: Client,
    /// What for.
    pub request: AssertionRequest,
}

#[uniffi::export]
impl Authenticator {
    /// Begins a CTAP2 request: a command byte and its CBOR parameters in, a status byte and the answer's CBOR
    /// out (CTAP 2.3 §8).
    ///
    /// It runs on the calling thread as far as it goes without a person or a courier: key store, disk and
    /// [`UserVerifier::ask`](crate::UserVerifier::ask) are called there, and may block it.
    ///
    /// # Errors
    /// Any [`CallError`]. What the standard has a status for is no error here.
    pub fn begin_ctap2(self: Arc<Self>, call: MessageCall) -> Result<MessageProgress, CallError> {
        MessageProgress::of(self.ctap2(call.call, call.client, call.message))
    }

    /// Begins a U2F raw message: an APDU in, data and status word out. It never waits for a person: until
    /// somebody has agreed the answer is 6985, and the client asks again. The thread is as for
    /// [`begin_ctap2`](Self::begin_ctap2).
    ///
    /// # Errors
    /// Any [`CallError`].
    pub fn begin_u2f(self: Arc<Self>, call: MessageCall) -> Result<MessageProgress, CallError> {
        MessageProgress::of(self.u2f(call.call, call.client, call.message))
    }

    /// Begins the making of a passkey (authenticatorMakeCredential, CTAP 2.3 §6.1). The thread is as for
    /// [`begin_ctap2`](Self::begin_ctap2).
    ///
    /// # Errors
    /// Any [`RequestError`].
    pub fn begin_make_credential(
        self: Arc<Self>,
        call: CreationCall,
    ) -> Result<CreationProgress, RequestError> {
        CreationProgress::of(self.make_credential(call.call, call.client, call.request))
    }

    /// Begins a sign-in (authenticatorGetAssertion, CTAP 2.3 §6.2); where several passkeys fit, the person
    /// chooses on the phone. The thread is as for [`begin_ctap2`](Self::begin_ctap2).
    ///
    /// # Errors
    /// Any [`RequestError`].
    pub fn begin_get_assertion(
        self: Arc<Self>,
        call: AssertionCall,
    ) -> Result<AssertionProgress, RequestError> {
        AssertionProgress::of(self.get_assertion(call.call, call.client, call.request))
    }
}
