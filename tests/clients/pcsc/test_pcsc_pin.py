"""PINs, tokens and what they allow, over PC/SC and both PIN/UV protocols."""

import pytest
from fido2.client import ClientError
from fido2.ctap import CtapError
from fido2.ctap2.blob import LargeBlobs
from fido2.ctap2.config import Config
from fido2.ctap2.credman import CredentialManagement
from fido2.ctap2.pin import ClientPin, PinProtocolV1, PinProtocolV2
from relying_party import ALICE, BOB, PIN, RelyingParty

RESULT = CredentialManagement.RESULT
PERMISSION = ClientPin.PERMISSION


@pytest.fixture(params=[PinProtocolV1, PinProtocolV2], ids=["protocol-1", "protocol-2"])
def protocol(request, monkeypatch):
    monkeypatch.setattr(ClientPin, "PROTOCOLS", [request.param])
    return request.param()


@pytest.fixture
def pin(ctap2, protocol):
    pin = ClientPin(ctap2, protocol)
    pin.set_pin(PIN)
    return pin


def config(ctap2, pin):
    return Config(ctap2, pin.protocol, pin.get_pin_token(PIN, PERMISSION.AUTHENTICATOR_CFG))


def credentials(ctap2, pin, permission=PERMISSION.CREDENTIAL_MGMT):
    return CredentialManagement(ctap2, pin.protocol, pin.get_pin_token(PIN, permission))


def test_pin_verifies(ctap2, pin, site):
    assert ctap2.get_info().options["clientPin"] is True
    result, credential = site.register(uv="required")
    assert result.response.attestation_object.auth_data.is_user_verified()
    (result,) = site.sign_in([credential], uv="required")
    assert result.response.authenticator_data.is_user_verified()


def test_discoverable_credentials_need_the_pin_once_it_is_set(device, pin):
    forgetful = RelyingParty(device, pin=None)
    with pytest.raises(ClientError):
        forgetful.register(discoverable=True)


def test_a_wrong_pin_costs_a_retry_and_three_need_a_power_cycle(device, pin):
    for left in (7, 6, 5):
        with pytest.raises(CtapError, match="PIN_"):
            pin.get_pin_token("not the PIN")
        assert pin.get_pin_retries()[0] == left
    with pytest.raises(CtapError, match="PIN_AUTH_BLOCKED"):
        pin.get_pin_token(PIN)
    # Disconnecting takes the power from the card.
    device.close()
    device.connect()
    pin.get_pin_token(PIN)
    assert pin.get_pin_retries()[0] == 8


def test_a_pin_is_changed(pin):
    pin.change_pin(PIN, "another one")
    with pytest.raises(CtapError, match="PIN_INVALID"):
        pin.get_pin_token(PIN)
    assert pin.get_pin_token("another one")


@pytest.mark.parametrize("text", ["päßwörd", "🔑🔑🔑🔑", "x" * 63])
def test_any_text_of_the_right_length_is_a_pin(ctap2, protocol, text):
    pin = ClientPin(ctap2, protocol)
    pin.set_pin(text)
    assert pin.get_pin_token(text)


def test_accounts_are_managed(ctap2, pin, site):
    _, alice = site.register(ALICE, discoverable=True)
    site.register(BOB, discoverable=True)
    manager = credentials(ctap2, pin)
    assert manager.get_metadata()[RESULT.EXISTING_CRED_COUNT] == 2
    (rp,) = manager.enumerate_rps()
    assert rp[RESULT.RP]["id"] == "example.com"
    found = manager.enumerate_creds(rp[RESULT.RP_ID_HASH])
    assert {account[RESULT.USER]["name"] for account in found} == {ALICE["name"], BOB["name"]}

    known = {"type": "public-key", "id": alice.credential_id}
    manager.update_user_info(known, {"id": ALICE["id"], "name": "alice@new.example"})
    found = manager.enumerate_creds(rp[RESULT.RP_ID_HASH])
    assert "alice@new.example" in [account[RESULT.USER]["name"] for account in found]
    manager.delete_cred(known)
    assert manager.get_metadata()[RESULT.EXISTING_CRED_COUNT] == 1


def test_a_persistent_token_only_reads(device, ctap2, pin, site):
    _, alice = site.register(discoverable=True)
    manager = credentials(ctap2, pin, PERMISSION.PERSISTENT_CREDENTIAL_MGMT)
    device.close()
    device.connect()
    assert len(manager.enumerate_rps()) == 1
    with pytest.raises(CtapError, match="PIN_AUTH_INVALID"):
        manager.delete_cred({"type": "public-key", "id": alice.credential_id})


def test_large_blobs_are_written_in_fragments(ctap2, pin):
    token = pin.get_pin_token(PIN, PERMISSION.LARGE_BLOB_WRITE)
    blobs = LargeBlobs(ctap2, pin.protocol, token)
    key, data = bytes(range(32)), bytes(n * n % 251 for n in range(900))
    blobs.put_blob(key, data)
    assert LargeBlobs(ctap2).get_blob(key) == data


def test_always_uv_wants_the_pin_everywhere(device, ctap2, pin, site):
    _, credential = site.register()
    config(ctap2, pin).toggle_always_uv()
    info = ctap2.get_info()
    assert info.options["alwaysUv"] is True and "U2F_V2" not in info.versions
    with pytest.raises(CtapError, match="PUAT_REQUIRED"):
        ctap2.get_assertion("example.com", bytes(32), [{"type": "public-key", "id": credential.credential_id}])
    RelyingParty(device).sign_in([credential])


def test_a_longer_minimum_forces_a_new_pin(ctap2, pin):
    config(ctap2, pin).set_min_pin_length(min_pin_length=len(PIN) + 1)
    info = ctap2.get_info()
    assert info.min_pin_length == len(PIN) + 1 and info.force_pin_change
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        pin.get_pin_token(PIN, PERMISSION.CREDENTIAL_MGMT)
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        pin.change_pin(PIN, PIN[::-1])
    pin.change_pin(PIN, PIN + "e5")
    assert not ctap2.get_info().force_pin_change


def test_a_change_of_the_pin_can_be_forced(ctap2, pin):
    config(ctap2, pin).set_min_pin_length(force_change_pin=True)
    with pytest.raises(CtapError, match="PIN_POLICY_VIOLATION"):
        pin.change_pin(PIN, PIN)
    pin.change_pin(PIN, PIN[::-1])
    assert not ctap2.get_info().force_pin_change


def test_enterprise_attestation_names_the_phone(device, ctap2, pin):
    corp = RelyingParty(device, "corp.example")
    batch, _ = corp.register()
    config(ctap2, pin).enable_enterprise_attestation()
    assert ctap2.get_info().options["ep"] is True
    corp = RelyingParty(device, "corp.example")
    single, _ = corp.register(attestation="enterprise")
    other, _ = RelyingParty(device, "other.example").register(attestation="enterprise")
    leaves = [
        result.response.attestation_object.att_stmt["x5c"][0] for result in (batch, single, other)
    ]
    assert leaves[1] != leaves[0] and leaves[2] == leaves[0]
