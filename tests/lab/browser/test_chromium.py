"""A page in Chromium and the phone: what WebAuthn offers, as far as the browser passes it on."""

import os
import time

import pytest
from chromium import Chromium
from fido2.ctap2 import Ctap2
from fido2.ctap2.pin import ClientPin
from fido2.utils import websafe_decode, websafe_encode
from hid_key import Key, node
from page import LIMIT, Refused, answered, answering, meanwhile
from relying_party import ALICE, BOB, PIN
from website import EDDSA, ES256, Website

from phone import FACTORY_STATE, Phone


@pytest.fixture(scope="module")
def browser():
    with Chromium() as it:
        yield it


@pytest.fixture(scope="module")
def verifying():
    """A phone that agrees and verifies its person by itself."""
    with Phone("--hid", verify="pass") as it:
        node(it)
        yield it


@pytest.fixture
def site(browser, verifying):
    verifying.control(FACTORY_STATE)
    return Website(browser, verifying)


@pytest.fixture
def asking(browser, verifying):
    """A site with a phone whose person answers where the test says so."""
    verifying.stop()
    with Phone("--hid", approve="ask", verify="pass") as phone:
        node(phone)
        yield Website(browser, phone)
    verifying.start()


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_register_and_sign_in(site, algorithm):
    credential, _ = site.register(algorithm=algorithm)
    site.sign_in([credential])


def test_without_a_name_the_browser_asks_whether_it_is_this_account(site):
    credential, outputs = site.register(key="required", uv="required", extensions={"credProps": True})
    assert outputs["credProps"]["rk"] is True
    seen = len(site.phone.events)

    def agree():
        answered(site.phone, seen, "GetAssertion")
        site.browser.screen.wait_until_still()
        site.browser.screen.press("Return")

    with meanwhile(agree):
        answer = site.sign_in([credential], listed=False, uv="required")
    assert websafe_decode(answer["response"]["userHandle"]) == ALICE["id"]


def choosing(account):
    """A person who agrees, and takes the account of that name where there are several."""

    def answer(question):
        names = [each["name"] for each in question["accounts"]]
        return str(names.index(account) + 1) if len(names) > 1 else "y"

    return answer


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_of_two_accounts_the_one_chosen_at_the_phone_signs_in(asking, algorithm):
    credentials = []
    for user in (ALICE, BOB):
        with answering(asking.phone, choosing(user["name"])):
            credentials.append(asking.register(user, algorithm, key="required", uv="required")[0])
    for user in (BOB, ALICE):
        with answering(asking.phone, choosing(user["name"])):
            answer = asking.sign_in(credentials, listed=False, uv="required")
        assert websafe_decode(answer["response"]["userHandle"]) == user["id"]


@pytest.mark.parametrize("policy, level", [
    ("userVerificationOptionalWithCredentialIDList", 2), ("userVerificationRequired", 3),
])
def test_protection(site, policy, level):
    credential, _ = site.register(
        key="required", uv="required",
        extensions={"credentialProtectionPolicy": policy, "enforceCredentialProtectionPolicy": True},
    )
    assert site.protection == level
    site.sign_in([credential], uv="required")


def test_prf(site):
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

    def dismiss():
        answered(site.phone, seen, "MakeCredential", "CTAP2_ERR_CREDENTIAL_EXCLUDED")
        site.browser.screen.wait_until_still()
        site.browser.screen.press("Escape")

    with meanwhile(dismiss), pytest.raises(Refused, match="InvalidStateError"):
        site.register(exclude=[credential])
    site.sign_in([credential])


def test_the_phone_is_plugged_in_when_the_browser_asks_for_it(site):
    site.phone.stop()

    def plug_in():
        time.sleep(3)
        site.phone.start()

    with meanwhile(plug_in):
        credential, _ = site.register()
    site.sign_in([credential])


def test_the_phone_is_pulled_out_and_plugged_in_again(asking):
    phone = asking.phone

    def replug():
        phone.wait_for("asked", timeout=LIMIT)
        phone.stop()
        phone.start()
        phone.wait_for("asked", timeout=LIMIT)
        phone.answer("y")

    with meanwhile(replug):
        asking.register()


def test_the_page_gives_up(asking):
    with pytest.raises(Refused, match="AbortError"):
        asking.register(patience=4)
    # It was asked, and the question left the screen when the page gave up.
    asking.phone.wait_for("asked")
    asking.phone.wait_for("withdrawn")


def test_the_time_ends(asking):
    # The browser shows that the time is up until somebody has seen it.
    def dismiss():
        asking.phone.wait_for("asked", timeout=LIMIT)
        asking.phone.wait_for("withdrawn", timeout=LIMIT)
        asking.browser.screen.wait_until_still()
        asking.browser.screen.press("Escape")

    with meanwhile(dismiss), pytest.raises(Refused, match="NotAllowedError"):
        asking.register(timeout=10_000)


def test_the_phone_says_no(asking):
    def dismiss():
        asking.phone.wait_for("refused", timeout=LIMIT)
        asking.browser.screen.wait_until_still()
        asking.browser.screen.press("Escape")

    with answering(asking.phone, lambda _: "n"), meanwhile(dismiss):
        with pytest.raises(Refused, match="NotAllowedError"):
            asking.register()


def test_a_pin_is_typed_at_the_pc(browser):
    with Phone("--hid") as phone:
        device = Key(phone)
        ClientPin(Ctap2(device)).set_pin(PIN)
        device.close()
        site = Website(browser, phone)
        seen = len(phone.events)

        def type_pin():
            answered(phone, seen, "ClientPIN")
            browser.screen.wait_until_still()
            browser.screen.type(PIN)

        with meanwhile(type_pin):
            credential, _ = site.register(key="required", uv="required")
        seen = len(phone.events)
        with meanwhile(type_pin):
            site.sign_in([credential], uv="required")
