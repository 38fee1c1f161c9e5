"""Chromium without a window, driven over its DevTools protocol."""

import itertools
import json
import os
import subprocess
import tempfile
import threading
import time

from page import LIMIT, Browser, Refused

FLAGS = [
    "--headless=new",
    # The lab is root in a machine that is thrown away.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-default-browser-check",
    "--remote-debugging-pipe",
]


class Chromium(Browser):
    """A Chromium. The dialogs of its own are there without a window too, and nobody can answer them."""

    def start(self):
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._requests = os.pipe()
        self._answers, from_browser = os.pipe()
        # The protocol's pipes are file descriptors 3 and 4.
        start = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self._log = open(os.path.join(self._profile.name, "log"), "w+")
        arguments = [*FLAGS, f"--user-data-dir={self._profile.name}", "about:blank"]
        self._browser = subprocess.Popen(
            ["bash", "-c", start, "bash", "chromium", *arguments],
            pass_fds=(to_browser, from_browser),
            stderr=self._log,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._numbers = itertools.count(1)
        self._waiting = {}
        self._lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()
        self._open()

    def _open(self):
        target = self.call("Target.createTarget", url=self.origin + "/", timeout=LIMIT)
        attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self.call("Emulation.setFocusEmulationEnabled", self._session, enabled=True)
        # Evaluated at once, a script may still find the empty page that comes first.
        self.settle()

    def stop(self):
        os.close(self._requests)
        try:
            self._browser.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._browser.pid, 9)
            self._browser.wait()
        self._log.seek(0)
        self.log = self._log.read()
        self._log.close()
        self._profile.cleanup()

    def _read(self):
        buffer = b""
        while data := os.read(self._answers, 65536):
            *messages, buffer = (buffer + data).split(b"\0")
            for message in map(json.loads, messages):
                with self._lock:
                    waiting = self._waiting.pop(message.get("id"), None)
                if waiting:
                    waiting.append(message)
                    waiting[0].set()
        with self._lock:
            for waiting in self._waiting.values():
                waiting.append({"error": {"message": "the browser ended"}})
                waiting[0].set()

    def call(self, method, session=None, timeout=LIMIT, **parameters):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        waiting = [threading.Event()]
        with self._lock:
            self._waiting[number] = waiting
        os.write(self._requests, json.dumps(message).encode() + b"\0")
        if not waiting[0].wait(timeout):
            raise TimeoutError(f"{method}: no answer in {timeout} s")
        answer = waiting[1]
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def evaluate(self, expression, timeout=LIMIT):
        """The value of an expression, or of the promise that it is."""
        result = self.call(
            "Runtime.evaluate",
            self._session,
            timeout,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            thrown = result["exceptionDetails"].get("exception", {})
            raise Refused(thrown.get("description") or json.dumps(result["exceptionDetails"]))
        return result["result"].get("value")

    def visit(self, address):
        """Opens a page, and waits until it is there."""
        self.call("Page.navigate", self._session, url=address)
        self.settle()

    def settle(self, timeout=LIMIT):
        """Waits until the page, or the one that it leads to, is there."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                if self.evaluate("document.readyState == 'complete' && location.href != 'about:blank'"):
                    return
            except RuntimeError:
                # The page has just been left.
                pass
            time.sleep(0.2)
        raise TimeoutError("the page did not come")
