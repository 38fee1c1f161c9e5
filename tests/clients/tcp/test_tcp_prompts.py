"""What a person does at the phone, and what clients see of it."""

import threading

import pytest
from conftest import Pending
from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CTAPHID
from relying_party import ALICE, BOB

RP = {"id": "example.com", "name": "Example"}
ES256 = [{"type": "public-key", "alg": -7}]

asked = pytest.mark.phone(approve="ask")


def register(ctap2, user=ALICE, **more):
    return ctap2.make_credential(bytes(32), RP, user, ES256, **more)


def register_with_consent(phone, ctap2, user):
    seen = len(phone.events)
    pending = Pending(register, ctap2, user, options={"rk": True})
    phone.wait_for("asked", after=seen)
    phone.answer("y")
    return pending.result()


@asked
def test_the_request_is_shown_and_agreed_to(phone, ctap2):
    seen = len(phone.events)
    user_needed = threading.Event()
    pending = Pending(
        register, ctap2, on_keepalive=lambda status: status == 2 and user_needed.set()
    )
    shown = phone.wait_for("asked", after=seen)
    assert shown["site"] == "example.com" and shown["transport"] == "usb"
    assert [account["name"] for account in shown["accounts"]] == [ALICE["name"]]
    assert user_needed.wait(10)
    phone.answer("y")
    assert pending.result().auth_data.is_user_present()


@asked
def test_a_refusal_is_told(phone, ctap2):
    seen = len(phone.events)
    pending = Pending(register, ctap2)
    phone.wait_for("asked", after=seen)
    phone.answer("n")
    with pytest.raises(CtapError, match="OPERATION_DENIED"):
        pending.result()


@asked
@pytest.mark.parametrize("what", ["make_credential", "selection", "reset"])
def test_the_client_cancels_while_the_person_is_asked(phone, ctap2, what):
    seen, cancelled = len(phone.events), threading.Event()
    call = {
        "make_credential": lambda: register(ctap2, event=cancelled),
        "selection": lambda: ctap2.selection(event=cancelled),
        "reset": lambda: ctap2.reset(event=cancelled),
    }[what]
    pending = Pending(call)
    phone.wait_for("asked", after=seen)
    cancelled.set()
    with pytest.raises(CtapError, match="KEEPALIVE_CANCEL"):
        pending.result()
    phone.wait_for("withdrawn", after=seen)
    assert ctap2.get_info().aaguid


@asked
def test_a_client_that_goes_away_takes_its_question_with_it(phone, clients):
    seen = len(phone.events)
    gone = clients.connect()
    pending = Pending(register, Ctap2(gone))
    phone.wait_for("asked", after=seen)
    gone._connection._socket.shutdown(2)
    with pytest.raises((ConnectionError, OSError)):
        pending.result()
    phone.wait_for("withdrawn", after=seen)
    assert Ctap2(clients.connect()).get_info().aaguid


@asked
def test_a_second_client_is_told_that_the_phone_is_busy(phone, clients, ctap2):
    seen = len(phone.events)
    second = clients.connect()
    pending = Pending(register, ctap2)
    phone.wait_for("asked", after=seen)
    impatient = threading.Event()
    # python-fido2 retries as long as its event is not set; then it also sends a CANCEL, which
    # must not reach the other client's request.
    impatient.set()
    with pytest.raises(CtapError, match="CHANNEL_BUSY"):
        second.call(CTAPHID.CBOR, b"\x04", impatient)
    phone.answer("y")
    assert pending.result().auth_data.is_user_present()
    assert Ctap2(second).get_info().aaguid


@asked
def test_the_person_chooses_the_account_on_the_phone(phone, ctap2):
    register_with_consent(phone, ctap2, ALICE)
    register_with_consent(phone, ctap2, BOB)
    for line, name in (("1", BOB["name"]), ("2", ALICE["name"])):
        seen = len(phone.events)
        pending = Pending(ctap2.get_assertion, "example.com", bytes(32))
        shown = phone.wait_for("asked", after=seen)
        assert [account["name"] for account in shown["accounts"]] == [BOB["name"], ALICE["name"]]
        phone.answer(line)
        assertion = pending.result()
        assert assertion.user_selected is True and assertion.number_of_credentials is None
        assert assertion.user["id"] == (BOB if name == BOB["name"] else ALICE)["id"]
        with pytest.raises(CtapError, match="NOT_ALLOWED"):
            ctap2.get_next_assertion()


@asked
def test_a_site_learns_of_an_excluded_account_only_by_consent(phone, ctap2):
    made = register_with_consent(phone, ctap2, ALICE)
    known = [{"type": "public-key", "id": made.auth_data.credential_data.credential_id}]
    seen = len(phone.events)
    pending = Pending(register, ctap2, exclude_list=known)
    phone.wait_for("asked", after=seen)
    phone.answer("y")
    with pytest.raises(CtapError, match="CREDENTIAL_EXCLUDED"):
        pending.result()


@pytest.mark.phone(approve="never")
def test_a_phone_that_never_agrees(ctap2):
    assert ctap2.get_info().aaguid
    for call in (lambda: register(ctap2), ctap2.selection, ctap2.reset):
        with pytest.raises(CtapError, match="OPERATION_DENIED"):
            call()
    # What asks nobody is answered.
    silent = {"up": False}
    with pytest.raises(CtapError, match="NO_CREDENTIALS"):
        ctap2.get_assertion("example.com", bytes(32), options=silent)
