"""The last of the ten steps: an activated phone signs its user in at the workspace, in a browser."""

import json
import os
import subprocess

import pytest
import requests
from administrator import Panel, Program
from chromium import Chromium
from hid_key import node

from phone import Phone

SCOPES = ("users:read", "users:write", "keys:read", "keys:write", "events:read")


class Api:
    """The workspace's JSON API."""

    def __init__(self, origin, token):
        self.base = origin + "/api/v1"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def post(self, path, body=None):
        answer = self.session.post(self.base + path, json=body)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def get(self, path):
        answer = self.session.get(self.base + path)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    data = tmp_path_factory.mktemp("workspace")
    command = [os.environ["POCKETKEY"], "workspace", "--data-dir", data, "--listen", "127.0.0.1:0", "--json"]
    with Program(*map(str, command)) as program:
        ready = program.event("ready", timeout=120)
        panel = Panel(ready["origin"])
        panel.set_up(ready["set_up_link"])
        yield Api(ready["origin"], panel.token(*SCOPES)), ready["origin"]


@pytest.fixture(scope="module")
def user(workspace):
    api, _ = workspace
    person = {"user_id": "S-1", "name": "First User", "user_name": "first", "groups": []}
    return api.post("/users", person)


@pytest.fixture(scope="module")
def phone():
    with Phone("--hid", verify="pass") as it:
        node(it)
        yield it


@pytest.fixture(scope="module")
def key(workspace, user, phone):
    """A smartphone, activated by its link while the phone runs."""
    api, _ = workspace
    key = api.post(f"/users/{user['id']}/keys", {"kind": "smartphone", "label": "phone"})
    link = api.post(f"/keys/{key['id']}/ticket", {"purpose": "activate-now"})["code"]["link"]
    activate = [os.environ["POCKETKEY"], "phone", "activate", "--state", phone._state.name, "--json", link]
    done = subprocess.run(activate, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr + done.stdout
    assert api.get(f"/keys/{key['id']}")["state"] == "active"
    return key


@pytest.fixture(scope="module")
def browser(workspace):
    with Chromium() as it:
        yield it


def sign_in(browser, origin, name, patience=240):
    """Signs in at the workspace's page: where that leads to, and what the page says.

    A name is typed: without one, Chromium without a window waits for ever in its own choice of accounts.
    It also waits for ever after a refusal, so that somebody's patience ends instead.
    """
    browser.visit(origin + "/signin")
    browser.evaluate(f"document.getElementById('user_name').value = {json.dumps(name)}")
    try:
        browser.evaluate(
            """new Promise((done) => {
                setTimeout(done, PATIENCE);
                const said = document.querySelector('[data-webauthn-status]');
                document.querySelector('form[data-webauthn] [type=submit]').click();
                const look = () => said.classList.contains('error') ? done() : setTimeout(look, 100);
                look();
            })""".replace("PATIENCE", str(patience * 1000))
        )
    except RuntimeError:
        # The page was left, as it is when the sign-in succeeds.
        pass
    browser.settle()
    return browser.evaluate("location.pathname"), browser.evaluate("document.body.innerText")


def test_with_a_name(browser, workspace, key):
    place, said = sign_in(browser, workspace[1], "first")
    assert place == "/me", said


def test_it_is_in_the_log(workspace, key):
    events = workspace[0].get("/events?action=user.signed-in")["items"]
    assert len(events) == 1


def test_a_suspended_key_is_refused_by_the_phone(browser, workspace, phone, key):
    api, origin = workspace
    api.post(f"/keys/{key['id']}/suspend")
    seen = len(phone.events)
    place, said = sign_in(browser, origin, "first", patience=30)
    assert place == "/signin", said
    assert phone.wait_for("notice", after=seen)["notice"] == "suspended"
    assert len(api.get("/events?action=user.signed-in")["items"]) == 1


def test_a_resumed_key_signs_in_again(browser, workspace, key):
    api, origin = workspace
    api.post(f"/keys/{key['id']}/resume")
    place, said = sign_in(browser, origin, "first")
    assert place == "/me", said
    assert len(api.get("/events?action=user.signed-in")["items"]) == 2
