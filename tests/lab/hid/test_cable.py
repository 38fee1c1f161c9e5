"""What happens on a cable: two clients at once, clients that vanish, a key that is pulled out."""

import os
import random
import select
import signal
import subprocess
import threading
import time

import pytest
from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2
from fido2.ctap2.pin import ClientPin
from hid_key import Key, node
from relying_party import ALICE, PIN, RelyingParty

from phone import Phone

RP = {"id": "example.com", "name": "Example"}
ES256 = [{"type": "public-key", "alg": -7}]
BROADCAST = b"\xff\xff\xff\xff"


def register(ctap2, **options):
    return ctap2.make_credential(bytes(32), RP, ALICE, ES256, **options)


class Pending:
    """A registration in a thread of its own, which waits for the person at the phone."""

    def __init__(self, phone, device):
        seen = len(phone.events)
        self._phone = phone
        self._outcome = None
        self.cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(device,))
        self._thread.start()
        phone.wait_for("asked", after=seen, timeout=30)

    def _run(self, device):
        try:
            self._outcome = register(Ctap2(device), event=self.cancelled)
        except Exception as error:
            self._outcome = error

    def result(self, timeout=30):
        self._thread.join(timeout)
        assert self._outcome is not None, "the call did not end"
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


def impatient():
    """An event that ends a call where it would otherwise be tried again: python-fido2 waits while busy."""
    event = threading.Event()
    event.set()
    return event


@pytest.fixture
def asking():
    """A phone that asks, whose person answers where the test says so."""
    with Phone("--hid", approve="ask") as it:
        yield it


@pytest.fixture
def first(asking):
    device = Key(asking)
    yield device
    device.close()


def test_the_second_client_is_told_that_the_key_is_busy(asking, first):
    second = Key(asking)
    ctap2 = Ctap2(second)
    pending = Pending(asking, first)
    with pytest.raises(CtapError, match="CHANNEL_BUSY"):
        register(ctap2, event=impatient())
    asking.answer("y")
    assert pending.result().auth_data.is_user_present()
    assert ctap2.get_info().aaguid
    second.close()


def test_two_programs_share_the_key(asking):
    path = node(asking)
    loop = f"for _ in 1 2 3 4 5; do fido2-token -I {path} >/dev/null || exit; done"
    programs = [subprocess.Popen(["bash", "-c", loop]) for _ in range(2)]
    assert [program.wait(60) for program in programs] == [0, 0]


def test_a_client_cancels(asking, first):
    pending = Pending(asking, first)
    pending.cancelled.set()
    with pytest.raises(CtapError, match="KEEPALIVE_CANCEL"):
        pending.result()
    assert Ctap2(first).get_info().aaguid


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_key_is_pulled_out_in_the_middle_of_a_request(asking, first, how):
    path = node(asking)
    pending = Pending(asking, first)
    process = asking._process
    asking.kill() if how == signal.SIGKILL else asking.stop()
    assert process.returncode == (0 if how == signal.SIGTERM else -signal.SIGKILL)
    # The client is told at once, not when its patience ends.
    with pytest.raises((CtapError, OSError)):
        pending.result(timeout=10)
    end = time.monotonic() + 5
    while os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.1)
    assert not os.path.exists(path)

    asking.start()
    again = Key(asking)
    pending = Pending(asking, again)
    asking.answer("y")
    assert pending.result().auth_data.credential_data
    again.close()


def test_a_client_is_killed_in_the_middle_of_a_request(asking, tmp_path):
    request = tmp_path / "request"
    request.write_text("A" * 43 + "=\nexample.com\nalice\nYWxpY2U=\n")
    seen = len(asking.events)
    client = subprocess.Popen(["fido2-cred", "-M", "-i", request, node(asking)])
    asking.wait_for("asked", after=seen, timeout=30)
    client.kill()
    client.wait()
    # Nobody has the key open any more: what was asked leaves the screen, and the next is served.
    asking.wait_for("withdrawn", after=seen, timeout=5)
    device = Key(asking)
    pending = Pending(asking, device)
    asking.answer("y")
    assert pending.result().auth_data.credential_data
    device.close()


def test_noise_does_not_take_the_key_from_others(asking):
    """Whatever one program writes, the next one's INIT is answered."""
    noise = random.Random(1)
    raw = os.open(node(asking), os.O_RDWR)
    for _ in range(1000):
        os.write(raw, b"\0" + noise.randbytes(64))
    for command in range(256):
        os.write(raw, b"\0" + BROADCAST + bytes([command]) + noise.randbytes(59))
    # A message that says it has 7609 bytes, and ends after the first 57.
    os.write(raw, b"\0" + BROADCAST + b"\x86\x00\x08" + bytes(57))
    # The answers to noise on the broadcast channel are over before the next program listens there.
    while select.select([raw], [], [], 1)[0]:
        os.read(raw, 64)
    os.close(raw)
    device = Key(asking)
    assert device.ping(bytes(7609)) == bytes(7609)
    device.close()


def test_half_a_message_holds_nobody_up(asking, first):
    second = Key(asking)
    channel = second._channel_id.to_bytes(4, "big")
    second._connection.write_packet(channel + b"\x90\x1d\xb9" + bytes(57))
    time.sleep(1.5)
    assert Ctap2(first).get_info().aaguid
    second.close()


def test_three_wrong_pins_block_until_the_key_is_plugged_in_again():
    with Phone("--hid") as phone:
        pin = ClientPin(Ctap2(Key(phone)))
        pin.set_pin(PIN)
        for error in ("PIN_INVALID", "PIN_INVALID", "PIN_AUTH_BLOCKED"):
            with pytest.raises(CtapError, match=error):
                pin.get_pin_token("not the PIN")
        with pytest.raises(CtapError, match="PIN_AUTH_BLOCKED"):
            pin.get_pin_token(PIN)
        phone.stop()
        phone.start()
        pin = ClientPin(Ctap2(Key(phone)))
        assert pin.get_pin_retries()[0] == 5
        assert pin.get_pin_token(PIN)
        assert pin.get_pin_retries()[0] == 8


def test_uv_is_asked_of_the_person():
    with Phone("--hid", approve="always", verify="pass") as phone:
        device = Key(phone)
        site = RelyingParty(device)
        result, credential = site.register(discoverable=True, uv="required")
        assert result.response.attestation_object.auth_data.is_user_verified()
        (result,) = site.sign_in(known=[credential], uv="required")
        assert result.response.authenticator_data.is_user_verified()
        device.close()


def test_a_refusal_is_told():
    with Phone("--hid", approve="never") as phone:
        device = Key(phone)
        with pytest.raises(CtapError, match="OPERATION_DENIED"):
            register(Ctap2(device))
        device.close()


def test_ping_of_every_length(asking, first):
    for length in (0, 1, 57, 58, 116, 117, 1000, 7609):
        data = bytes(n % 251 for n in range(length))
        assert first.ping(data) == data


def test_lock_keeps_others_out(asking, first):
    second = Key(asking)
    ctap2 = Ctap2(second)
    first.lock(5)
    with pytest.raises(CtapError, match="CHANNEL_BUSY"):
        register(ctap2, event=impatient())
    first.lock(0)
    assert ctap2.get_info().aaguid
    second.close()


def test_wink(asking, first):
    seen = len(asking.events)
    first.wink()
    asking.wait_for("wink", after=seen)
