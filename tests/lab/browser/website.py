"""A relying party, which its users reach through a browser. python-fido2's server judges the answers."""

from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import AttestationObject, PublicKeyCredentialParameters
from page import PATIENCE, Refused
from relying_party import ALICE

ES256, EDDSA = -7, -8


class Website:
    def __init__(self, browser, phone):
        self.browser, self.phone = browser, phone
        self.server = Fido2Server(
            {"id": "localhost", "name": "Lab"}, verify_origin=lambda origin: origin == browser.origin
        )

    def register(self, user=ALICE, algorithm=ES256, key="discouraged", uv="discouraged",
                 exclude=None, extensions=None, patience=PATIENCE, **options):
        """Registers. Returns the credential, and what the page got from the extensions."""
        self.server.allowed_algorithms = [PublicKeyCredentialParameters(type="public-key", alg=algorithm)]
        asked, state = self.server.register_begin(
            user, exclude, resident_key_requirement=key, user_verification=uv,
            authenticator_attachment="cross-platform",
        )
        asked = {**dict(asked)["publicKey"], "extensions": extensions or {}, **options}
        answer = self._through(self.browser.create, asked, patience)
        registered = self.server.register_complete(state, answer)
        assert registered.credential_data.public_key[3] == algorithm
        self.protection = (registered.extensions or {}).get("credProtect")
        self.format = AttestationObject(websafe_decode(answer["response"]["attestationObject"])).fmt
        return registered.credential_data, answer["clientExtensionResults"]

    def sign_in(self, known, listed=True, uv="discouraged", extensions=None, patience=PATIENCE, **options):
        """Signs in. Returns the page's answer."""
        asked, state = self.server.authenticate_begin(known if listed else None, uv)
        asked = {**dict(asked)["publicKey"], "extensions": extensions or {}, **options}
        answer = self._through(self.browser.get, asked, patience)
        self.server.authenticate_complete(state, known, answer)
        return answer

    def _through(self, method, asked, patience):
        seen = len(self.phone.events)
        try:
            return method(asked, patience)
        except Refused as error:
            error.add_note(f"the phone said: {self.phone.events[seen:]}")
            raise
