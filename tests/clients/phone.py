"""The emulated phone as a process, driven as a script would drive it."""

import json
import os
import socket
import struct
import subprocess
import tempfile
import threading
import time

POWER_CYCLE = 0
FACTORY_STATE = 1


class Phone:
    """`pocketkey phone` on a temporary state directory, with its JSON events.

    Other arguments are added to the command line. Used as a context manager, it is running.
    """

    def __init__(self, *arguments, approve="always", verify="none"):
        self._arguments = [*arguments, "--approve", approve, "--verify", verify]
        self._state = tempfile.TemporaryDirectory(prefix="pocketkey-test-")
        self._process = None
        self._reader = None
        self._condition = threading.Condition()
        self.events = []

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        self._state.cleanup()

    def start(self):
        """Starts it and waits until it is ready."""
        self.events = []
        self._process = subprocess.Popen(
            [
                os.environ["POCKETKEY"],
                "phone",
                "--json",
                "--test-controls",
                "--tcp",
                "127.0.0.1:0",
                "--state",
                self._state.name,
                *self._arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        ready = self.wait_for("ready", timeout=30)
        host, port = ready["tcp"].rsplit(":", 1)
        self.address = (host, int(port))

    def stop(self):
        """Ends it as a service manager would, and expects a clean end."""
        process, self._process = self._process, None
        if process is None:
            return
        process.stdin.close()
        process.terminate()
        try:
            status = process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        finally:
            self._reader.join(10)
            process.stdout.close()
        assert status == 0, f"the phone ended with {status}"

    def kill(self):
        """Ends it without notice, as a flat battery does."""
        self._process.kill()
        self._process.wait()
        self._reader.join(10)
        self._process.stdin.close()
        self._process.stdout.close()
        self._process = None

    def _read(self, process):
        for line in process.stdout:
            with self._condition:
                self.events.append(json.loads(line))
                self._condition.notify_all()
        with self._condition:
            self.events.append({"event": "ended"})
            self._condition.notify_all()

    def wait_for(self, name, after=0, timeout=10):
        """The first event of that name among those after a number of events that are known."""
        end = time.monotonic() + timeout
        with self._condition:
            while True:
                for event in self.events[after:]:
                    if event["event"] == name:
                        return event
                    assert event["event"] != "ended", f"the phone ended before {name!r}"
                left = end - time.monotonic()
                assert left > 0, f"no event {name!r} in time: {self.events[after:]}"
                self._condition.wait(left)

    def answer(self, line):
        """Types a line, which answers the question on the screen (`--approve ask`)."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def connect(self):
        """A new connection, as a client has one."""
        connection = socket.create_connection(self.address, timeout=60)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def control(self, code):
        """Does what no client can: `POWER_CYCLE` or `FACTORY_STATE`."""
        with self.connect() as connection:
            send_frame(connection, bytes([code]))
            assert receive_frame(connection) == bytes([code])


def send_frame(connection, payload):
    connection.sendall(struct.pack(">H", len(payload)) + payload)


def receive_frame(connection):
    (length,) = struct.unpack(">H", _receive(connection, 2))
    return _receive(connection, length)


def _receive(connection, length):
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise ConnectionError("the phone closed the connection")
        data += more
    return data
