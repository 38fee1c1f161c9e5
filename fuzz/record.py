#!/usr/bin/env python3
"""Makes seeds of what real clients send to the emulated phone.

    POCKETKEY_RECORDS=DIR POCKETKEY_PROGRAM=.../pocketkey POCKETKEY=fuzz/record.py CLIENT-TESTS...
    fuzz/record.py collect DIR

In place of the program, it starts the phone or the workspace and stands between it and its clients: on
TCP, between the phone and the virtual card reader, and between the workspace and those who use it.
`collect` adds what was recorded to fuzz/seeds; `cargo xtask fuzz --keep` then makes that small.
"""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

SEEDS = Path(__file__).resolve().parent / "seeds"

# Steps of the targets: see src/reports.rs and src/apdus.rs.
WHOLE_MESSAGE = 3
RAW_APDU = 0
# A phone with a PIN and some accounts, whose person agrees: see src/requests.rs.
PHONE = bytes([0x08, 0x00])
# So many steps make a seed.
WINDOW = 6


def frames(connection):
    """Frames of a 2-byte big-endian length and that many bytes, until the connection ends."""
    stream = connection.makefile("rb")
    while len(head := stream.read(2)) == 2:
        yield stream.read(int.from_bytes(head, "big"))


def relay(source, sink, record):
    """Hands frames on, and writes each into a file if there is one."""
    try:
        for frame in frames(source):
            if record:
                record.write(frame.hex() + "\n")
            sink.sendall(len(frame).to_bytes(2, "big") + frame)
    except OSError:
        pass
    finally:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if record:
            record.close()


class Proxy:
    """Listens, and connects whoever comes to an address that may be known later."""

    def __init__(self, kind):
        self._kind = kind
        self._count = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]

    def serve(self, target):
        threading.Thread(target=self._accept, args=(target,), daemon=True).start()

    def _accept(self, target):
        while True:
            near, _ = self._listener.accept()
            host, port = target.rsplit(":", 1)
            far = socket.create_connection((host, int(port)))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._count += 1
            name = f"{self._kind}-{os.getpid()}-{self._count}"
            record = open(Path(os.environ["POCKETKEY_RECORDS"]) / name, "w")
            # The phone is the server on TCP, and the reader's client.
            recorded = (record, None) if self._kind == "tcp" else (None, record)
            for ends in ((near, far, recorded[0]), (far, near, recorded[1])):
                threading.Thread(target=relay, args=ends, daemon=True).start()


def pump(source, sink, record):
    """Hands bytes on, and writes them into a file if there is one."""
    try:
        while part := source.recv(65536):
            if record:
                record.write(part)
            sink.sendall(part)
    except OSError:
        pass
    finally:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if record:
            record.close()


def serve_workspace(listener, port):
    """Connects whoever comes to the workspace, and records what they send."""
    count = 0
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", port))
        count += 1
        name = f"http-{os.getpid()}-{count}"
        record = open(Path(os.environ["POCKETKEY_RECORDS"]) / name, "wb")
        for ends in ((near, far, record), (far, near, None)):
            threading.Thread(target=pump, args=ends, daemon=True).start()


def stand_in_for_workspace(arguments):
    front = socket.create_server(("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments[arguments.index("--listen") + 1] = f"127.0.0.1:{port}"
    origin = f"http://localhost:{front.getsockname()[1]}"
    program = os.environ["POCKETKEY_PROGRAM"]
    server = subprocess.Popen([program, *arguments, "--origin", origin])
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    threading.Thread(target=serve_workspace, args=(front, port), daemon=True).start()
    return server.wait()


def stand_in(arguments):
    if arguments[:1] == ["workspace"] and "--listen" in arguments:
        return stand_in_for_workspace(arguments)
    if "--nfc" in arguments:
        place = arguments.index("--nfc") + 1
        reader = Proxy("nfc")
        reader.serve(arguments[place])
        arguments[place] = reader.address
    clients = Proxy("tcp")
    phone = subprocess.Popen(
        [os.environ["POCKETKEY_PROGRAM"], *arguments], stdout=subprocess.PIPE, text=True
    )
    signal.signal(signal.SIGTERM, lambda *_: phone.terminate())
    for line in phone.stdout:
        event = json.loads(line)
        if event.get("event") == "ready" and event.get("tcp"):
            clients.serve(event["tcp"])
            event["tcp"] = clients.address
        print(json.dumps(event), flush=True)
    return phone.wait()


def messages(reports):
    """CTAPHID messages: command and bytes."""
    command, length, message = None, 0, b""
    for report in reports:
        if len(report) != 64:
            continue
        if report[4] & 0x80:
            command, length, message = report[4], int.from_bytes(report[5:7], "big"), report[7:]
        else:
            message += report[5:]
        if command is not None and len(message) >= length:
            yield command, message[:length]
            command = None


def windows(steps):
    return [b"".join(steps[at : at + WINDOW]) for at in range(0, len(steps), WINDOW)]


def http_requests(stream):
    """Method, target, headers and body of each request of a connection."""
    while b"\r\n\r\n" in stream:
        head, stream = stream.split(b"\r\n\r\n", 1)
        line, *lines = head.split(b"\r\n")
        headers = dict(line.lower().split(b":", 1) for line in lines if b":" in line)
        plain = dict(line.split(b":", 1) for line in lines if b":" in line)
        if headers.get(b"transfer-encoding", b"").strip() == b"chunked":
            body = b""
            while stream:
                size, stream = stream.split(b"\r\n", 1)
                body, stream = body + stream[: int(size, 16)], stream[int(size, 16) + 2 :]
                if int(size, 16) == 0:
                    break
        else:
            length = int(headers.get(b"content-length", b"0"))
            body, stream = stream[:length], stream[length:]
        yield line.rsplit(b" ", 1)[0], {name.lower(): value.strip() for name, value in plain.items()}, body


NAMED = {
    b"users": b"user", b"keys": b"key", b"groups": b"group", b"administrators": b"administrator",
    b"tokens": b"token", b"mail": b"mail", b"mails": b"mail",
}  # fmt: skip
IDENTIFIER = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def as_asked(line, headers, body):
    """A request as src/bodies/parse.rs takes it: what only one workspace knows is in braces."""
    named = lambda found: found[1] + b"/{" + NAMED.get(found[1], b"nothing") + b"}"
    line = re.sub(rb"(\w+)/" + IDENTIFIER, named, line)
    line = re.sub(rb"/set-up/[\w-]{43}", b"/set-up/{link}", line)
    cookies = headers.get(b"cookie", b"")
    who = b"visitor"
    if b"authorization" in headers:
        who = b"program"
    elif b"pocketkey=" in cookies:
        who = b"owner"
    elif b"pocketkey-user=" in cookies:
        who = b"user"
    if headers.get(b"content-type") == b"application/jose" and body.count(b".") == 2:
        # The target signs it anew.
        who, payload = b"phone", body.split(b".")[1]
        body = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    body = re.sub(rb"csrf=[\w-]{43}", b"csrf={csrf}", body)
    body = re.sub(rb'(name="csrf"\r\n\r\n)[\w-]{43}', rb"\1{csrf}", body)
    kept = [(name, headers[name]) for name in (b"content-type", b"accept") if name in headers]
    if b"x-csrf-token" in headers:
        kept.append((b"x-csrf-token", b"{csrf}"))
    lines = b"".join(name + b": " + value + b"\n" for name, value in kept)
    return who + b" " + line + b"\n" + lines + b"\n" + body


def collect(folder):
    requests, reports, apdus, bodies = set(), set(), set(), set()
    for path in sorted(Path(folder).iterdir()):
        if path.name.startswith("http"):
            bodies.update(as_asked(*one) for one in http_requests(path.read_bytes()))
            continue
        sent = [bytes.fromhex(line) for line in path.read_text().split()]
        if path.name.startswith("tcp"):
            steps = []
            for command, message in messages(sent):
                steps.append(
                    bytes([WHOLE_MESSAGE, command & 0x7F]) + len(message).to_bytes(2, "big") + message
                )
                if command == 0x90:
                    requests.add(PHONE + message)
            reports.update(windows(steps))
        else:
            # One byte is the reader's own: power off, power on, reset, ATR.
            commands = [frame for frame in sent if len(frame) > 1]
            steps = [bytes([RAW_APDU]) + len(one).to_bytes(2, "big") + one for one in commands]
            apdus.update(windows(steps))
    recorded = {"requests": requests, "reports": reports, "apdus": apdus, "bodies": bodies}
    for name, seeds in recorded.items():
        with open(SEEDS / f"{name}.hex", "a") as file:
            file.writelines(seed.hex() + "\n" for seed in sorted(seeds))
        print(f"{name}: {len(seeds)} recorded")


if sys.argv[1:2] == ["collect"]:
    collect(sys.argv[2])
else:
    sys.exit(stand_in(sys.argv[1:]))
