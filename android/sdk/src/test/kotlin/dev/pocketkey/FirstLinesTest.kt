package dev.pocketkey

import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class FirstLinesTest {
    // README: first lines
    suspend fun firstLines(file: File, register: ByteArray, signIn: ByteArray): Assertion {
        val verifier = object : UserVerifier {
            // An app shows the prompt, and BiometricPrompt where it needs verification.
            override suspend fun ask(prompt: Prompt): Answer = Answer.Consent(verified = true)
        }
        Authenticator.open(file, JavaKeys(), verifier).use { authenticator ->
            val site = Site(id = "example.com", name = "Example")
            val account = Account(id = byteArrayOf(1), name = "user1", displayName = "User One")
            authenticator.makeCredential(CreationRequest(register, site, account))
            return authenticator.getAssertion(AssertionRequest(signIn, site.id))
        }
    }
    // README: end

    @Test
    fun `a developers first lines make a passkey and sign in`(@TempDir folder: Path): Unit = runBlocking {
        val signed = firstLines(folder.resolve("store").toFile(), hash(1), hash(2))
        assertEquals("user1", signed.account?.name)
        // What was made outlives the process.
        Authenticator.open(folder.resolve("store").toFile(), JavaKeys(), AGREES).use {
            assertArrayEquals(signed.credentialId, it.credentials().single().id)
        }
    }

    @Test
    fun `the README shows this very code`() {
        val readme = Files.readString(Path.of("README.md"))
        val tests = Path.of("src/test/kotlin/dev/pocketkey")
        val app = Path.of("../app/src/main/kotlin/dev/pocketkey/app/KeyApplication.kt")
        val ours = listOf("FirstLinesTest.kt", "JavaKeys.kt", "WorkspaceTest.kt").map(tests::resolve)
        for (file in ours + listOf(app)) {
            val source = Files.readAllLines(file)
            val begin = source.indexOfFirst { it.trim().startsWith("// README: ") }
            val end = source.indexOfFirst { it.trim() == "// README: end" }
            val code = source.subList(begin + 1, end).joinToString("\n").trimIndent()
            assertTrue(begin >= 0 && end > begin, "$file shows nothing")
            assertTrue(readme.contains("```kotlin\n$code\n```"), "$file differs from README.md:\n$code")
        }
    }

    @Test
    fun `a signature verifies with java security`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            val made = authenticator.makeCredential(CREATION)
            val signed = authenticator.getAssertion(ASSERTION)
            assertArrayEquals(made.id, signed.credentialId)
            assertTrue(verifies(made.publicKey, signed.authenticatorData + hash(2), signed.signature))
            assertEquals(false, verifies(made.publicKey, signed.authenticatorData + hash(3), signed.signature))
        }
    }

    @Test
    fun `the owner lists renames deletes and resets`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            val made = authenticator.makeCredential(CREATION)
            assertTrue(authenticator.rename(made.id, "me", null))
            assertEquals("me", authenticator.credentials().single().account.name)
            assertTrue(authenticator.delete(made.id))
            assertEquals(false, authenticator.delete(made.id))
            authenticator.reset()
            val status = authenticator.status()
            val none = PinStatus(isSet = false, retries = 8, isBlocked = false, mustChange = false, minLength = 4)
            assertEquals(none, status.pin)
            assertEquals(null, status.membership)
            assertTrue(authenticator.metadata().contains("authenticatorGetInfo"))
        }
    }
}
