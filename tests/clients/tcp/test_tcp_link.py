"""CTAPHID beyond requests, and a phone whose battery runs flat."""

import pytest
from fido2.ctap1 import Ctap1
from fido2.ctap2 import Ctap2
from fido2.hid import CAPABILITY
from relying_party import ALICE, RelyingParty

from phone import Phone


@pytest.mark.phone()
@pytest.mark.parametrize("length", [0, 1, 57, 58, 116, 117, 7609])
def test_ping_echoes_any_length(device, length):
    data = bytes(n % 251 for n in range(length))
    assert device.ping(data) == data


@pytest.mark.phone()
def test_wink_and_capabilities(phone, device):
    assert device.capabilities & CAPABILITY.CBOR and device.capabilities & CAPABILITY.WINK
    assert not device.capabilities & CAPABILITY.NMSG
    assert Ctap1(device).get_version() == "U2F_V2"
    seen = len(phone.events)
    device.wink()
    phone.wait_for("wink", after=seen)


@pytest.mark.phone()
def test_a_lock_is_taken_and_given_back(device):
    device.lock(1)
    assert Ctap2(device).get_info().aaguid
    device.lock(0)


@pytest.mark.phone()
def test_many_connections_share_the_phone(clients):
    devices = [clients.connect() for _ in range(8)]
    for device in devices:
        _, credential = RelyingParty(device).register({**ALICE, "id": b"%d" % id(device)})
        RelyingParty(devices[0]).sign_in([credential])


def test_what_was_acknowledged_survives_a_flat_battery():
    from conftest import Clients

    counters = []
    with Phone() as phone:
        clients = Clients(phone)
        _, kept = RelyingParty(clients.connect()).register(discoverable=True)
        for _ in range(3):
            clients.close()
            phone.kill()
            phone.start()
            clients = Clients(phone)
            site = RelyingParty(clients.connect())
            for _ in range(2):
                (result,) = site.sign_in(known=[kept])
                counters.append(result.response.authenticator_data.counter)
        clients.close()
    assert counters == [0] * 6 or counters == sorted(set(counters)), counters
