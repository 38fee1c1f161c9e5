//! The Pocketkey authenticator core.
