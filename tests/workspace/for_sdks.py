"""Running workspaces, and an administrator who does what an SDK's tests ask for over plain HTTP.

Two workspaces run: `plain`, without TLS, and `pinned`, whose certificate nobody vouches for but the
activation link. When both are set up, one JSON object with the administrator's address is printed. All
ends when standard input does. What can be asked, each answered with a JSON object:

    POST /plain/new-key                        {"key", "link", "origin", "user"}: a user's new phone
    POST /plain/KEY/suspend, resume, revoke    {"state"}
    POST /plain/KEY/offline                    {"state"}: three signatures without a check-in, for a day
"""

import contextlib
import http.server
import json
import os
import sys
import tempfile
import threading
import warnings

from administrator import Panel, Program

OFFLINE = {
    "bluetooth_proximity": False,
    "offline_login": {"uses": 3, "days": 1},
    "verification": "on-phone",
    "credential_storage": "phone",
}


class Workspace:
    def __init__(self, ready):
        self.origin = ready["origin"]
        panel = Panel(self.origin)
        # Whose certificate it is is not what the administrator is there for.
        panel.session.verify = panel.session.trust_env = False
        panel.set_up(ready["set_up_link"])
        token = panel.token("users:write", "keys:write")
        self.session = panel.session
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.users = 0

    def ask(self, method, path, body=None):
        answer = self.session.request(method, f"{self.origin}/api/v1/{path}", json=body)
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json()

    def new_key(self):
        self.users += 1
        name = f"user{self.users}"
        user = {"user_id": f"S-{self.users}", "name": "First User", "user_name": name}
        user = self.ask("POST", "users", user)["id"]
        key = self.ask("POST", f"users/{user}/keys", {"kind": "smartphone", "label": "Phone"})["id"]
        ticket = self.ask("POST", f"keys/{key}/ticket", {"purpose": "activate-now"})
        return {"key": key, "link": ticket["code"]["link"], "origin": self.origin, "user": name}

    def do(self, path):
        match path:
            case ["new-key"]:
                return self.new_key()
            case [key, "offline"]:
                done = self.ask("PUT", f"keys/{key}/settings", OFFLINE)
            case [key, "suspend" | "resume" | "revoke" as change]:
                done = self.ask("POST", f"keys/{key}/{change}")
            case _:
                raise ValueError(f"nobody can do {path}")
        return {"state": done["state"]}


class Administrator(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            _, name, *path = self.path.split("/")
            status, answer = 200, self.server.workspaces[name].do(path)
        except Exception as error:  # noqa: BLE001: the test that asked is told, whatever it is
            status, answer = 500, {"error": repr(error)}
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    warnings.simplefilter("ignore")
    with contextlib.ExitStack() as stack:
        workspaces = {}
        for name, options in {"plain": [], "pinned": ["--tls", "self-signed"]}.items():
            data = stack.enter_context(tempfile.TemporaryDirectory())
            command = [os.environ["POCKETKEY"], "workspace", "--data-dir", data, "--listen", "127.0.0.1:0", "--json"]
            program = stack.enter_context(Program(*command, *options))
            workspaces[name] = Workspace(program.event("ready"))
        server = http.server.HTTPServer(("127.0.0.1", 0), Administrator)
        server.workspaces = workspaces
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(json.dumps({"administrator": f"http://127.0.0.1:{server.server_port}"}), flush=True)
        sys.stdin.read()


main()
