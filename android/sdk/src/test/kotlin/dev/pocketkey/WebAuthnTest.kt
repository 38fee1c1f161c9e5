package dev.pocketkey

import com.webauthn4j.WebAuthnManager
import com.webauthn4j.credential.CredentialRecord
import com.webauthn4j.credential.CredentialRecordImpl
import com.webauthn4j.data.AuthenticationParameters
import com.webauthn4j.data.AuthenticationRequest
import com.webauthn4j.data.PublicKeyCredentialParameters
import com.webauthn4j.data.PublicKeyCredentialType
import com.webauthn4j.data.RegistrationParameters
import com.webauthn4j.data.RegistrationRequest
import com.webauthn4j.data.attestation.statement.COSEAlgorithmIdentifier
import com.webauthn4j.data.client.Origin
import com.webauthn4j.data.client.challenge.DefaultChallenge
import com.webauthn4j.server.ServerProperty
import com.webauthn4j.verifier.attestation.statement.packed.PackedAttestationStatementVerifier
import com.webauthn4j.verifier.attestation.trustworthiness.certpath.NullCertPathTrustworthinessVerifier
import com.webauthn4j.verifier.attestation.trustworthiness.self.DefaultSelfAttestationTrustworthinessVerifier
import com.webauthn4j.verifier.exception.BadSignatureException
import java.security.MessageDigest
import java.util.Base64
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** A relying party's server, of a library that is not ours. */
class WebAuthnTest {
    private val challenge = ByteArray(32) { it.toByte() }
    private val server = ServerProperty.builder()
        .origin(Origin("https://example.com")).rpId(SITE.id).challenge(DefaultChallenge(challenge)).build()
    private val webAuthn = WebAuthnManager(
        listOf(PackedAttestationStatementVerifier()),
        NullCertPathTrustworthinessVerifier(),
        DefaultSelfAttestationTrustworthinessVerifier(),
    )

    private fun clientData(type: String): ByteArray {
        val text = Base64.getUrlEncoder().withoutPadding().encodeToString(challenge)
        return """{"type":"$type","challenge":"$text","origin":"https://example.com"}""".toByteArray()
    }

    private fun ByteArray.sha256() = MessageDigest.getInstance("SHA-256").digest(this)

    private fun registered(made: CreatedCredential, clientData: ByteArray): CredentialRecord {
        val es256 = PublicKeyCredentialParameters(PublicKeyCredentialType.PUBLIC_KEY, COSEAlgorithmIdentifier.ES256)
        val parameters = RegistrationParameters(server, listOf(es256), true, true)
        val data = webAuthn.verify(RegistrationRequest(made.attestationObject, clientData), parameters)
        return CredentialRecordImpl(data.attestationObject!!, data.collectedClientData, null, null)
    }

    @Test
    fun `a relying party's own library believes the registration and the sign-in`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            val create = clientData("webauthn.create")
            val made = authenticator.makeCredential(CreationRequest(create.sha256(), SITE, USER))
            val record = registered(made, create)
            assertArrayEquals(made.id, record.attestedCredentialData.credentialId)

            val get = clientData("webauthn.get")
            val signed = authenticator.getAssertion(AssertionRequest(get.sha256(), SITE.id))
            assertArrayEquals(USER.id, signed.account?.id)
            val parameters = AuthenticationParameters(server, record, listOf(made.id), true, true)
            val verified = webAuthn.verify(signed.request(get), parameters)
            assertTrue(verified.authenticatorData!!.isFlagUV)

            val forged = signed.signature.clone().also { it[it.size - 1] = (it.last() + 1).toByte() }
            val other = Assertion(signed.credentialId, signed.authenticatorData, forged, signed.account)
            assertThrows(BadSignatureException::class.java) { webAuthn.verify(other.request(get), parameters) }
        }
    }

    private fun Assertion.request(clientData: ByteArray) =
        AuthenticationRequest(credentialId, account?.id, authenticatorData, clientData, signature)
}
