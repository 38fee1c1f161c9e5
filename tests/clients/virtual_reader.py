"""The virtual NFC reader: Debian's vsmartcard-vpcd under a pcscd."""

import os
import shutil
import socket
import subprocess
import time

NAME = "Virtual PCD 00 00"
PORT = 35963

_SOCKET = "/run/pcscd/pcscd.comm"


class VirtualReader:
    """A pcscd with the reader, unless one runs already. Used as a context manager, it is up."""

    def __enter__(self):
        self._pcscd = None
        if not _answers():
            path = os.environ.get("PATH", "") + ":/usr/sbin"
            program = shutil.which("pcscd", path=path)
            assert program, "pcscd is not installed"
            self._pcscd = subprocess.Popen([program, "--foreground"])
        end = time.monotonic() + 20
        while not (_answers() and NAME in _readers()):
            assert time.monotonic() < end, "the virtual reader did not come up"
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        if self._pcscd:
            self._pcscd.terminate()
            self._pcscd.wait(20)


def wait_for_card(present=True):
    """Waits until the reader knows that a card has been put on it, or taken off."""
    from smartcard import scard

    outcome, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    assert outcome == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(outcome)
    try:
        end = time.monotonic() + 20
        known = scard.SCARD_STATE_UNAWARE
        while True:
            _, states = scard.SCardGetStatusChange(context, 1000, [(NAME, known)])
            known = states[0][1] & ~scard.SCARD_STATE_CHANGED
            if bool(known & scard.SCARD_STATE_PRESENT) == present:
                break
            assert time.monotonic() < end, "the reader does not notice its card"
    finally:
        scard.SCardReleaseContext(context)


def reader():
    from smartcard.System import readers

    return next(found for found in readers() if found.name == NAME)


def _readers():
    from smartcard.pcsc.PCSCExceptions import EstablishContextException, ListReadersException
    from smartcard.System import readers

    try:
        return [found.name for found in readers()]
    except (EstablishContextException, ListReadersException):
        return []


def _answers():
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(_SOCKET) == 0
