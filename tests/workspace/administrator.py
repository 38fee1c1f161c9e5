"""An administrator without a browser: fills in the panel's forms, for tests of what is not the panel."""

import html.parser
import json
import queue
import subprocess
import threading

import requests

PASSWORD = "a password that is long enough"


class Forms(html.parser.HTMLParser):
    """Every form of a page: where it goes, and what it would send as it stands."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self._select = None
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"attributes": attributes, "fields": {}, "names": set()})
        if not self.forms:
            return
        form = self.forms[-1]
        name = attributes.get("name")
        if tag in ("input", "select", "textarea", "button") and name:
            form["names"].add(name)
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in attributes and self._select:
            form["fields"][self._select] = attributes.get("value", "")
        elif tag == "input" and name and "disabled" not in attributes:
            kind = attributes.get("type", "text")
            if kind in ("checkbox", "radio"):
                if "checked" in attributes:
                    form["fields"][name] = attributes.get("value", "on")
            elif kind not in ("submit", "button", "file"):
                form["fields"][name] = attributes.get("value", "")

    def with_fields(self, names):
        for form in self.forms:
            if set(names) <= form["names"]:
                return form
        raise AssertionError(f"no form has {sorted(names)}: {self.forms}")


class Panel:
    """A session of the panel."""

    def __init__(self, origin):
        self.origin = origin
        self.session = requests.Session()

    def open(self, path):
        answer = self.session.get(self.origin + path if path.startswith("/") else path)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer

    def submit(self, page, **fields):
        form = Forms(page.text).with_fields(fields)
        action = form["attributes"].get("action") or page.url
        address = requests.compat.urljoin(page.url, action)
        answer = self.session.post(address, data={**form["fields"], **fields}, headers={"Origin": self.origin})
        assert answer.ok, (address, answer.status_code, answer.text)
        return answer

    def set_up(self, link, user_name="owner"):
        """The first owner, from the link that the workspace printed."""
        self.submit(
            self.open(link),
            name="The Owner",
            user_name=user_name,
            password=PASSWORD,
            password_again=PASSWORD,
        )
        sign_in = self.open("/admin/sign-in")
        if "password" in Forms(sign_in.text).forms[0]["names"]:
            self.submit(sign_in, user_name=user_name, password=PASSWORD)

    def token(self, *scopes):
        """A token for the JSON API."""
        page = self.submit(self.open("/admin/tokens"), label="test", scopes=list(scopes))
        return next(form for form in Values(page.text).values if form[0] == "token")[1]


class Values(html.parser.HTMLParser):
    """Every input with an id, and its value."""

    def __init__(self, page):
        super().__init__()
        self.values = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "input" and "id" in attributes:
            self.values.append((attributes["id"], attributes.get("value")))


class Program:
    """A program that prints one JSON object a line, and ends with the test. A context manager."""

    def __init__(self, *command):
        self.command = command

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def event(self, name, timeout=60):
        while True:
            event = self.lines.get(timeout=timeout)
            if event.get("event") == name:
                return event

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
