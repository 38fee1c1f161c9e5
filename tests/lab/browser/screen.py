"""A screen that nobody sees, for a browser's own windows, and a keyboard at it."""

import operator
import os
import subprocess
import tempfile
import time

from page import LIMIT

WIDTH, HEIGHT = 800, 700

# A dialog that waits for a key shows nothing that moves but a caret. One that waits for the phone has
# a bar that moves, of many more pixels.
CARET = 60
STILL = 1.5


class Screen:
    """An X server. A context manager."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        chosen, tell = os.pipe()
        # It chooses a free display, and says which when it is ready.
        arguments = ["-displayfd", str(tell), "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
        # Its picture is a file.
        arguments += ["-nolisten", "tcp", "-fbdir", self._folder.name]
        self._server = subprocess.Popen(["Xvfb", *arguments], pass_fds=(tell,), stderr=subprocess.DEVNULL)
        os.close(tell)
        with os.fdopen(chosen) as said:
            display = said.readline().strip()
        assert display, "Xvfb does not start"
        self.environment = {**os.environ, "DISPLAY": ":" + display}
        return self

    def __exit__(self, *_):
        self._server.terminate()
        self._server.wait()
        self._folder.cleanup()

    def _pixels(self):
        with open(os.path.join(self._folder.name, "Xvfb_screen0"), "rb") as file:
            return memoryview(file.read())[-WIDTH * HEIGHT * 4 :].cast("I")

    def wait_until_still(self, timeout=LIMIT):
        """Waits until nothing moves: what is shown then waits for the keyboard."""
        end = time.monotonic() + timeout
        before, since = self._pixels(), time.monotonic()
        while time.monotonic() - since < STILL:
            assert time.monotonic() < end, "the screen does not come to rest"
            time.sleep(0.3)
            now = self._pixels()
            if moved(before, now) > CARET:
                since = time.monotonic()
            before = now

    def press(self, *keys):
        """Presses keys, by their X names."""
        subprocess.run(["xdotool", "key", *keys], env=self.environment, check=True)

    def type(self, text):
        """Types a text, and Return."""
        subprocess.run(["xdotool", "type", "--delay", "50", text], env=self.environment, check=True)
        self.press("Return")


def moved(before, after):
    """How many pixels of two pictures differ."""
    rows = (slice(row * WIDTH, (row + 1) * WIDTH) for row in range(HEIGHT))
    return sum(
        sum(map(operator.ne, before[row], after[row])) for row in rows if before[row] != after[row]
    )
