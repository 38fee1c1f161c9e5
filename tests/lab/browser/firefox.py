"""Firefox without a window, driven over Marionette, which reaches its own prompts too."""

import itertools
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

from page import LIMIT, Browser, Refused

PREFERENCES = {
    # A free port, told in a file of the profile.
    "marionette.port": 0,
    # Prompts may be answered at once.
    "security.notification_enable_delay": 0,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.newtabpage.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "app.normandy.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "toolkit.telemetry.enabled": False,
    # Few processes: the lab's machine has one processor, and that is emulated.
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "fission.autostart": False,
}

# In the browser's own window: looks for prompts by itself, because no script is run while a dialog is open.
WATCH = """
    const [answers] = arguments;
    window.clearInterval(window.lab?.timer);
    const lab = (window.lab = { prompts: [] });
    // Told before anything is done about it: a dialog that is gone may take the rest of a call with it.
    const saw = (kind) => {
        if (lab.prompts.at(-1) != kind) lab.prompts.push(kind);
        return kind;
    };
    const dialogs = gBrowser.getTabDialogBox(gBrowser.selectedBrowser);
    lab.look = () => {
        const open = [dialogs.getTabDialogManager(), dialogs.getContentDialogManager()];
        for (const { frameContentWindow: shown } of open.flatMap((manager) => manager._dialogs)) {
            const ui = shown?.Dialog?.ui;
            if (!ui?.password1Textbox) continue;
            saw("pin");
            if (answers.pin) {
                ui.password1Textbox.value = answers.pin;
                ui.button0.click();
            }
            return "pin";
        }
        const element = PopupNotifications.panel.querySelector("popupnotification[id^=webauthn-prompt-]");
        if (!element || PopupNotifications.panel.state == "closed") return null;
        const kind = element.notification.id.replace("webauthn-prompt-", "");
        saw(kind);
        if (answers[kind]) element.button.click();
        return kind;
    };
    lab.timer = window.setInterval(lab.look, 100);
"""


class Firefox(Browser):
    """A Firefox.

    `answers` has the PIN to type as `"pin"`, and by their names what prompts are agreed to. `prompts` are
    those that were seen by the last `evaluate`.
    """

    def start(self):
        self.answers, self.prompts = {}, []
        self._numbers = itertools.count(1)
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        profile = pathlib.Path(self._profile.name)
        (profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
        )
        self._log = open(profile / "log", "w+")
        arguments = ["--headless", "--marionette", "--remote-allow-system-access", "--no-remote"]
        self._browser = subprocess.Popen(
            ["firefox-esr", *arguments, "--profile", profile],
            env={**os.environ, "MOZ_CRASHREPORTER_DISABLE": "1", "MOZ_DISABLE_CONTENT_SANDBOX": "1"},
            stdout=self._log, stderr=self._log, start_new_session=True,
        )
        self._socket = self._connect(profile / "MarionetteActivePort", time.monotonic() + LIMIT)
        self._stream = self._socket.makefile("rb")
        self._receive()
        self.call("WebDriver:NewSession", unhandledPromptBehavior="ignore")
        self.visit(self.origin + "/")

    def _connect(self, told, end):
        while time.monotonic() < end:
            assert self._browser.poll() is None, "Firefox ended: " + self.said()
            try:
                return socket.create_connection(("127.0.0.1", int(told.read_text())), timeout=LIMIT)
            except (OSError, ValueError):
                time.sleep(0.2)
        raise TimeoutError("Firefox does not listen: " + self.said())

    def said(self):
        """What the browser printed."""
        self._log.seek(0)
        return self._log.read()

    def stop(self):
        os.killpg(self._browser.pid, 9)
        self._browser.wait()
        self.log = self.said()
        self._log.close()
        self._profile.cleanup()

    def _receive(self):
        length = b""
        while not length.endswith(b":"):
            length += self._stream.read(1) or self._ended()
        return json.loads(self._stream.read(int(length[:-1])))

    def _ended(self):
        raise RuntimeError("Firefox ended: " + self.said())

    def call(self, method, **parameters):
        message = json.dumps([0, next(self._numbers), method, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        if error:
            raise RuntimeError(f"{method}: {error['error']}: {error['message']}")
        return result

    def script(self, script, *arguments, chrome=False):
        """What a function's body returns, in the page or in the browser's own window."""
        self.call("Marionette:SetContext", value="chrome" if chrome else "content")
        return self.call("WebDriver:ExecuteScript", script=script, args=arguments)["value"]

    def visit(self, address):
        """Opens a page, and waits until it is there."""
        self.call("Marionette:SetContext", value="content")
        self.call("WebDriver:Navigate", url=address)

    def prompt(self):
        """The name of the prompt that is shown, or None."""
        return self.script("return window.lab.look();", chrome=True)

    def evaluate(self, expression, timeout=LIMIT):
        self.script(WATCH, self.answers, chrome=True)
        self.script(
            """window.eval(`outcome = null; Promise.resolve().then(() => ${arguments[0]})
                .then((value) => [true, value], (error) => [false, String(error)])
                .then((it) => { outcome = JSON.stringify(it); });`);""",
            expression,
        )
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            try:
                if outcome := self.script("return window.outcome;"):
                    self.prompts = self.script("return window.lab.prompts;", chrome=True)
                    succeeded, value = json.loads(outcome)
                    if succeeded:
                        return value
                    raise Refused(value)
            except RuntimeError as error:
                # The browser's own dialog is over the page.
                if "unexpected alert open" not in str(error):
                    raise
            time.sleep(0.1)
        raise TimeoutError(f"the page is not done in {timeout} s")
