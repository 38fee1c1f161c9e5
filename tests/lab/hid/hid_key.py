"""A pytest plugin: the phone as a HID key, and results in the lab's words."""

import os
import time
from pathlib import Path

import pytest
from fido2.ctap2 import Ctap2
from fido2.hid import CtapHidDevice, get_descriptor, open_connection

from phone import FACTORY_STATE, Phone
from relying_party import RelyingParty


def node(phone, timeout=10):
    """The path of the phone's device node."""
    wanted = f"HID_PHYS=pocketkey/{phone._process.pid}"
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        for about in Path("/sys/class/hidraw").glob("*/device/uevent"):
            path = "/dev/" + about.parent.parent.name
            if wanted in about.read_text().splitlines() and os.access(path, os.R_OK):
                return path
        time.sleep(0.05)
    raise AssertionError("the phone has no device node")


class OwnReports:
    """A connection that keeps what is for others from its client.

    hidraw gives every report to everyone who has the device open, and python-fido2 takes one for
    another channel for an error.
    """

    def __init__(self, key, connection):
        self._key = key
        self._connection = connection
        self.write_packet = connection.write_packet
        self.close = connection.close

    def read_packet(self):
        while True:
            report = self._connection.read_packet()
            if report[:4] == self._key._channel_id.to_bytes(4, "big"):
                return report


class Key(CtapHidDevice):
    """A client of the phone, with a channel of its own."""

    def __init__(self, phone):
        self._phone = phone
        self.connect()

    def connect(self):
        """Opens the phone, after `close` again."""
        descriptor = get_descriptor(node(self._phone))
        super().__init__(descriptor, OwnReports(self, open_connection(descriptor)))


@pytest.fixture(scope="module")
def phone():
    """A phone that always agrees."""
    arguments = ("--hid", "--attestation", "--enterprise-rp-id", "corp.example")
    with Phone(*arguments) as it:
        yield it


@pytest.fixture
def device(phone):
    phone.control(FACTORY_STATE)
    device = Key(phone)
    yield device
    device.close()


@pytest.fixture
def ctap2(device):
    return Ctap2(device)


@pytest.fixture
def site(device):
    return RelyingParty(device)


def pytest_runtest_logreport(report):
    # The scenarios are named after PC/SC, which is not what they use here.
    name = report.nodeid.rsplit("/", 1)[-1].replace("test_pcsc_", "hid_").replace(".py::", " ")
    if report.skipped:
        print(f"# skipped {name}: {report.longrepr}", flush=True)
    elif report.failed:
        # A fixture that fails after the test must not pass for a second test.
        name = name if report.when == "call" else f"{name} ({report.when})"
        lines = str(report.longrepr).splitlines()
        why = next((line[2:] for line in reversed(lines) if line.startswith("E ")), lines[-1])
        print(f"not ok {name}: {why.strip()}")
        print("\n".join("#   " + line for line in lines[-12:]), flush=True)
    elif report.when == "call":
        print(f"ok {name}", flush=True)


def pytest_collectreport(report):
    if report.failed:
        print(f"not ok {report.nodeid}: {report.longrepr}", flush=True)
