"""Managing the phone with fido2-token."""

import re

import pytest
from test_libfido2_credentials import PIN, register

POLICY = "FIDO_ERR_PIN_POLICY_VIOLATION"


@pytest.fixture
def with_pin(tools):
    tools.run("fido2-token", "-S", tools.device, typed=[PIN, PIN])
    return tools


def information(tools):
    lines = tools.run("fido2-token", "-I", tools.device)
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def test_information(tools):
    info = information(tools)
    assert "FIDO_2_1" in info["version strings"] and "U2F_V2" in info["version strings"]
    assert re.fullmatch("[0-9a-f]{32}", info["aaguid"]) and int(info["aaguid"], 16)
    assert "hmac-secret" in info["extension strings"] and "credProtect" in info["extension strings"]
    assert "noclientPin" in info["options"]
    assert info["pin protocols"] in ("1, 2", "2, 1")


def test_the_pin_is_set_and_changed(with_pin):
    info = information(with_pin)
    assert ", clientPin" in info["options"] and info["pin retries"] == "8"
    with_pin.run("fido2-token", "-C", with_pin.device, typed=[PIN, "another", "another"])
    complaint = with_pin.refused(
        "fido2-token", "-C", with_pin.device, typed=[PIN, "another", "another"]
    )
    assert "FIDO_ERR_PIN_INVALID" in complaint
    assert information(with_pin)["pin retries"] == "7"


def test_credentials_are_listed_renamed_and_deleted(with_pin):
    register(with_pin, "-r", typed=[PIN])
    (site,) = with_pin.run("fido2-token", "-L", "-r", with_pin.device, typed=[PIN])
    assert site.endswith(" example.com")

    list_them = ("fido2-token", "-L", "-k", "example.com", with_pin.device)
    (account,) = with_pin.run(*list_them, typed=[PIN])
    credential = account.split(" ")[1]
    new_name = ("-n", "alice", "-p", "Alice", "-k", "YWxpY2U=")
    rename = ("fido2-token", "-S", "-c", "-i", credential, *new_name, with_pin.device)
    with_pin.run(*rename, typed=[PIN])
    (account,) = with_pin.run(*list_them, typed=[PIN])
    assert "Alice" in account
    with_pin.run("fido2-token", "-D", "-i", credential, with_pin.device, typed=[PIN])
    assert "FIDO_ERR_NO_CREDENTIALS" in with_pin.refused(*list_them, typed=[PIN])


def test_large_blobs(with_pin, tmp_path):
    _, _, made = register(with_pin, "-r", "-b", typed=[PIN])
    key = with_pin.file(made[-1])
    blob, copy = tmp_path / "blob", tmp_path / "copy"
    blob.write_bytes(bytes(n * 7 % 256 for n in range(500)))
    device = with_pin.device
    with_pin.run("fido2-token", "-S", "-b", "-k", key, str(blob), device, typed=[PIN])
    with_pin.run("fido2-token", "-G", "-b", "-k", key, str(copy), device)
    assert copy.read_bytes() == blob.read_bytes()
    with_pin.run("fido2-token", "-D", "-b", "-k", key, device, typed=[PIN])
    with_pin.refused("fido2-token", "-G", "-b", "-k", key, str(copy), device)


def test_always_uv_is_switched(with_pin):
    with_pin.run("fido2-token", "-S", "-u", with_pin.device, typed=[PIN])
    assert ", alwaysUv" in information(with_pin)["options"]
    with_pin.run("fido2-token", "-D", "-u", with_pin.device, typed=[PIN])
    assert ", noalwaysUv" in information(with_pin)["options"]


def test_a_longer_pin_is_wanted(with_pin):
    with_pin.run("fido2-token", "-S", "-l", "10", with_pin.device, typed=[PIN])
    assert information(with_pin)["minpinlen"] == "10"
    complaint = with_pin.refused(
        "fido2-token", "-C", with_pin.device, typed=[PIN, "too short", "too short"]
    )
    assert POLICY in complaint


def test_a_change_of_the_pin_is_forced(with_pin):
    with_pin.run("fido2-token", "-S", "-f", with_pin.device, typed=[PIN])
    assert information(with_pin)["pin change required"] == "true"


def test_reset(with_pin):
    with_pin.run("fido2-token", "-R", with_pin.device)
    assert "noclientPin" in information(with_pin)["options"]
