"""Registering and signing in over PC/SC."""

import hashlib

import pytest
from cryptography import x509
from fido2.client import ClientError
from fido2.ctap import CtapError
from fido2.ctap1 import APDU, ApduError, Ctap1
from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY
from relying_party import ALICE, BOB, RelyingParty


@pytest.mark.parametrize("apdus", ["short", "extended"])
def test_register_and_sign_in(device, site, apdus):
    device.use_ext_apdu = apdus == "extended"
    _, credential = site.register()
    (first,) = site.sign_in([credential])
    (second,) = site.sign_in([credential])
    counters = [result.response.authenticator_data.counter for result in (first, second)]
    assert counters == [0, 0] or counters[0] < counters[1]


@pytest.mark.parametrize("alg", [-7, -8])
def test_every_algorithm_signs(site, alg):
    wanted = [{"type": "public-key", "alg": alg}]
    _, credential = site.register(pubKeyCredParams=wanted)
    assert credential.public_key[3] == alg
    site.sign_in([credential])


def test_an_unknown_algorithm_is_refused(site):
    with pytest.raises(ClientError, match="UNSUPPORTED_ALGORITHM|CONFIGURATION_UNSUPPORTED"):
        site.register(pubKeyCredParams=[{"type": "public-key", "alg": -65535}])


def test_without_get_response_the_answer_is_held(device, site):
    device.use_nfcctap_getresponse = False
    _, credential = site.register()
    site.sign_in([credential])


def test_a_long_allow_list_is_chained(site):
    _, credential = site.register()
    strangers = [{"type": "public-key", "id": bytes([n]) * 200} for n in range(8)]
    known = {"type": "public-key", "id": credential.credential_id}
    site.sign_in([*strangers, known], known=[credential])


def test_two_discoverable_accounts_are_offered_newest_first(site):
    _, alice = site.register(ALICE, discoverable=True)
    _, bob = site.register(BOB, discoverable=True)
    results = site.sign_in(known=[alice, bob])
    assert results[0].response.user_handle == BOB["id"]


def test_registering_again_replaces_the_discoverable_credential(site):
    site.register(ALICE, discoverable=True)
    _, second = site.register(ALICE, discoverable=True)
    (result,) = site.sign_in(known=[second])
    assert result.raw_id == second.credential_id


def test_an_excluded_account_is_not_registered_twice(site):
    _, credential = site.register()
    with pytest.raises(ClientError, match="CREDENTIAL_EXCLUDED|DEVICE_INELIGIBLE"):
        site.register(exclude=[credential])


def test_another_site_learns_nothing(device, site):
    _, credential = site.register()
    other = RelyingParty(device, "other.example")
    with pytest.raises(ClientError, match="DEVICE_INELIGIBLE"):
        other.sign_in([credential])


def test_selection(ctap2):
    ctap2.selection()


def test_reset_forgets_everything(ctap2, site):
    _, credential = site.register(discoverable=True)
    ctap2.reset()
    with pytest.raises(ClientError, match="DEVICE_INELIGIBLE"):
        site.sign_in([credential])
    with pytest.raises(CtapError, match="NO_CREDENTIALS"):
        ctap2.get_assertion("example.com", bytes(32))


def test_credentials_outlive_power_cuts(device, phone, site):
    _, kept_here = site.register(discoverable=True)
    _, kept_there = site.register(BOB)
    device.close()
    phone.control(0)
    device.connect()
    site.sign_in(known=[kept_here])
    site.sign_in([kept_there])


def test_u2f(device):
    assert device.capabilities & CAPABILITY.NMSG
    ctap1 = Ctap1(device)
    assert ctap1.get_version() == "U2F_V2"
    client, app = (hashlib.sha256(text).digest() for text in (b"client", b"app"))
    registered = ctap1.register(client, app)
    registered.verify(app, client)
    x509.load_der_x509_certificate(registered.certificate)
    signed = ctap1.authenticate(client, app, registered.key_handle)
    signed.verify(app, client, registered.public_key)
    assert signed.user_presence == 1

    with pytest.raises(ApduError) as known:
        ctap1.authenticate(client, app, registered.key_handle, check_only=True)
    assert known.value.code == APDU.USE_NOT_SATISFIED
    for stranger in (client, bytes(32)):
        with pytest.raises(ApduError) as unknown:
            ctap1.authenticate(client, stranger, registered.key_handle, check_only=True)
        assert unknown.value.code == APDU.WRONG_DATA

    # Mode 08: sign without asking for presence, and say so.
    data = client + app + bytes([len(registered.key_handle)]) + registered.key_handle
    unasked = ctap1.send_apdu(ins=Ctap1.INS.AUTHENTICATE, p1=0x08, data=data)
    assert unasked[0] == 0


def test_a_u2f_credential_signs_in_by_ctap2(device):
    app = hashlib.sha256(b"example.com").digest()
    registered = Ctap1(device).register(bytes(32), app)
    allowed = [{"type": "public-key", "id": registered.key_handle}]
    assertion = Ctap2(device).get_assertion("example.com", bytes(32), allowed)
    assert assertion.auth_data.rp_id_hash == app
