use super::{Command, Outcome};

#[test]
fn commands_have_their_standard_names() {
    assert_eq!(Command::ctap2(&[0x01, 0xa0]).name(), "authenticatorMakeCredential");
    assert_eq!(Command::ctap2(&[0x41]).name(), "authenticatorCredentialManagement");
    assert_eq!(Command::ctap2(&[]).name(), "unknown");
    assert_eq!(Command::u2f(&[0, 2, 3, 0]).name(), "U2F_AUTHENTICATE");
    assert_eq!(Command::u2f(&[0]).name(), "U2F unknown");
}

#[test]
fn an_outcome_is_the_first_byte_or_the_last_two() {
    let denied = Outcome::ctap2(&[0x27]);
    assert_eq!((denied.name, denied.code, denied.bytes), ("CTAP2_ERR_OPERATION_DENIED", 0x27, 1));
    assert_eq!(Outcome::ctap2(&[0, 0xa0]).name, "CTAP2_OK");
    assert_eq!(Outcome::ctap2(&[]).name, "CTAP1_ERR_OTHER");
    assert_eq!(Outcome::u2f(b"U2F_V2\x90\x00").name, "SW_NO_ERROR");
    assert_eq!(Outcome::u2f(&[0x69, 0x85]).code, 0x6985);
    assert_eq!(Outcome::u2f(&[0x69]).code, 0x6f00);
}
