"""One phone on the virtual reader; each test finds it in its factory state."""

import pytest
from fido2.ctap2 import Ctap2
from fido2.pcsc import CtapPcscDevice

from phone import FACTORY_STATE, Phone
from relying_party import RelyingParty
from virtual_reader import PORT, VirtualReader, reader, wait_for_card


@pytest.fixture(scope="session")
def phone():
    nfc = ("--nfc", f"127.0.0.1:{PORT}")
    with VirtualReader(), Phone(*nfc, "--attestation", "--enterprise-rp-id", "corp.example") as it:
        wait_for_card()
        yield it


@pytest.fixture
def device(phone):
    phone.control(FACTORY_STATE)
    device = CtapPcscDevice(reader().createConnection(), reader().name)
    yield device
    device.close()


@pytest.fixture
def ctap2(device):
    return Ctap2(device)


@pytest.fixture
def site(device):
    return RelyingParty(device)
