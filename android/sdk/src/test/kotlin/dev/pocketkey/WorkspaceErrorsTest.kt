package dev.pocketkey

import java.security.SecureRandom
import java.time.Instant
import java.time.temporal.ChronoUnit
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable

private const val PINNED = "POCKETKEY_ADMINISTRATOR"

/** Why a phone does not join, or is not told how it stands: each reason brought about, and its own type. */
@Timeout(120)
class WorkspaceErrorsTest {
    /** Over HTTPS, but for what a test does in between. */
    private class Between(var send: (suspend (Letter) -> Reply)? = null) : Courier {
        val https = HttpsCourier()

        override suspend fun send(letter: Letter): Reply = send?.invoke(letter) ?: https.send(letter)

        fun answers(status: Int, body: String) {
            send = { Reply(status, body.toByteArray()) }
        }

        fun fails(failure: CourierFailure) {
            send = { throw CourierException(failure) }
        }
    }

    /** Keys of java.security, of which some cannot be made or used. */
    private class Broken(override val algorithms: List<Algorithm> = listOf(Algorithm.ES256)) : JavaKeys() {
        var makes = true
        var signs = true

        override fun generate(algorithm: Algorithm, role: KeyRole): GeneratedKey {
            check(makes) { "no chip" }
            return super.generate(algorithm, role)
        }

        override fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray {
            check(signs) { "no chip" }
            return super.sign(handle, message, authorization)
        }
    }

    private suspend fun open(courier: Courier, keys: KeyStore = JavaKeys(), seams: Seams? = null) =
        Authenticator.open(null, keys, AGREES, courier = courier, seams = seams)

    @Test
    fun `what a courier brings back from somebody else`(): Unit = runBlocking {
        val courier = Between()
        open(courier).use { phone ->
            for (failure in CourierFailure.entries) {
                courier.fails(failure)
                assertEquals(failure, fails<WorkspaceException.Unreachable> { phone.activate(LINK, "") }.failure)
            }
            courier.answers(200, "a.b.c")
            fails<WorkspaceException.NotBelieved> { phone.activate(LINK, "") }
            courier.answers(410, """{"type":"urn:pocketkey:problem:ticket-cancelled"}""")
            val refused = fails<WorkspaceException.Refused> { phone.activate(LINK, "") }
            assertEquals("urn:pocketkey:problem:ticket-cancelled", refused.problem)
            courier.answers(500, "<html>")
            fails<WorkspaceException.Unreachable> { phone.activate(LINK, "") }
            courier.send = { error("no network stack") }
            fails<WorkspaceException.Unreachable> { phone.activate(LINK, "") }
        }
    }

    /** Runs what waits for a courier that never answers, until it is cancelled by something else than its coroutine. */
    private suspend fun cancelled(phone: Authenticator, courier: Between, work: suspend () -> Unit) {
        for (cancel in listOf<() -> Unit>(phone::cancelAll, { phone.powerCycle() })) {
            val sent = CompletableDeferred<Unit>()
            val abandoned = CompletableDeferred<Unit>()
            courier.send = {
                try {
                    sent.complete(Unit)
                    awaitCancellation()
                } finally {
                    abandoned.complete(Unit)
                }
            }
            coroutineScope {
                val waiting = async(Dispatchers.Default) { runCatching { work() }.exceptionOrNull() }
                withTimeout(5.seconds) {
                    sent.await()
                    cancel()
                    val error = waiting.await()
                    assertTrue(error is WorkspaceException.Cancelled, "$error")
                    abandoned.await()
                }
            }
        }
        courier.send = null
    }

    @Test
    fun `cancelling whatever runs ends an activation`(): Unit = runBlocking {
        val courier = Between()
        open(courier).use { phone -> cancelled(phone, courier) { phone.activate(LINK, "") } }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = PINNED, matches = ".+")
    fun `what a phone cannot do it does not join for`(): Unit = runBlocking {
        val link = Workspace.newKey().link
        val later = object : Seams {
            override fun nowMillis(): Long = System.nanoTime() / 1_000_000
            override fun unixSeconds(): Long = Instant.now().plus(1000, ChronoUnit.DAYS).epochSecond
            override fun random(length: Int): ByteArray = ByteArray(length).also { SecureRandom().nextBytes(it) }
        }
        open(HttpsCourier(), seams = later).use { phone ->
            fails<WorkspaceException.Expired> { phone.activate(link, "") }
        }
        open(HttpsCourier(), Broken(listOf(Algorithm.ED_DSA))).use { phone ->
            fails<WorkspaceException.NotPossible> { phone.activate(link, "") }
        }
        val keys = Broken()
        open(HttpsCourier(), keys).use { phone ->
            keys.makes = false
            fails<WorkspaceException.Platform> { phone.activate(link, "") }
            keys.makes = true
            phone.activate(link, "")
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = PINNED, matches = ".+")
    fun `a key that is revoked before its phone has the answer`(): Unit = runBlocking {
        val key = Workspace.newKey()
        val courier = Between()
        var letters = 0
        courier.send = { letter ->
            val reply = courier.https.send(letter)
            letters += 1
            // The offer comes back, the answer to the enrolment does not.
            if (letters == 2) throw CourierException(CourierFailure.TIMED_OUT)
            reply
        }
        open(courier).use { phone ->
            fails<WorkspaceException.Unreachable> { phone.activate(key.link, "") }
            assertEquals(WorkspaceInvitation("Pocketkey", key.origin, key.user), phone.pendingActivation())
            Workspace.revoke(key)
            fails<WorkspaceException.Revoked> { phone.resumeActivation() }
            assertEquals(null, phone.pendingActivation())
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = PINNED, matches = ".+")
    fun `what keeps a check-in from being answered`(): Unit = runBlocking {
        val courier = Between()
        val keys = Broken()
        open(courier, keys).use { phone ->
            val joined = phone.activate(Workspace.newKey().link, "")
            for (failure in CourierFailure.entries) {
                courier.fails(failure)
                assertEquals(failure, fails<WorkspaceException.Unreachable> { phone.checkIn() }.failure)
            }
            courier.answers(404, """{"type":"urn:pocketkey:problem:key-unknown"}""")
            val refused = fails<WorkspaceException.Refused> { phone.checkIn() }
            assertEquals("urn:pocketkey:problem:key-unknown", refused.problem)
            courier.answers(200, "a.b.c")
            fails<WorkspaceException.NotBelieved> { phone.checkIn() }
            cancelled(phone, courier) { phone.checkIn() }
            keys.signs = false
            fails<WorkspaceException.Platform> { phone.checkIn() }
            keys.signs = true
            // Whatever was said by others has changed nothing.
            assertEquals(joined, phone.status().membership)
            phone.checkIn()
        }
    }
}
