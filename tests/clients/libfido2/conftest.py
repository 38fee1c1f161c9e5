"""libfido2's own tools, with the phone behind a terminal that carries its reports."""

import base64
import subprocess

import pytest

from hid_terminal import HidTerminal
from phone import FACTORY_STATE, Phone


class Tools:
    """Runs `fido2-token`, `fido2-cred` and `fido2-assert` against one device."""

    def __init__(self, device, folder):
        self.device = device
        self._folder = folder
        self._files = 0

    def file(self, *lines):
        """A file with these lines; bytes are told in base64, as the tools want them."""
        self._files += 1
        path = self._folder / str(self._files)
        texts = [base64.b64encode(x).decode() if isinstance(x, bytes) else x for x in lines]
        path.write_text("".join(text + "\n" for text in texts))
        return str(path)

    def run(self, *command, typed=()):
        """Runs a tool, types these lines where it asks, and gives its output as lines."""
        done = subprocess.run(
            # A tool reads PINs from its controlling terminal, and else from its input. It has none
            # in a session of our own, and does not make one of the device that it opens as long as
            # somebody else leads the session.
            ["sh", "-c", '"$@"; exit $?', "sh", *command],
            input="".join(line + "\n" for line in typed),
            capture_output=True,
            text=True,
            timeout=30,
            start_new_session=True,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.splitlines()

    def refused(self, *command, typed=()):
        """Runs a tool that must fail, and gives what it complains about."""
        with pytest.raises(AssertionError) as failure:
            self.run(*command, typed=typed)
        return str(failure.value)


@pytest.fixture(scope="session")
def phone():
    with Phone() as it:
        yield it


@pytest.fixture
def tools(phone, tmp_path):
    phone.control(FACTORY_STATE)
    with HidTerminal(phone) as path:
        yield Tools(path, tmp_path)
