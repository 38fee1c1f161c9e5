"""A page in Firefox and the phone. Its client of CTAP is its own, and reads hidraw itself."""

import os
import time

import pytest
from fido2.ctap2 import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.utils import websafe_decode, websafe_encode
from firefox import Firefox
from hid_key import Key
from page import LIMIT, Refused, answering, meanwhile
from phones import plugged_in_late
from relying_party import ALICE, BOB, PIN
from website import EDDSA, ES256, Website

from phone import Phone


@pytest.fixture(scope="module")
def browser():
    with Firefox() as it:
        yield it


@pytest.fixture(autouse=True)
def nothing_is_agreed_to(browser):
    browser.answers = {}


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_register_and_sign_in(site, algorithm):
    credential, _ = site.register(algorithm=algorithm)
    site.sign_in([credential])


def test_discoverable_and_verified(site):
    credential, outputs = site.register(key="required", uv="required", extensions={"credProps": True})
    assert outputs["credProps"]["rk"] is True
    answer = site.sign_in([credential], listed=False, uv="required")
    assert websafe_decode(answer["response"]["userHandle"]) == ALICE["id"]


def test_of_two_accounts_the_one_chosen_at_the_phone_signs_in(site):
    credentials = [site.register(user, key="required", uv="required")[0] for user in (ALICE, BOB)]
    answer = site.sign_in(credentials, listed=False, uv="required")
    assert websafe_decode(answer["response"]["userHandle"]) == BOB["id"]


def test_attestation_is_asked_for_and_told(site):
    site.browser.answers = {"register-direct": True}
    site.register(attestation="direct")
    assert "register-direct" in site.browser.prompts
    assert site.format == "packed"


def test_cred_protect(site):
    credential, _ = site.register(
        key="required", uv="required",
        extensions={
            "credentialProtectionPolicy": "userVerificationRequired",
            "enforceCredentialProtectionPolicy": True,
        },
    )
    site.sign_in([credential], uv="required")


def test_prf(site):
    salts = [websafe_encode(os.urandom(32)) for _ in range(2)]
    credential, outputs = site.register(key="required", uv="required", extensions={"prf": {}})
    assert outputs["prf"]["enabled"] is True
    first, again = (
        site.sign_in([credential], uv="required", extensions={
            "prf": {"eval": {"first": salts[0], "second": salts[1]}}
        })["clientExtensionResults"]["prf"]["results"]
        for _ in range(2)
    )
    assert first == again and first["first"] != first["second"]


def test_an_excluded_credential_is_not_registered_again(site):
    credential, _ = site.register()
    with pytest.raises(Refused, match="InvalidStateError"):
        site.register(exclude=[credential])
    site.sign_in([credential])


def test_a_pin_is_typed_on_the_pc(browser, unplugged):
    with Phone("--hid") as phone:
        device = Key(phone)
        ClientPin(Ctap2(device)).set_pin(PIN)
        device.close()
        browser.answers = {"pin": PIN}
        site = Website(browser, phone)
        credential, _ = site.register(key="required", uv="required")
        assert "pin" in browser.prompts
        site.sign_in([credential], uv="required")
        assert "pin" in browser.prompts


def no_prompt_is_left(browser):
    end = time.monotonic() + 5
    while (shown := browser.prompt()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not shown


def test_the_phone_is_plugged_in_when_the_browser_asks_for_it(site):
    with plugged_in_late(site.phone):
        credential, _ = site.register()
    site.sign_in([credential])


def test_a_phone_that_is_pulled_out_ends_the_request(asking):
    phone = asking.phone

    def pull_out():
        phone.wait_for("asked", timeout=LIMIT)
        phone.stop()

    with meanwhile(pull_out), pytest.raises(Refused, match="NotAllowedError|UnknownError|AbortError"):
        asking.register(patience=40)
    no_prompt_is_left(asking.browser)
    phone.start()
    with answering(phone, lambda _: "y"):
        asking.register()


def test_the_page_gives_up(asking):
    with pytest.raises(Refused, match="AbortError"):
        asking.register(patience=4)
    # It was asked, and the question left the screen when the page gave up. (Firefox 153 lets its own
    # prompt stand then, with and without a key.)
    asking.phone.wait_for("asked")
    asking.phone.wait_for("withdrawn")


def test_the_time_ends(asking):
    with pytest.raises(Refused, match="NotAllowedError"):
        asking.register(timeout=10_000)
    asking.phone.wait_for("asked")
    asking.phone.wait_for("withdrawn")
    no_prompt_is_left(asking.browser)


def test_the_phone_says_no(asking):
    with answering(asking.phone, lambda _: "n"), pytest.raises(Refused, match="NotAllowedError"):
        asking.register()
    no_prompt_is_left(asking.browser)
