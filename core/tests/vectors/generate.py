"""Makes the vectors of this folder with python-fido2 and `cryptography`, which share no code with
the authenticator.

    python3 -m venv venv && venv/bin/pip install fido2==2.2.1 && venv/bin/python generate.py

The output is the same at each run: fixed keys, and a counter in the place of randomness.
All byte strings are hexadecimal.
"""

import hashlib
import json
import pathlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from fido2 import cbor
from fido2.cose import ES256, EdDSA
from fido2.ctap import CtapError
from fido2.ctap2 import pin
from fido2.ctap2.base import args
from fido2.webauthn import AttestedCredentialData, AuthenticatorData

FOLDER = pathlib.Path(__file__).parent
# The domain parameters of P-256 (FIPS 186-5).
PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def blob(name, length):
    """Bytes that are the same at each run and look like nothing else."""
    return hashlib.shake_256(name.encode()).digest(length)


def write(name, value):
    (FOLDER / name).write_text(json.dumps(value, indent=1) + "\n")


def key(name):
    scalar = int.from_bytes(blob(name, 32), "big") % (ORDER - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def coordinates(private):
    numbers = private.public_key().public_numbers()
    return {"x": f"{numbers.x:064x}", "y": f"{numbers.y:064x}"}


def scalar(private):
    return f"{private.private_numbers().private_value:064x}"


def pin_protocols():
    """§6.5.6 and §6.5.7: key agreement, encryption and MACs, as a client computes them."""
    vectors = []
    for protocol in (pin.PinProtocolV1(), pin.PinProtocolV2()):
        for number in range(4):
            name = f"protocol {protocol.VERSION} number {number}"
            authenticator, client = key(f"{name} authenticator"), key(f"{name} client")
            z = client.exchange(ec.ECDH(), authenticator.public_key())
            shared = protocol.kdf(z)
            iv = blob(f"{name} iv", 16)
            pin.os.urandom = lambda length, iv=iv: iv[:length]
            plaintext = blob(f"{name} plaintext", (16, 32, 64, 256)[number])
            message = blob(f"{name} message", (0, 1, 64, 500)[number])
            token = blob(f"{name} token", 32)
            vectors.append(
                {
                    "protocol": protocol.VERSION,
                    "authenticator_private": scalar(authenticator),
                    "authenticator": coordinates(authenticator),
                    "client": coordinates(client),
                    "iv": iv.hex(),
                    "plaintext": plaintext.hex(),
                    "ciphertext": protocol.encrypt(shared, plaintext).hex(),
                    "message": message.hex(),
                    "mac_by_shared_secret": protocol.authenticate(shared, message).hex(),
                    "token": token.hex(),
                    "mac_by_token": protocol.authenticate(token, message).hex(),
                }
            )
    write("pin_protocols.json", vectors)


def points_off_the_curve():
    """What a hostile client may send as its key agreement key."""
    good = key("point").public_key().public_numbers()
    # 0 is the x of a point: p in its place is that point to whoever forgets the range.
    root = pow(B, (PRIME + 1) // 4, PRIME)
    assert root * root % PRIME == B
    # A point of the curve with another b: what an invalid-curve attack sends.
    other_y = 5
    other_x = 7
    assert (other_y**2 - (other_x**3 - 3 * other_x + B)) % PRIME
    points = {
        "one bit of y is wrong": (good.x, good.y ^ 1),
        "one bit of x is wrong": (good.x ^ 1, good.y),
        "x and y are exchanged": (good.y, good.x),
        "zero": (0, 0),
        "x is the prime": (PRIME, root),
        "y is not reduced": (0, 2**256 - 1),
        "everything is all ones": (2**256 - 1, 2**256 - 1),
        "another curve": (other_x, other_y),
    }
    write(
        "points_off_the_curve.json",
        [{"name": name, "x": f"{x:064x}", "y": f"{y:064x}"} for name, (x, y) in points.items()],
    )


def cose_keys():
    """RFC 9053 §7: the COSE_Key of a raw public key."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    point = serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    vectors = []
    for number in range(3):
        public = key(f"cose {number}").public_key()
        vectors.append(
            {
                "algorithm": -7,
                "raw": public.public_bytes(*point).hex(),
                "cose": cbor.encode(ES256.from_cryptography_key(public)).hex(),
            }
        )
        seed = blob(f"cose {number}", 32)
        public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key()
        vectors.append(
            {
                "algorithm": -8,
                "raw": public.public_bytes(*raw).hex(),
                "cose": cbor.encode(EdDSA.from_cryptography_key(public)).hex(),
            }
        )
    write("cose_keys.json", vectors)


def authenticator_data():
    """WebAuthn §6.1."""
    flag = AuthenticatorData.FLAG
    cose = ES256.from_cryptography_key(key("attested").public_key())
    vectors = []
    for name, flags, count, id_length, extensions in [
        ("nothing but flags", flag(0), 0, None, None),
        ("presence", flag.UP, 1, None, None),
        ("presence and verification", flag.UP | flag.UV, 0x01020304, None, None),
        ("the highest counter", flag.UP, 0xFFFFFFFF, None, None),
        ("extensions", flag.UP, 5, None, {"credBlob": b"blob"}),
        ("a credential", flag.UP | flag.UV, 6, 32, None),
        ("a credential with the longest ID", flag.UP, 7, 1023, None),
        ("both", flag.UP | flag.UV, 8, 255, {"credProtect": 3, "hmac-secret": True}),
    ]:
        aaguid, rp_id_hash = blob(f"{name} aaguid", 16), blob(f"{name} rp", 32)
        credential_id = b"" if id_length is None else blob(f"{name} id", id_length)
        attested = b""
        if id_length is not None:
            attested = AttestedCredentialData.create(aaguid, credential_id, cose)
        sent = flags
        if attested:
            sent |= flag.AT
        if extensions:
            sent |= flag.ED
        encoded = AuthenticatorData.create(rp_id_hash, sent, count, attested, extensions)
        vectors.append(
            {
                "name": name,
                "rp_id_hash": rp_id_hash.hex(),
                "flags": int(flags),
                "sign_count": count,
                "aaguid": aaguid.hex() if attested else None,
                "credential_id": credential_id.hex() if attested else None,
                "public_key": cbor.encode(cose).hex() if attested else None,
                "extensions": cbor.encode(extensions).hex() if extensions else None,
                "encoded": bytes(encoded).hex(),
            }
        )
    write("authenticator_data.json", vectors)


def requests():
    """§6: at least one request of each command that has parameters, with all members in use."""
    agreement = {
        1: 2,
        3: -25,
        -1: 1,
        -2: bytes.fromhex(coordinates(key("request"))["x"]),
        -3: bytes.fromhex(coordinates(key("request"))["y"]),
    }
    hash_, mac = blob("client data", 32), blob("mac", 32)
    rp = {"id": "example.com", "name": "Example"}
    user = {"id": blob("user", 64), "name": "a@example.com", "displayName": "Ann"}
    params = [{"type": "public-key", "alg": alg} for alg in (-49, -8, -7)]
    ids = [{"type": "public-key", "id": blob(f"id {number}", 64)} for number in range(3)]
    salts = {1: agreement, 2: blob("salts", 80), 3: blob("salt mac", 32), 4: 2}
    make_extensions = {
        "credBlob": blob("blob", 32),
        "credProtect": 2,
        "hmac-secret": True,
        "hmac-secret-mc": salts,
        "largeBlobKey": True,
        "minPinLength": True,
        "thirdPartyPayment": True,
    }
    get_extensions = {
        "credBlob": True,
        "hmac-secret": salts,
        "largeBlobKey": True,
        "thirdPartyPayment": True,
    }
    formats = ["packed", "none"]
    messages = [
        ("makeCredential, mandatory members", 0x01, args(hash_, rp, user, params)),
        (
            "makeCredential, every member",
            0x01,
            args(hash_, rp, user, params, ids, make_extensions, {"rk": True}, mac, 2, 1, formats),
        ),
        ("getAssertion, mandatory members", 0x02, args("example.com", hash_)),
        (
            "getAssertion, every member",
            0x02,
            args("example.com", hash_, ids, get_extensions, {"up": True}, mac, 2),
        ),
        ("clientPIN getPINRetries", 0x06, args(2, 1)),
        ("clientPIN getKeyAgreement", 0x06, args(2, 2)),
        ("clientPIN setPIN", 0x06, args(2, 3, agreement, mac, blob("pin", 80))),
        (
            "clientPIN changePIN",
            0x06,
            args(2, 4, agreement, mac, blob("new pin", 80), blob("pin hash", 32)),
        ),
        (
            "clientPIN getPinUvAuthTokenUsingPinWithPermissions",
            0x06,
            args(2, 9, agreement, None, None, blob("pin hash", 32), None, None, 3, "example.com"),
        ),
        ("credentialManagement getCredsMetadata", 0x0A, args(1, None, 2, mac)),
        (
            "credentialManagement enumerateCredentialsBegin",
            0x0A,
            args(4, {1: blob("rp", 32)}, 2, mac),
        ),
        ("credentialManagement deleteCredential", 0x0A, args(6, {2: ids[0]}, 2, mac)),
        (
            "credentialManagement updateUserInformation",
            0x41,
            args(7, {2: ids[0], 3: user}, 2, mac),
        ),
        ("largeBlobs get", 0x0C, args(1024, None, 0)),
        ("largeBlobs set", 0x0C, args(None, blob("large", 100), 0, 100, mac, 2)),
        ("config toggleAlwaysUv", 0x0D, args(2, None, 2, mac)),
        (
            "config setMinPINLength",
            0x0D,
            args(3, {1: 8, 2: ["example.com", "example.org"], 3: True}, 2, mac),
        ),
    ]
    write(
        "requests.json",
        [
            {"name": name, "message": (bytes([command]) + cbor.encode(parameters)).hex()}
            for name, command, parameters in messages
        ],
    )


def status_codes():
    """§8.2."""
    codes = [{"name": error.name, "code": int(error)} for error in CtapError.ERR]
    write("status_codes.json", codes)


pin_protocols()
points_off_the_curve()
cose_keys()
authenticator_data()
requests()
status_codes()
