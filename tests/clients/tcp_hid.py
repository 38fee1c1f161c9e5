"""Gives `fido2.hid` the phones behind TCP instead of the machine's HID devices.

To be imported before anything takes names out of `fido2.hid`.
"""

import fido2.hid
from fido2.hid.base import CtapHidConnection, HidDescriptor

from phone import receive_frame, send_frame

# The phones that are plugged in, by the paths of their descriptors.
_plugged = {}


class TcpHidConnection(CtapHidConnection):
    def __init__(self, phone):
        self._socket = phone.connect()

    def write_packet(self, data):
        send_frame(self._socket, data)

    def read_packet(self):
        return receive_frame(self._socket)

    def close(self):
        self._socket.close()


def plug_in(phone):
    """Lets clients see the phone. Returns the path of its descriptor."""
    path = "tcp:{}:{}".format(*phone.address)
    _plugged[path] = phone
    return path


def unplug(phone):
    """Takes the phone out of the clients' sight."""
    for path in [path for path, other in _plugged.items() if other is phone]:
        del _plugged[path]


def list_descriptors():
    return [get_descriptor(path) for path in _plugged]


def get_descriptor(path):
    if path not in _plugged:
        raise OSError(f"nothing is plugged in at {path}")
    return HidDescriptor(path, 0, 0, 64, 64, "Pocketkey", None)


def open_connection(descriptor):
    return TcpHidConnection(_plugged[descriptor.path])


fido2.hid.list_descriptors = list_descriptors
fido2.hid.get_descriptor = get_descriptor
fido2.hid.open_connection = open_connection
