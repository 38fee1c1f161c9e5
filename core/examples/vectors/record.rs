//! What a file of vectors is.

use serde::Serialize;

/// Requests to one authenticator, in their order.
#[derive(Serialize)]
pub struct Session {
    pub about: &'static str,
    /// Whether the phone has built-in verification, which is ready.
    pub built_in_uv: bool,
    /// Whether accounts are chosen on the phone.
    pub chooses_account: bool,
    pub steps: Vec<Step>,
}

/// Something that is sent, and what comes back.
#[derive(Serialize)]
pub struct Step {
    pub name: String,
    /// The time that passes before it, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_ms: Option<u64>,
    /// What the person does who is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<&'static str>,
    pub over: &'static str,
    pub send: Vec<String>,
    pub receive: Vec<String>,
}

impl Step {
    pub fn new(over: &'static str, name: String, send: &[Vec<u8>], receive: &[Vec<u8>]) -> Self {
        Self {
            name,
            after_ms: None,
            person: None,
            over,
            send: send.iter().map(hex::encode).collect(),
            receive: receive.iter().map(hex::encode).collect(),
        }
    }
}
