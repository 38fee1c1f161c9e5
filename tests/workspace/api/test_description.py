"""Everything that schemathesis can think of asking, given the API's own description.

It makes requests that the description allows and others that it forbids, and fails where an answer is
not as described: a status, a body, a header, a request that should have been refused, an internal error.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from administrator import Panel, Program

SCOPES = ("users:read", "users:write", "keys:read", "keys:write", "events:read", "staff:write")

EXAMPLES = os.environ.get("POCKETKEY_API_EXAMPLES", "10")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    data = tmp_path_factory.mktemp("workspace")
    command = [os.environ["POCKETKEY"], "workspace", "--data-dir", data, "--listen", "127.0.0.1:0", "--json"]
    with Program(*map(str, command)) as program:
        ready = program.event("ready")
        panel = Panel(ready["origin"])
        panel.set_up(ready["set_up_link"])
        yield ready["origin"], panel.token(*SCOPES)


def test_the_api_is_what_it_says_it_is(workspace, tmp_path):
    origin, token = workspace
    user = requests.post(
        f"{origin}/api/v1/users",
        headers={"Authorization": f"Bearer {token}"},
        json={"user_id": "S-1", "name": "First User", "user_name": "first"},
    )
    assert user.status_code == 201, user.text
    run = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "run", f"{origin}/api/openapi.json",
            "--header", f"Authorization: Bearer {token}", "--checks", "all", "--max-examples", EXAMPLES,
            # It would find the token that it uses in the list of all, and take it back.
            "--exclude-operation-id", "revoke_token",
            # A name may be taken and settings may exclude each other: no schema says that.
            "--exclude-checks", "positive_data_acceptance", "--seed", "1", "--generation-database", "none", "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=900,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr[-2000:]
    passed = re.search(r"(\d+) generated, (\d+) passed", run.stdout)
    assert passed and passed[1] == passed[2] and int(passed[2]) > 500, run.stdout[-4000:]


def test_the_log_is_whole_after_all_that(workspace):
    origin, token = workspace
    told = requests.get(
        f"{origin}/api/v1/events/verification", headers={"Authorization": f"Bearer {token}"}
    )
    assert told.ok, told.text
    assert told.json()["intact"], told.text


def test_a_token_that_was_taken_back_is_no_longer_good(workspace):
    origin, token = workspace
    headers = {"Authorization": f"Bearer {token}"}
    tokens = requests.get(f"{origin}/api/v1/tokens", headers=headers).json()
    ours = tokens if isinstance(tokens, list) else tokens["items"]
    gone = [requests.delete(f"{origin}/api/v1/tokens/{one['id']}", headers=headers) for one in ours]
    assert gone[0].ok, gone[0].text
    assert requests.get(f"{origin}/api/v1/users", headers=headers).status_code == 401
