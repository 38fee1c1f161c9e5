package dev.pocketkey

import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

@Timeout(60)
class HostileTest {
    /** A verifier that never answers, and says when it is asked and when it is let go. */
    private class Silent : UserVerifier {
        val asked = CompletableDeferred<Unit>()
        val withdrawn = CompletableDeferred<Unit>()

        override suspend fun ask(prompt: Prompt): Answer = try {
            asked.complete(Unit)
            awaitCancellation()
        } finally {
            withdrawn.complete(Unit)
        }
    }

    @Test
    fun `a cancelled coroutine cancels the request and takes the prompt away`(): Unit = runBlocking {
        val silent = Silent()
        Authenticator.open(null, JavaKeys(), silent).use { authenticator ->
            val request = launch(Dispatchers.Default) { authenticator.makeCredential(CREATION) }
            silent.asked.await()
            request.cancelAndJoin()
            withTimeout(5000) { silent.withdrawn.await() }
            assertEquals(0, authenticator.ctap2(GET_INFO)[0])
            assertEquals(0, authenticator.prompts.count)
        }
    }

    @Test
    fun `cancelAll ends the request with its own type`(): Unit = runBlocking {
        val silent = Silent()
        Authenticator.open(null, JavaKeys(), silent).use { authenticator ->
            val request = async(Dispatchers.Default) { runCatching { authenticator.makeCredential(CREATION) } }
            silent.asked.await()
            authenticator.cancelAll()
            assertTrue(request.await().exceptionOrNull() is RequestException.Cancelled)
            silent.withdrawn.await()
        }
    }

    @Test
    fun `a verifier that blocks holds up its own request alone`(): Unit = runBlocking {
        val asked = CompletableDeferred<Unit>()
        val gate = CountDownLatch(1)
        val blocking = verifier {
            asked.complete(Unit)
            gate.await()
            Answer.Consent(verified = true)
        }
        Authenticator.open(null, JavaKeys(), blocking).use { authenticator ->
            val request = async(Dispatchers.Default) { runCatching { authenticator.makeCredential(CREATION) } }
            asked.await()
            authenticator.cancelAll()
            fails<BusyException> { authenticator.ctap2(GET_INFO) }
            Authenticator.open(null, JavaKeys(), AGREES).use { it.makeCredential(CREATION) }
            gate.countDown()
            assertTrue(request.await().exceptionOrNull() is RequestException.Cancelled)
            assertEquals(0, authenticator.ctap2(GET_INFO)[0])
            assertEquals(0, authenticator.prompts.count)
        }
    }

    @Test
    fun `a verifier that throws has refused and the next request is served`() {
        val throwables = listOf(
            IllegalStateException("no window"),
            CancellationException("its own"),
            StackOverflowError(),
            NotImplementedError(),
        )
        for (thrown in throwables) {
            runBlocking {
                var next: Throwable? = thrown
                val verifier = verifier { next?.let { throw it } ?: Answer.Consent(verified = true) }
                Authenticator.open(null, JavaKeys(), verifier).use { authenticator ->
                    val refused = runCatching { authenticator.makeCredential(CREATION) }
                    assertTrue(refused.exceptionOrNull() is RequestException.Declined, "$thrown: $refused")
                    next = null
                    authenticator.makeCredential(CREATION)
                }
            }
        }
    }

    @Test
    fun `a key store that throws fails its request alone`() {
        for (thrown in listOf(IllegalStateException("no key"), OutOfMemoryError(), KeyException.UnknownKey())) {
            runBlocking {
                var next: Throwable? = null
                val keys = object : JavaKeys() {
                    override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray {
                        next?.let { throw it }
                        return super.sign(handle, message, authorization)
                    }
                }
                Authenticator.open(null, keys, AGREES).use { authenticator ->
                    authenticator.makeCredential(CREATION)
                    next = thrown
                    val failed = runCatching { authenticator.getAssertion(ASSERTION) }.exceptionOrNull()
                    assertEquals(0x7f, (failed as RequestException.Failed).status)
                    next = null
                    authenticator.getAssertion(ASSERTION)
                }
            }
        }
    }

    @Test
    fun `what a key store threw is told word for word`(): Unit = runBlocking {
        val keys = object : JavaKeys() {
            override val protection: KeyProtection get() = error("no chip")
        }
        val failed = runCatching { Authenticator.open(null, keys, AGREES) }.exceptionOrNull()
        assertEquals("java.lang.IllegalStateException: no chip", (failed as OpenException.KeyStoreFailed).reason)
    }

    @Test
    fun `what consent authorized reaches the signature and is let go`(): Unit = runBlocking {
        val given = Any()
        val seen = mutableListOf<Any?>()
        val keys = object : JavaKeys() {
            override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray {
                seen += authorization
                return super.sign(handle, message, authorization)
            }
        }
        val verifier = verifier { Answer.Consent(verified = true, authorization = given) }
        Authenticator.open(null, keys, verifier).use { authenticator ->
            authenticator.makeCredential(CREATION)
            authenticator.getAssertion(ASSERTION)
            assertEquals(listOf<Any?>(given, given), seen)
            assertEquals(0, authenticator.authorizations.count)
        }
    }

    @Test
    fun `a thousand concurrent calls are each answered or told to wait`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            val answered = AtomicInteger()
            val busy = AtomicInteger()
            (1..1000).map {
                async(Dispatchers.Default) {
                    try {
                        assertEquals(0, authenticator.ctap2(GET_INFO)[0])
                        answered.incrementAndGet()
                    } catch (_: BusyException) {
                        busy.incrementAndGet()
                    }
                }
            }.awaitAll()
            assertEquals(1000, answered.get() + busy.get())
            assertTrue(answered.get() > 0)
        }
    }

    @Test
    fun `closing during a call ends it with its own type`(): Unit = runBlocking {
        val silent = Silent()
        val authenticator = Authenticator.open(null, JavaKeys(), silent)
        val request = async(Dispatchers.Default) { runCatching { authenticator.makeCredential(CREATION) } }
        silent.asked.await()
        authenticator.close()
        assertTrue(request.await().exceptionOrNull() is ClosedException)
        silent.withdrawn.await()
        authenticator.close()
        assertTrue(runCatching { authenticator.status() }.exceptionOrNull() is ClosedException)
        assertTrue(runCatching { authenticator.ctap2(GET_INFO) }.exceptionOrNull() is ClosedException)
        assertTrue(runCatching { authenticator.cancelAll() }.exceptionOrNull() is ClosedException)
    }

    @Test
    fun `two authenticators do not disturb each other`(): Unit = runBlocking {
        val silent = Silent()
        Authenticator.open(null, JavaKeys(), silent).use { first ->
            Authenticator.open(null, JavaKeys(), AGREES).use { second ->
                val request = launch(Dispatchers.Default) { first.makeCredential(CREATION) }
                silent.asked.await()
                assertTrue(runCatching { first.status() }.exceptionOrNull() is BusyException)
                val made = second.makeCredential(CREATION)
                assertArrayEquals(made.id, second.getAssertion(ASSERTION).credentialId)
                request.cancelAndJoin()
            }
        }
    }
}
