"""A site and the browser in front of it: python-fido2's own server judges every answer."""

from fido2.attestation import PackedAttestation
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.client import _DEFAULT_EXTENSIONS as DEFAULT_EXTENSIONS
from fido2.server import Fido2Server

PIN = "a1b2c3d4"
ALICE = {"id": b"alice", "name": "alice@example.com", "displayName": "Alice"}
BOB = {"id": b"bob", "name": "bob@example.com", "displayName": "Bob"}


class Person(UserInteraction):
    """Types a PIN where the client asks for one, and agrees where it announces verification."""

    def __init__(self, pin=PIN):
        self.pin = pin

    def request_pin(self, permissions, rp_id):
        return self.pin


def verify_attestation(attestation_object, client_data_hash):
    assert attestation_object.fmt == "packed"
    PackedAttestation().verify(
        attestation_object.att_stmt, attestation_object.auth_data, client_data_hash
    )


class RelyingParty:
    """One site, as it meets one device."""

    def __init__(self, device, rp_id="example.com", pin=PIN, extensions=None):
        self.server = Fido2Server(
            {"id": rp_id, "name": "Example"},
            attestation="direct",
            verify_attestation=verify_attestation,
        )
        self.client = Fido2Client(
            device,
            client_data_collector=DefaultClientDataCollector(f"https://{rp_id}"),
            user_interaction=Person(pin),
            extensions=DEFAULT_EXTENSIONS if extensions is None else extensions,
        )

    def register(self, user=ALICE, discoverable=False, uv="discouraged", exclude=None, **options):
        """Registers. Returns the client's result, and the credential that the server keeps."""
        create, state = self.server.register_begin(
            user,
            credentials=exclude,
            resident_key_requirement="required" if discoverable else "discouraged",
            user_verification=uv,
        )
        result = self.client.make_credential({**create["publicKey"], **options})
        registered = self.server.register_complete(state, result)
        assert registered.credential_data.aaguid == self.client.info.aaguid
        return result, registered.credential_data

    def sign_in(self, allowed=None, known=None, uv="discouraged", event=None, **options):
        """Signs in, with all the accounts that the phone offers. Returns the client's results."""
        request, state = self.server.authenticate_begin(allowed, user_verification=uv)
        selection = self.client.get_assertion({**request["publicKey"], **options}, event)
        results = [
            selection.get_response(index) for index in range(len(selection.get_assertions()))
        ]
        for result in results:
            self.server.authenticate_complete(state, known or allowed, result)
        return results
