"""A terminal that carries the reports of a HID device.

libfido2 opens a path, asks it for a HID report descriptor, and makes do without one: from then on
it only reads and writes reports. So a raw pseudo-terminal is a device to it, without a kernel that
has HID and without root.
"""

import os
import select
import termios
import threading
import tty

from phone import receive_frame, send_frame

REPORT = 64


class HidTerminal:
    """Joins a phone to a terminal. Used as a context manager, it is the terminal's path."""

    def __init__(self, phone):
        self._phone = phone

    def __enter__(self):
        self._connection = self._phone.connect()
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        attributes = termios.tcgetattr(self._theirs)
        # A read gives a whole report, as from a HID device.
        attributes[6][termios.VMIN] = REPORT
        attributes[6][termios.VTIME] = 0
        termios.tcsetattr(self._theirs, termios.TCSANOW, attributes)
        self._stop, self._stopping = os.pipe()
        self._carrier = threading.Thread(target=self._carry, daemon=True)
        self._carrier.start()
        return os.ttyname(self._theirs)

    def __exit__(self, *_):
        os.close(self._stopping)
        self._carrier.join(10)
        for descriptor in (self._stop, self._ours, self._theirs):
            os.close(descriptor)
        self._connection.close()

    def _carry(self):
        written = b""
        while True:
            ready, _, _ = select.select([self._ours, self._connection, self._stop], [], [])
            if self._stop in ready:
                return
            if self._ours in ready:
                # A report is written with its number before it, which is 0: there is one kind.
                written += os.read(self._ours, 4096)
                while len(written) > REPORT:
                    send_frame(self._connection, written[1 : REPORT + 1])
                    written = written[REPORT + 1 :]
            if self._connection in ready:
                os.write(self._ours, receive_frame(self._connection))
