package dev.pocketkey

import java.io.File
import java.io.RandomAccessFile
import java.nio.file.Path
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir

/**
 * Errors of every kind arrive as their own type. Those of disks: [StoreErrorsTest]; of workspaces:
 * [WorkspaceErrorsTest]; of pictures: [ScanTest]; those that no test can bring about: [ConversionTest].
 */
@Timeout(60)
class ErrorsTest {
    private suspend fun open(file: File?, root: Int = 0) =
        Authenticator.openWithSoftwareKeys(file, ByteArray(32) { root.toByte() }, AGREES)

    /** A closed store with a credential in it. */
    private suspend fun store(folder: Path, name: String): File = folder.resolve(name).toFile().also { file ->
        open(file).use { it.makeCredential(CREATION) }
    }

    @Test
    fun `what keeps a store from being opened`(@TempDir folder: Path): Unit = runBlocking {
        val short = runCatching { Authenticator.openWithSoftwareKeys(null, ByteArray(5), AGREES) }.exceptionOrNull()
        assertEquals("the key store failed: a root key has 32 bytes, not 5", short?.message)
        fails<OpenException.Unreadable> { open(File("/nowhere/at/all")) }
        val text = folder.resolve("text").toFile().apply { writeText("no store at all, but a text\n".repeat(200)) }
        assertEquals(text.path, fails<OpenException.NotAStore> { open(text) }.path)
        fails<OpenException.WrongKey> { open(store(folder, "sealed"), root = 1) }
        val cut = store(folder, "cut")
        RandomAccessFile(cut, "rw").use { it.setLength(it.length() / 2) }
        // It has the missing pages.
        assertTrue(File("${cut.path}-wal").delete())
        fails<OpenException.Truncated> { open(cut) }
        val newer = store(folder, "newer")
        RandomAccessFile(newer, "rw").use {
            // Where SQLite keeps the user_version.
            it.seek(60)
            it.writeInt(999)
        }
        assertEquals(999, fails<OpenException.NewerSchema> { open(newer) }.found)
        open(store(folder, "used")).use {
            fails<OpenException.InUse> { open(folder.resolve("used").toFile()) }
        }
    }

    @Test
    fun `what keeps a request from being answered`(): Unit = runBlocking {
        open(null).use { phone ->
            fails<RequestException.NoCredential> { phone.getAssertion(ASSERTION) }
            fails<RequestException.Invalid> { phone.getAssertion(AssertionRequest(ByteArray(3), "x")) }
            val nobody = CreationRequest(hash(1), SITE, Account(ByteArray(0)))
            fails<RequestException.Invalid> { phone.makeCredential(nobody) }
            val made = phone.makeCredential(CREATION)
            val again = CreationRequest(hash(1), SITE, USER, exclude = listOf(made.id))
            fails<RequestException.AlreadyRegistered> { phone.makeCredential(again) }
        }
        Authenticator.open(null, JavaKeys(), AGREES).use { phone ->
            val ed = CreationRequest(hash(1), SITE, USER, algorithms = listOf(Algorithm.ED_DSA))
            fails<RequestException.UnsupportedAlgorithm> { phone.makeCredential(ed) }
        }
        var reason = Refusal.DECLINED
        Authenticator.open(null, JavaKeys(), verifier { Answer.Refuse(reason) }).use { phone ->
            fails<RequestException.Declined> { phone.makeCredential(CREATION) }
            reason = Refusal.TIMED_OUT
            fails<RequestException.TimedOut> { phone.makeCredential(CREATION) }
            reason = Refusal.NOT_VERIFIED
            repeat(5) { fails<RequestException.Declined> { phone.makeCredential(CREATION) } }
            assertEquals(0, phone.status().uvRetries)
            phone.unblockUserVerification()
            assertEquals(5, phone.status().uvRetries)
        }
    }

    @Test
    fun `a key store that fails the owner`(): Unit = runBlocking {
        var broken = false
        val keys = object : JavaKeys() {
            override fun wrap(secret: ByteArray): ByteArray {
                check(!broken) { "no hardware" }
                return super.wrap(secret)
            }
        }
        Authenticator.open(null, keys, AGREES).use { phone ->
            phone.makeCredential(CREATION)
            broken = true
            fails<StoreException.Platform> { phone.reset() }
            // Nothing was erased.
            assertEquals(1, phone.credentials().size)
        }
    }

    @Test
    fun `what a phone without a workspace is told`(): Unit = runBlocking {
        open(null).use { phone ->
            fails<WorkspaceException.BadLink> { phone.activate("https://example.com", "phone") }
            fails<WorkspaceException.NotAMember> { phone.checkIn() }
            fails<WorkspaceException.NothingPending> { phone.resumeActivation() }
            assertEquals(null, phone.pendingActivation())
        }
    }

    @Test
    fun `what is wrong with a frame`(): Unit = runBlocking {
        open(null).use { phone ->
            phone.hidLink().use { link ->
                val wrong = fails<LinkException.WrongLength> { link.receive(ByteArray(63)) }
                assertEquals(64 to 63, wrong.expected to wrong.found)
                val waiting = List(2) { async(Dispatchers.Default) { runCatching { link.nextReport() } } }
                val refused = waiting.first { it.isCompletedSoon() }
                assertTrue(refused.await().exceptionOrNull() is LinkException.InUse)
                link.close()
                assertEquals(null, waiting.awaitAll().single { it.isSuccess }.getOrThrow())
                fails<ClosedException> { link.receive(ByteArray(64)) }
                fails<ClosedException> { link.nextReport() }
            }
        }
    }

    private suspend fun kotlinx.coroutines.Deferred<*>.isCompletedSoon(): Boolean =
        kotlinx.coroutines.withTimeoutOrNull(500) { join() } != null
}
