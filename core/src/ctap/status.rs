//! Status codes (CTAP 2.3 §8.2): the first byte of every answer.

#[cfg(test)]
mod tests;

macro_rules! status_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal;)*) => {
        /// A status code, as the standard names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Status { $($(#[$doc])* $name,)* }

        impl Status {
            /// The byte on the wire.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$name => $code,)* }
            }

            /// The standard's name for it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// The status with this byte.
            #[must_use]
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

status_codes! {
    /// Done.
    Ok = 0x00, "CTAP2_OK";
    /// No such command, or not offered.
    InvalidCommand = 0x01, "CTAP1_ERR_INVALID_COMMAND";
    /// A parameter's value is not allowed.
    InvalidParameter = 0x02, "CTAP1_ERR_INVALID_PARAMETER";
    /// A message or item has a wrong length.
    InvalidLength = 0x03, "CTAP1_ERR_INVALID_LENGTH";
    /// Out of sequence.
    InvalidSeq = 0x04, "CTAP1_ERR_INVALID_SEQ";
    /// A message stopped in the middle.
    Timeout = 0x05, "CTAP1_ERR_TIMEOUT";
    /// Somebody else is being served.
    ChannelBusy = 0x06, "CTAP1_ERR_CHANNEL_BUSY";
    /// A CBOR item has another type than the standard gives it.
    CborUnexpectedType = 0x11, "CTAP2_ERR_CBOR_UNEXPECTED_TYPE";
    /// Not canonical CBOR.
    InvalidCbor = 0x12, "CTAP2_ERR_INVALID_CBOR";
    /// A required parameter is not there.
    MissingParameter = 0x14, "CTAP2_ERR_MISSING_PARAMETER";
    /// More of something than can be taken.
    LimitExceeded = 0x15, "CTAP2_ERR_LIMIT_EXCEEDED";
    /// The serialized large-blob array would not fit.
    LargeBlobStorageFull = 0x18, "CTAP2_ERR_LARGE_BLOB_STORAGE_FULL";
    /// A credential of the exclude list is here.
    CredentialExcluded = 0x19, "CTAP2_ERR_CREDENTIAL_EXCLUDED";
    /// None of the algorithms asked for is offered.
    UnsupportedAlgorithm = 0x26, "CTAP2_ERR_UNSUPPORTED_ALGORITHM";
    /// The user declined, or cannot be asked.
    OperationDenied = 0x27, "CTAP2_ERR_OPERATION_DENIED";
    /// No room for another credential.
    KeyStoreFull = 0x28, "CTAP2_ERR_KEY_STORE_FULL";
    /// The option does not belong to this command.
    UnsupportedOption = 0x2b, "CTAP2_ERR_UNSUPPORTED_OPTION";
    /// The option has a value that is not possible.
    InvalidOption = 0x2c, "CTAP2_ERR_INVALID_OPTION";
    /// The client cancelled.
    KeepaliveCancel = 0x2d, "CTAP2_ERR_KEEPALIVE_CANCEL";
    /// No credential fits.
    NoCredentials = 0x2e, "CTAP2_ERR_NO_CREDENTIALS";
    /// Nobody answered the prompt.
    UserActionTimeout = 0x2f, "CTAP2_ERR_USER_ACTION_TIMEOUT";
    /// Nothing to continue, or not possible in this state.
    NotAllowed = 0x30, "CTAP2_ERR_NOT_ALLOWED";
    /// The PIN is wrong.
    PinInvalid = 0x31, "CTAP2_ERR_PIN_INVALID";
    /// No PIN attempts are left; only a reset helps.
    PinBlocked = 0x32, "CTAP2_ERR_PIN_BLOCKED";
    /// The pinUvAuthParam does not verify, or its token lacks the permission.
    PinAuthInvalid = 0x33, "CTAP2_ERR_PIN_AUTH_INVALID";
    /// Three wrong PINs in a row; a power cycle allows the next.
    PinAuthBlocked = 0x34, "CTAP2_ERR_PIN_AUTH_BLOCKED";
    /// No PIN has been set.
    PinNotSet = 0x35, "CTAP2_ERR_PIN_NOT_SET";
    /// A pinUvAuthToken is needed.
    PuatRequired = 0x36, "CTAP2_ERR_PUAT_REQUIRED";
    /// The new PIN breaks the rules for PINs.
    PinPolicyViolation = 0x37, "CTAP2_ERR_PIN_POLICY_VIOLATION";
    /// The message is longer than maxMsgSize.
    RequestTooLarge = 0x39, "CTAP2_ERR_REQUEST_TOO_LARGE";
    /// Presence was needed and not given.
    UpRequired = 0x3b, "CTAP2_ERR_UP_REQUIRED";
    /// Built-in verification is blocked.
    UvBlocked = 0x3c, "CTAP2_ERR_UV_BLOCKED";
    /// The large-blob array does not have the hash that it claims.
    IntegrityFailure = 0x3d, "CTAP2_ERR_INTEGRITY_FAILURE";
    /// No such subcommand, or not offered.
    InvalidSubcommand = 0x3e, "CTAP2_ERR_INVALID_SUBCOMMAND";
    /// Built-in verification failed.
    UvInvalid = 0x3f, "CTAP2_ERR_UV_INVALID";
    /// A permission that is not offered, or not in this combination.
    UnauthorizedPermission = 0x40, "CTAP2_ERR_UNAUTHORIZED_PERMISSION";
    /// Something inside failed; nothing was done.
    Other = 0x7f, "CTAP1_ERR_OTHER";
}
