"""PINs to the bitter end, and the phone's own user verification."""

import pytest
from fido2.ctap import CtapError
from fido2.ctap2.pin import ClientPin
from relying_party import PIN, RelyingParty

from phone import POWER_CYCLE

CREDENTIALS = ClientPin.PERMISSION.CREDENTIAL_MGMT


@pytest.mark.phone()
def test_eight_wrong_pins_block_until_reset(phone, ctap2):
    pin = ClientPin(ctap2)
    pin.set_pin(PIN)
    for left in range(7, -1, -1):
        with pytest.raises(CtapError, match="PIN_"):
            pin.get_pin_token("not the PIN")
        if left:
            assert pin.get_pin_retries()[0] == left
        phone.control(POWER_CYCLE)
    for guess in (PIN, "not the PIN"):
        with pytest.raises(CtapError, match="PIN_BLOCKED"):
            pin.get_pin_token(guess)
    ctap2.reset()
    pin.set_pin(PIN)
    assert pin.get_pin_token(PIN)


@pytest.mark.phone()
@pytest.mark.parametrize("text", ["abc", "äöü", "🔑🔑🔑", ""])
def test_three_characters_are_no_pin(ctap2, text):
    # The client has the same rule, and has to be gone around.
    pin = ClientPin(ctap2)
    agreed, secret = pin._get_shared_secret()
    sealed = pin.protocol.encrypt(secret, text.encode().ljust(64, b"\0"))
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        ctap2.client_pin(
            pin.protocol.VERSION,
            ClientPin.CMD.SET_PIN,
            key_agreement=agreed,
            new_pin_enc=sealed,
            pin_uv_param=pin.protocol.authenticate(secret, sealed),
        )
    assert ctap2.get_info().options["clientPin"] is False


@pytest.mark.phone()
def test_touching_with_an_empty_pin_tells_whether_one_is_set(ctap2):
    call = [bytes(32), {"id": ".dummy", "name": ""}, {"id": b"x", "name": "x"}]
    algorithms = [{"type": "public-key", "alg": -7}]
    with pytest.raises(CtapError, match="PIN_NOT_SET"):
        ctap2.make_credential(*call, algorithms, pin_uv_param=b"", pin_uv_protocol=2)
    ClientPin(ctap2).set_pin(PIN)
    with pytest.raises(CtapError, match="PIN_INVALID"):
        ctap2.make_credential(*call, algorithms, pin_uv_param=b"", pin_uv_protocol=2)


@pytest.mark.phone(verify="pass")
def test_the_phone_verifies_its_owner_itself(device, ctap2):
    assert ctap2.get_info().options["uv"] is True
    site = RelyingParty(device, pin=None)
    result, credential = site.register(discoverable=True, uv="required")
    assert result.response.attestation_object.auth_data.is_user_verified()
    (result,) = site.sign_in([credential], uv="required")
    assert result.response.authenticator_data.is_user_verified()
    assert ClientPin(ctap2).get_uv_token(CREDENTIALS)


@pytest.mark.phone(verify="pass")
def test_verification_is_offered_without_tokens_too(ctap2):
    options = {"uv": True, "rk": True}
    made = ctap2.make_credential(
        bytes(32),
        {"id": "example.com", "name": "Example"},
        {"id": b"x", "name": "x"},
        [{"type": "public-key", "alg": -7}],
        options=options,
    )
    assert made.auth_data.is_user_verified()
    assert ctap2.get_assertion("example.com", bytes(32), options={"uv": True}).user["name"] == "x"


@pytest.mark.phone(verify="fail")
def test_verification_that_keeps_failing_is_blocked_and_the_pin_helps(ctap2):
    pin = ClientPin(ctap2)
    pin.set_pin(PIN)
    left = pin.get_uv_retries()
    assert left >= 1
    while left:
        with pytest.raises(CtapError, match="UV_INVALID|UV_BLOCKED"):
            pin.get_uv_token(CREDENTIALS)
        before, left = left, pin.get_uv_retries()
        assert left < before
    with pytest.raises(CtapError, match="UV_BLOCKED"):
        pin.get_uv_token(CREDENTIALS)
    assert pin.get_pin_token(PIN, CREDENTIALS)
    assert pin.get_uv_retries() >= 1
