"""Every extension, over PC/SC."""

import os

import pytest
from fido2.client import ClientError
from fido2.ctap import CtapError
from fido2.ctap2.config import Config
from fido2.ctap2.extensions import HmacSecretExtension, ThirdPartyPaymentExtension
from fido2.ctap2.pin import ClientPin, PinProtocolV1, PinProtocolV2
from fido2.utils import websafe_encode
from relying_party import ALICE, PIN, RelyingParty


@pytest.fixture
def with_pin(ctap2):
    pin = ClientPin(ctap2)
    pin.set_pin(PIN)
    return pin


@pytest.mark.parametrize(
    ("policy", "discoverable_found", "listed_found"),
    [
        ("userVerificationOptional", True, True),
        ("userVerificationOptionalWithCredentialIDList", False, True),
        ("userVerificationRequired", False, False),
    ],
)
def test_cred_protect(ctap2, with_pin, site, policy, discoverable_found, listed_found):
    result, credential = site.register(
        discoverable=True,
        extensions={
            "credentialProtectionPolicy": policy,
            "enforceCredentialProtectionPolicy": True,
        },
    )
    assert result.response.attestation_object.auth_data.extensions["credProtect"] in (1, 2, 3)
    allowed = [{"type": "public-key", "id": credential.credential_id}]
    for listed, found in ((None, discoverable_found), (allowed, listed_found)):
        if found:
            ctap2.get_assertion("example.com", bytes(32), listed)
        else:
            with pytest.raises(CtapError, match="NO_CREDENTIALS"):
                ctap2.get_assertion("example.com", bytes(32), listed)
    site.sign_in([credential], uv="required")


def test_cred_blob(site):
    blob = os.urandom(32)
    result, credential = site.register(discoverable=True, extensions={"credBlob": blob})
    assert result.response.attestation_object.auth_data.extensions["credBlob"] is True
    (result,) = site.sign_in([credential], extensions={"getCredBlob": True})
    assert result.response.authenticator_data.extensions["credBlob"] == blob


def test_a_cred_blob_that_is_too_long_is_not_kept(ctap2, site):
    blob = bytes(ctap2.info.max_cred_blob_length + 1)
    result, credential = site.register(discoverable=True, extensions={"credBlob": blob})
    assert not (result.response.attestation_object.auth_data.extensions or {}).get("credBlob")
    (result,) = site.sign_in([credential], extensions={"getCredBlob": True})
    assert result.response.authenticator_data.extensions["credBlob"] == b""


def test_large_blob(with_pin, site):
    result, credential = site.register(
        discoverable=True, uv="required", extensions={"largeBlob": {"support": "required"}}
    )
    assert result.client_extension_results.large_blob.supported is True
    data = os.urandom(700)
    write = {"largeBlob": {"write": websafe_encode(data)}}
    (result,) = site.sign_in([credential], uv="required", extensions=write)
    assert result.client_extension_results.large_blob.written is True
    read = {"largeBlob": {"read": True}}
    (result,) = site.sign_in([credential], uv="required", extensions=read)
    assert result.client_extension_results.large_blob.blob == data


def test_min_pin_length_is_told_to_those_who_may_know(device, ctap2, with_pin):
    token = with_pin.get_pin_token(PIN, ClientPin.PERMISSION.AUTHENTICATOR_CFG)
    Config(ctap2, with_pin.protocol, token).set_min_pin_length(
        min_pin_length=6, rp_ids=["corp.example"]
    )
    for rp_id, told in (("corp.example", 6), ("example.com", None)):
        result, _ = RelyingParty(device, rp_id).register(extensions={"minPinLength": True})
        outputs = result.response.attestation_object.auth_data.extensions or {}
        assert outputs.get("minPinLength") == told


@pytest.mark.parametrize("protocol", [PinProtocolV1, PinProtocolV2])
def test_hmac_secret(monkeypatch, device, ctap2, with_pin, protocol):
    monkeypatch.setattr(ClientPin, "PROTOCOLS", [protocol])
    site = RelyingParty(device, extensions=[HmacSecretExtension(allow_hmac_secret=True)])
    result, credential = site.register(extensions={"hmacCreateSecret": True})
    assert result.client_extension_results.hmac_create_secret is True
    salt1, salt2 = os.urandom(32), os.urandom(32)
    outputs = {}
    for uv in ("discouraged", "required"):
        salts = {"salt1": salt1, "salt2": salt2}
        (result,) = site.sign_in([credential], uv=uv, extensions={"hmacGetSecret": salts})
        both = result.client_extension_results.hmac_get_secret
        (result,) = site.sign_in(
            [credential], uv=uv, extensions={"hmacGetSecret": {"salt1": salt2}}
        )
        one = result.client_extension_results.hmac_get_secret
        assert both.output2 == one.output1 != both.output1
        outputs[uv] = both.output1
    # Verified and unverified users have secrets of their own.
    assert outputs["discouraged"] != outputs["required"]


def test_hmac_secret_at_creation(with_pin, site):
    salt = {"eval": {"first": websafe_encode(os.urandom(32))}}
    result, credential = site.register(uv="required", extensions={"prf": salt})
    created = result.client_extension_results.prf.results.first
    (result,) = site.sign_in([credential], uv="required", extensions={"prf": salt})
    assert result.client_extension_results.prf.results.first == created


def test_third_party_payment(device):
    site = RelyingParty(device, extensions=[ThirdPartyPaymentExtension()])
    payment = {"payment": {"isPayment": True}}
    _, paying = site.register(discoverable=True, extensions=payment)
    _, plain = site.register({**ALICE, "id": b"other"}, discoverable=True)
    for credential, pays in ((paying, True), (plain, False)):
        allowed = [{"type": "public-key", "id": credential.credential_id}]
        assertion = site.client._backend.ctap2.get_assertion(
            "example.com", bytes(32), allowed, {"thirdPartyPayment": True}
        )
        assert assertion.auth_data.extensions["thirdPartyPayment"] is pays


def test_unknown_extensions_and_wrong_types(ctap2):
    rp, user = {"id": "example.com", "name": "Example"}, {"id": b"x", "name": "x"}
    params = [{"type": "public-key", "alg": -7}]
    made = ctap2.make_credential(bytes(32), rp, user, params, extensions={"nobodyKnows": 1})
    assert not made.auth_data.extensions
    for wrong in ({"credProtect": "2"}, {"hmac-secret": 1}, {"largeBlobKey": False}):
        with pytest.raises(CtapError):
            ctap2.make_credential(bytes(32), rp, user, params, extensions=wrong)


def test_a_site_that_enforces_protection_is_told_the_truth(site):
    with pytest.raises(ClientError):
        site.register(extensions={"largeBlob": {"support": "required"}}, discoverable=False)
