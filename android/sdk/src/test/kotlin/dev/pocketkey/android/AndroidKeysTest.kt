package dev.pocketkey.android

import android.security.keystore.KeyProperties
import dev.pocketkey.ASSERTION
import dev.pocketkey.Algorithm
import dev.pocketkey.Answer
import dev.pocketkey.Authenticator
import dev.pocketkey.CREATION
import dev.pocketkey.KeyException
import dev.pocketkey.KeyProtection
import dev.pocketkey.KeyRole
import dev.pocketkey.KeyStore
import dev.pocketkey.Operation
import dev.pocketkey.RequestException
import dev.pocketkey.hash
import dev.pocketkey.verifier
import dev.pocketkey.verifies
import java.security.Security
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What `AndroidKeys` asks of `AndroidKeyStore`, and does with it, with the JVM's cryptography in its place. */
class AndroidKeysTest {
    private lateinit var platform: JvmKeyStore

    private fun keys(hasStrongBox: Boolean = false): AndroidKeys {
        platform = JvmKeyStore(hasStrongBox)
        Security.removeProvider(platform.name)
        Security.addProvider(platform)
        return AndroidKeys()
    }

    @AfterEach
    fun remove() = Security.removeProvider("AndroidKeyStore")

    @Test
    fun `a credential's key is for the owner only, and the phone's own for nobody there`() {
        for (hasStrongBox in listOf(true, false)) {
            val keys = keys(hasStrongBox)
            for (role in KeyRole.entries) {
                val made = keys.generate(Algorithm.ES256, role)
                assertEquals(65, made.publicKey.size)
                val spec = platform.specs.getValue(made.handle.decodeToString())
                assertEquals(hasStrongBox, spec.isStrongBoxBacked)
                assertEquals(KeyProperties.PURPOSE_SIGN, spec.purposes)
                assertEquals(role == KeyRole.CREDENTIAL, spec.isUserAuthenticationRequired)
                // Once for each use, whatever happened before.
                if (role == KeyRole.CREDENTIAL) assertTrue(spec.userAuthenticationValidityDurationSeconds <= 0)
            }
        }
        assertThrows(KeyException.UnsupportedAlgorithm::class.java) {
            keys().generate(Algorithm.ED_DSA, KeyRole.CREDENTIAL)
        }
    }

    @Test
    fun `what is unlocked for one key signs with no other, and without it none signs`() {
        val keys = keys()
        val (one, other) = List(2) { keys.generate(Algorithm.ES256, KeyRole.CREDENTIAL).handle }
        assertThrows(KeyException.NotAuthorized::class.java) { keys.sign(one, hash(1), null) }
        assertThrows(KeyException.NotAuthorized::class.java) { keys.sign(one, hash(1), keys.begin(other)) }
        assertTrue(keys.sign(one, hash(1), keys.begin(one)).isNotEmpty())
        val device = keys.generate(Algorithm.ES256, KeyRole.DEVICE).handle
        assertTrue(keys.sign(device, hash(1), null).isNotEmpty())
    }

    @Test
    fun `a key that is not there is not known`() {
        val keys = keys()
        val handle = keys.generate(Algorithm.ES256, KeyRole.DEVICE).handle
        keys.delete(handle)
        for (unknown in listOf(handle, "pocketkey.device.".toByteArray(), "other".toByteArray(), ByteArray(0))) {
            assertThrows(KeyException.UnknownKey::class.java) { keys.sign(unknown, hash(1), null) }
        }
    }

    @Test
    fun `what is wrapped is opened again, here and as it was`() {
        val keys = keys()
        val (one, two) = List(2) { keys.wrap(hash(7)) }
        assertFalse(one.contentEquals(two))
        assertArrayEquals(hash(7), keys.unwrap(one))
        val changed = one.clone().also { it[it.size - 1] = (it.last() + 1).toByte() }
        for (other in listOf(changed, one.copyOf(12), ByteArray(0))) {
            assertThrows(KeyException.UnknownKey::class.java) { keys.unwrap(other) }
        }
        val elsewhere = keys()
        assertThrows(KeyException.UnknownKey::class.java) { elsewhere.unwrap(one) }
    }

    @Test
    fun `an authenticator makes passkeys with them and signs in`(): Unit = runBlocking {
        val keys = keys()
        // The JVM cannot say where its keys are, as AndroidKeyStore can.
        val store = object : KeyStore by keys {
            override val protection = KeyProtection.SOFTWARE
        }
        val unlocks = verifier { prompt ->
            val key = when (val operation = prompt.operation) {
                is Operation.Register -> operation.key
                is Operation.SignIn -> operation.keys.single()
                else -> null
            }
            Answer.Consent(verified = true, authorization = keys.begin(key!!))
        }
        Authenticator.open(null, store, unlocks).use { phone ->
            val made = phone.makeCredential(CREATION)
            val signed = phone.getAssertion(ASSERTION)
            assertTrue(verifies(made.publicKey, signed.authenticatorData + hash(2), signed.signature))
        }
        Authenticator.open(null, store, verifier { Answer.Consent(verified = true) }).use { phone ->
            val before = platform.made.keys.toSet()
            val refused = runCatching { phone.makeCredential(CREATION) }.exceptionOrNull()
            assertTrue(refused is RequestException, "$refused")
            // The key that was made for it is gone again.
            assertEquals(before, platform.made.keys)
        }
    }
}
