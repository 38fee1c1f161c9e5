"""Registering and signing in with fido2-cred and fido2-assert, which also judge the answers."""

import base64

import pytest

HASH = bytes(range(32))
PIN = "a1b2c3d4"
ALGORITHMS = ["es256", "eddsa"]


def register(tools, *options, algorithm="es256", typed=(), checks=()):
    """Makes a credential and has fido2-cred verify it. Returns its ID and key file, in base64."""
    asked = tools.file(HASH, "example.com", "alice@example.com", b"alice")
    made = tools.run(
        "fido2-cred", "-M", *options, "-i", asked, tools.device, algorithm, typed=typed
    )
    # The key for large blobs comes last, where fido2-cred would read a certificate.
    judged = made[:-1] if "-b" in options else made
    verified = tools.run("fido2-cred", "-V", *checks, "-i", tools.file(*judged), algorithm)
    return verified[0], tools.file(*verified[1:]), made


def sign_in(tools, options, question, key, algorithm="es256", typed=(), checks=()):
    answer = tools.run(
        "fido2-assert", "-G", *options, "-i", tools.file(*question), tools.device, typed=typed
    )
    tools.run("fido2-assert", "-V", *checks, "-i", tools.file(*answer), key, algorithm)
    return answer


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_register_and_sign_in(tools, algorithm):
    credential, key, _ = register(tools, algorithm=algorithm)
    question = (HASH, "example.com", credential)
    sign_in(tools, ["-p"], question, key, algorithm, checks=["-p"])


def test_another_key_does_not_verify(tools):
    credential, _, _ = register(tools)
    _, other_key, _ = register(tools)
    with pytest.raises(AssertionError):
        sign_in(tools, [], (HASH, "example.com", credential), other_key)


def test_a_discoverable_credential_signs_in_without_its_id(tools):
    _, key, _ = register(tools, "-r")
    sign_in(tools, ["-r", "-p"], (HASH, "example.com"), key)


def test_the_pin_verifies(tools):
    tools.run("fido2-token", "-S", tools.device, typed=[PIN, PIN])
    credential, key, _ = register(tools, "-v", typed=[PIN], checks=["-v"])
    question = (HASH, "example.com", credential)
    sign_in(tools, ["-v"], question, key, typed=[PIN], checks=["-v"])
    asked = tools.file(*question)
    complaint = tools.refused(
        "fido2-assert", "-G", "-v", "-i", asked, tools.device, typed=["wrong one"]
    )
    assert "FIDO_ERR_PIN_INVALID" in complaint


def test_hmac_secret_is_the_same_each_time(tools):
    credential, key, _ = register(tools, "-h", checks=["-h"])
    salt = bytes(range(100, 132))
    question = (HASH, "example.com", credential, salt)
    secrets = [sign_in(tools, ["-h"], question, key, checks=["-h"])[-1] for _ in range(2)]
    assert secrets[0] == secrets[1] and len(base64.b64decode(secrets[0])) == 32


def test_cred_protect(tools):
    tools.run("fido2-token", "-S", tools.device, typed=[PIN, PIN])
    policy = ["-c", "3"]
    credential, _, _ = register(tools, "-v", *policy, typed=[PIN], checks=policy)
    asked = tools.file(HASH, "example.com", credential)
    complaint = tools.refused("fido2-assert", "-G", "-i", asked, tools.device)
    assert "FIDO_ERR_NO_CREDENTIALS" in complaint


def test_u2f(tools):
    credential, key, _ = register(tools, "-u")
    sign_in(tools, ["-u", "-p"], (HASH, "example.com", credential), key, checks=["-p"])
