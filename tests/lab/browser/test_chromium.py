"""A page in Chromium and the phone: what WebAuthn offers, as far as the browser passes it on.

The browser has no window, so nobody can type a PIN: the phone verifies its person itself.
"""

import os

import pytest
from chromium import Chromium, Refused
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import PublicKeyCredentialParameters
from hid_key import node
from relying_party import ALICE, BOB

from phone import FACTORY_STATE, Phone

ES256, EDDSA = -7, -8


@pytest.fixture(scope="module")
def browser():
    with Chromium() as it:
        yield it


@pytest.fixture(scope="module")
def agreeing():
    with Phone("--hid", verify="pass") as it:
        node(it)
        yield it


@pytest.fixture
def site(browser, agreeing):
    agreeing.control(FACTORY_STATE)
    return Site(browser, agreeing)


class Site:
    """A relying party, which its users reach through the browser."""

    def __init__(self, browser, phone):
        self.browser, self.phone = browser, phone
        self.server = Fido2Server(
            {"id": "localhost", "name": "Lab"}, verify_origin=lambda origin: origin == browser.origin
        )

    def register(self, user=ALICE, algorithm=ES256, key="discouraged", uv="discouraged",
                 exclude=None, extensions=None, patience=240):
        """Registers. Returns the credential, and what the page got from the extensions."""
        self.server.allowed_algorithms = [PublicKeyCredentialParameters(type="public-key", alg=algorithm)]
        options, state = self.server.register_begin(
            user, exclude, resident_key_requirement=key, user_verification=uv,
            authenticator_attachment="cross-platform",
        )
        asked = {**dict(options)["publicKey"], "extensions": extensions or {}}
        answer = self.browser.create(asked, patience)
        registered = self.server.register_complete(state, answer)
        assert registered.credential_data.public_key[3] == algorithm
        return registered.credential_data, answer["clientExtensionResults"]

    def sign_in(self, known, listed=True, uv="discouraged", extensions=None, patience=240):
        """Signs in. Returns the page's answer."""
        options, state = self.server.authenticate_begin(known if listed else None, uv)
        asked = {**dict(options)["publicKey"], "extensions": extensions or {}}
        answer = self.browser.get(asked, patience)
        self.server.authenticate_complete(state, known, answer)
        return answer


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_register_and_sign_in(site, algorithm):
    credential, _ = site.register(algorithm=algorithm)
    site.sign_in([credential])


@pytest.mark.parametrize("algorithm", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_of_two_accounts_the_one_chosen_at_the_phone_signs_in(site, algorithm):
    # With one account the phone has nothing to choose, and the browser asks in a window of its own,
    # which is not there.
    credentials = [
        site.register(user, algorithm, key="required", uv="required")[0] for user in (ALICE, BOB)
    ]
    answer = site.sign_in(credentials, listed=False, uv="required")
    assert websafe_decode(answer["response"]["userHandle"]) == BOB["id"]


def test_cred_props_and_protection(site):
    credential, outputs = site.register(
        key="required", uv="required",
        extensions={
            "credProps": True,
            "credentialProtectionPolicy": "userVerificationRequired",
            "enforceCredentialProtectionPolicy": True,
        },
    )
    assert outputs["credProps"]["rk"] is True
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
    # Without a window the browser shows its own page about it and keeps the promise: what the phone
    # said is what can be judged. With one, the page gets InvalidStateError.
    with pytest.raises(Refused, match="InvalidStateError|AbortError"):
        site.register(exclude=[credential], patience=20)
    statuses = [event["status"] for event in site.phone.events[seen:] if event["event"] == "answer"]
    assert any("CREDENTIAL_EXCLUDED" in status for status in statuses), statuses
    site.sign_in([credential])


def test_the_page_gives_up(browser, agreeing):
    agreeing.stop()
    with Phone("--hid", approve="ask", verify="pass") as phone:
        node(phone)
        site = Site(browser, phone)
        with pytest.raises(Refused, match="AbortError"):
            site.register(patience=15)
        # It was asked, and the question left the screen when the page gave up.
        phone.wait_for("asked")
        phone.wait_for("withdrawn")
        seen = len(phone.events)
        with pytest.raises(Refused, match="AbortError|NotAllowedError"):
            phone_says_no(phone, site)
        phone.wait_for("refused", after=seen)
    agreeing.start()


def phone_says_no(phone, site):
    import threading

    def answer():
        phone.wait_for("asked", after=seen, timeout=60)
        phone.answer("n")

    seen = len(phone.events)
    threading.Thread(target=answer, daemon=True).start()
    site.register(patience=20)
