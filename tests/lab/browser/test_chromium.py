"""A page in Chromium and the phone: what WebAuthn offers, as far as the browser passes it on.

The browser has no window, so nobody can type a PIN: the phone verifies its person itself. It also shows
dialogs of its own there, and keeps the page's promise until somebody has answered them: where it does,
the page gives up by itself, and what the phone said is what is judged.
"""

import os

import pytest
from chromium import Chromium
from fido2.utils import websafe_decode, websafe_encode
from page import Refused, answering
from phones import plugged_in_late
from relying_party import ALICE, BOB
from website import EDDSA, ES256


@pytest.fixture(scope="module")
def browser():
    with Chromium() as it:
        yield it


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_register_and_sign_in(site, algorithm):
    credential, _ = site.register(algorithm=algorithm)
    site.sign_in([credential])


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_of_two_accounts_the_one_chosen_at_the_phone_signs_in(site, algorithm):
    # With one account the phone has nothing to choose, and the browser asks in a dialog of its own.
    credentials = [
        site.register(user, algorithm, key="required", uv="required")[0] for user in (ALICE, BOB)
    ]
    answer = site.sign_in(credentials, listed=False, uv="required")
    assert websafe_decode(answer["response"]["userHandle"]) == BOB["id"]


@pytest.mark.parametrize("policy, level", [
    ("userVerificationOptionalWithCredentialIDList", 2), ("userVerificationRequired", 3),
])
def test_cred_props_and_protection(site, policy, level):
    credential, outputs = site.register(
        key="required", uv="required",
        extensions={
            "credProps": True,
            "credentialProtectionPolicy": policy,
            "enforceCredentialProtectionPolicy": True,
        },
    )
    assert outputs["credProps"]["rk"] is True
    assert site.protection == level
    site.sign_in([credential], uv="required")


def test_prf_at_creation_and_at_sign_in(site):
    salts = {"first": websafe_encode(os.urandom(32)), "second": websafe_encode(os.urandom(32))}
    credential, outputs = site.register(
        key="required", uv="required", extensions={"prf": {"eval": salts}}
    )
    assert outputs["prf"]["enabled"] is True
    made = outputs["prf"]["results"]
    answer = site.sign_in([credential], uv="required", extensions={"prf": {"eval": salts}})
    assert answer["clientExtensionResults"]["prf"]["results"] == made
    assert made["first"] != made["second"]


def test_large_blob(site):
    credential, outputs = site.register(
        key="required", uv="required", extensions={"largeBlob": {"support": "required"}}
    )
    assert outputs["largeBlob"]["supported"] is True
    blob = websafe_encode(os.urandom(500))
    answer = site.sign_in([credential], uv="required", extensions={"largeBlob": {"write": blob}})
    assert answer["clientExtensionResults"]["largeBlob"]["written"] is True
    answer = site.sign_in([credential], uv="required", extensions={"largeBlob": {"read": True}})
    assert answer["clientExtensionResults"]["largeBlob"]["blob"] == blob


def test_an_excluded_credential_is_not_registered_again(site):
    credential, _ = site.register()
    seen = len(site.phone.events)
    # With a window, the page gets InvalidStateError.
    with pytest.raises(Refused, match="InvalidStateError|AbortError"):
        site.register(exclude=[credential], patience=20)
    statuses = [event["status"] for event in site.phone.events[seen:] if event["event"] == "answer"]
    assert any("CREDENTIAL_EXCLUDED" in status for status in statuses), statuses
    site.sign_in([credential])


def test_the_phone_is_plugged_in_when_the_browser_asks_for_it(site):
    with plugged_in_late(site.phone):
        credential, _ = site.register()
    site.sign_in([credential])


def test_the_page_gives_up(asking):
    with pytest.raises(Refused, match="AbortError"):
        asking.register(patience=15)
    # It was asked, and the question left the screen when the page gave up.
    asking.phone.wait_for("asked")
    asking.phone.wait_for("withdrawn")


def test_the_time_ends(asking):
    # With a window, the page gets NotAllowedError once somebody has seen that the time is up.
    with pytest.raises(Refused, match="NotAllowedError|AbortError"):
        asking.register(timeout=10_000, patience=30)
    asking.phone.wait_for("asked")
    asking.phone.wait_for("withdrawn")


def test_the_phone_says_no(asking):
    with answering(asking.phone, lambda _: "n"), pytest.raises(Refused, match="NotAllowedError|AbortError"):
        asking.register(patience=20)
    asking.phone.wait_for("refused")
