//! The link that a QR or a message carries from the panel to a phone.
//!
//! `https://host[:port]/activate#t=<ticket>&k=<workspace key>[&p=<certificate pin>]`: all that is
//! secret or pins something sits in the fragment, which browsers do not send.

use std::fmt;

use super::{ACTIVATION_PATH, Digest, Ticket, WorkspaceKey};

/// Where to activate, with what ticket, and how the workspace is recognised.
#[derive(Clone)]
pub struct ActivationLink {
    /// The workspace's origin, such as `https://keys.example`: `https`, or `http` on this machine.
    pub origin: String,
    /// The one-time ticket.
    pub ticket: Ticket,
    /// What the workspace signs with.
    pub key: WorkspaceKey,
    /// SHA-256 of the public key (SubjectPublicKeyInfo) of the server's certificate, where no public
    /// authority vouches for it.
    pub pin: Option<Digest>,
}

/// Why a text is not an activation link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No activation link of any workspace.
    #[error("this is not an activation code of a Pocketkey workspace")]
    NotALink,
    /// It names a server without TLS that is not this machine.
    #[error("the activation code names a server without encryption, which is refused")]
    NotSecure,
    /// Something is missing or damaged.
    #[error("the activation code is damaged: scan it again, or ask for a new one")]
    Damaged,
}

impl fmt::Debug for ActivationLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActivationLink")
            .field("origin", &self.origin)
            .field("ticket", &self.ticket)
            .finish_non_exhaustive()
    }
}

/// The longest link that is looked at, in bytes.
const MAX_LENGTH: usize = 1024;

impl ActivationLink {
    /// Reads a link.
    ///
    /// # Errors
    /// Any [`LinkError`].
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        if text.len() > MAX_LENGTH {
            return Err(LinkError::NotALink);
        }
        let (url, fragment) = text.trim().split_once('#').ok_or(LinkError::NotALink)?;
        let origin = url.strip_suffix(ACTIVATION_PATH).ok_or(LinkError::NotALink)?;
        let origin = check_origin(origin)?;
        let (mut ticket, mut key, mut pin) = (None, None, None);
        for member in fragment.split('&') {
            let (name, value) = member.split_once('=').ok_or(LinkError::Damaged)?;
            let repeated = match name {
                "t" => {
                    ticket.replace(Ticket::from_text(value).ok_or(LinkError::Damaged)?).is_some()
                }
                "k" => {
                    key.replace(WorkspaceKey::from_text(value).ok_or(LinkError::Damaged)?).is_some()
                }
                "p" => pin.replace(Digest::from_text(value).ok_or(LinkError::Damaged)?).is_some(),
                _ => true,
            };
            if repeated {
                return Err(LinkError::Damaged);
            }
        }
        let (Some(ticket), Some(key)) = (ticket, key) else { return Err(LinkError::Damaged) };
        Ok(Self { origin, ticket, key, pin })
    }

    /// The link as text. It contains the ticket: whoever reads it can use it.
    #[must_use]
    pub fn text(&self) -> zeroize::Zeroizing<String> {
        let mut text = format!(
            "{}{ACTIVATION_PATH}#t={}&k={}",
            self.origin,
            self.ticket.text(),
            self.key.text()
        );
        if let Some(pin) = &self.pin {
            text.push_str("&p=");
            text.push_str(&pin.text());
        }
        zeroize::Zeroizing::new(text)
    }

    /// The host of the origin, without its port.
    #[must_use]
    pub fn host(&self) -> &str {
        host(self.origin.split_once("://").map_or("", |(_, rest)| rest))
    }
}

/// `scheme://host[:port]` and nothing else; `http` only for this machine itself.
fn check_origin(origin: &str) -> Result<String, LinkError> {
    let (scheme, authority) = origin.split_once("://").ok_or(LinkError::NotALink)?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = authority.to_ascii_lowercase();
    let host = host(&authority);
    let port = authority.strip_prefix(host).unwrap_or_default();
    let port_is_fine = match port.strip_prefix(':') {
        Some(digits) => {
            digits.bytes().all(|digit| digit.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|port| port != 0)
        }
        None => port.is_empty(),
    };
    let host_is_fine = host.starts_with('[')
        && host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok())
        || !host.is_empty()
            && host.len() <= 253
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    if !port_is_fine || !host_is_fine {
        return Err(LinkError::NotALink);
    }
    match scheme.as_str() {
        "https" => {}
        "http" if is_this_machine(host) => {}
        "http" => return Err(LinkError::NotSecure),
        _ => return Err(LinkError::NotALink),
    }
    Ok(format!("{scheme}://{authority}"))
}

pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn host(authority: &str) -> &str {
    match authority.find(']') {
        Some(end) => authority.get(..=end).unwrap_or(authority),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}
