"""Phones on TCP, each with its own way of asking its person."""

import threading

import pytest
import tcp_hid  # noqa: F401  (takes its place in fido2.hid)
from fido2.ctap2 import Ctap2
from fido2.hid import CtapHidDevice
from tcp_hid import TcpHidConnection, get_descriptor, plug_in, unplug

from phone import FACTORY_STATE, Phone


class Clients:
    """Connections to one phone, as several programs on a computer have them."""

    def __init__(self, phone):
        self.phone = phone
        self._path = plug_in(phone)
        self._devices = []

    def connect(self):
        device = CtapHidDevice(get_descriptor(self._path), TcpHidConnection(self.phone))
        self._devices.append(device)
        return device

    def close(self):
        for device in self._devices:
            device.close()
        unplug(self.phone)


class Pending:
    """A call in a thread of its own, which waits for a person."""

    def __init__(self, function, *arguments, **options):
        self._outcome = None
        self._thread = threading.Thread(target=self._run, args=(function, arguments, options))
        self._thread.start()

    def _run(self, function, arguments, options):
        try:
            self._outcome = (function(*arguments, **options), None)
        except BaseException as error:  # It is raised again where the outcome is asked for.
            self._outcome = (None, error)

    def result(self):
        self._thread.join(30)
        assert self._outcome, "the call did not end"
        value, error = self._outcome
        if error:
            raise error
        return value


@pytest.fixture(scope="session")
def running():
    """The phones that run, by how they approve and verify: each is started once."""
    phones = {}
    yield phones
    for phone in phones.values():
        phone.__exit__()


@pytest.fixture
def clients(request, running):
    """Clients of a phone that approves and verifies as the test's marker `phone` says."""
    marker = request.node.get_closest_marker("phone")
    approve, verify = marker.kwargs.get("approve", "always"), marker.kwargs.get("verify", "none")
    if (approve, verify) not in running:
        running[approve, verify] = Phone(approve=approve, verify=verify).__enter__()
    phone = running[approve, verify]
    phone.control(FACTORY_STATE)
    clients = Clients(phone)
    yield clients
    clients.close()


@pytest.fixture
def phone(clients):
    return clients.phone


@pytest.fixture
def device(clients):
    return clients.connect()


@pytest.fixture
def ctap2(device):
    return Ctap2(device)


def pytest_configure(config):
    config.addinivalue_line("markers", "phone(approve, verify): the phone that a test wants")
