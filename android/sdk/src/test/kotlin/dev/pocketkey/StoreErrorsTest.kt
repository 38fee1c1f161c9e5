package dev.pocketkey

import java.io.File
import java.io.IOException
import java.io.RandomAccessFile
import java.nio.file.Path
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable
import org.junit.jupiter.api.io.TempDir

/**
 * What a disk does to a store. `POCKETKEY_DISK` names a folder with a small file system in `room`, which is in
 * `read-only` too and cannot be written there: `cargo xtask test --only kotlin` mounts them.
 */
@Timeout(60)
class StoreErrorsTest {
    private suspend fun open(file: File) = Authenticator.openWithSoftwareKeys(file, ByteArray(32), AGREES)

    private fun disk(name: String): File = File(System.getenv("POCKETKEY_DISK")).resolve(name)

    /** Takes all room that is left on a disk, for as long as [work] runs. */
    private inline fun withoutRoom(disk: File, work: () -> Unit) {
        val filler = disk.resolve("filler")
        try {
            val full = fails<IOException> { filler.outputStream().use { while (true) it.write(ByteArray(512)) } }
            assertTrue(full.message.orEmpty().contains("No space"), full.message)
            work()
        } finally {
            filler.delete()
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "POCKETKEY_DISK", matches = ".+")
    fun `a full disk refuses changes until there is room again`(): Unit = runBlocking {
        val room = disk("room")
        open(room.resolve("store")).use { phone ->
            val made = phone.makeCredential(CREATION)
            withoutRoom(room) {
                // The last page of the log may have some room left.
                val refused = (0 until 64).firstNotNullOfOrNull { name ->
                    runCatching { phone.rename(made.id, "user$name", null) }.exceptionOrNull()
                }
                assertTrue(refused is StoreException.DiskFull, "$refused")
                fails<StoreException.DiskFull> { phone.reset() }
                fails<RequestException.StoreFull> { phone.makeCredential(CREATION) }
                val new = fails<OpenException.Unreadable> { open(room.resolve("another")) }
                assertTrue(new.reason.contains("full") || new.reason.contains("No space"), new.reason)
            }
            assertTrue(phone.rename(made.id, "user1", null))
            assertEquals(listOf("user1"), phone.credentials().map { it.account.name })
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "POCKETKEY_DISK", matches = ".+")
    fun `a store that cannot be written is not opened`(): Unit = runBlocking {
        open(disk("room").resolve("kept")).use { it.makeCredential(CREATION) }
        val refused = fails<OpenException.Unreadable> { open(disk("read-only").resolve("kept")) }
        assertTrue(refused.reason.contains("Read-only"), refused.reason)
        fails<OpenException.Unreadable> { open(disk("read-only").resolve("new")) }
        open(disk("room").resolve("kept")).use { assertEquals(1, it.credentials().size) }
    }

    @Test
    fun `a store with something else in its pages is damaged`(@TempDir folder: Path): Unit = runBlocking {
        val file = folder.resolve("store").toFile()
        open(file).use { it.makeCredential(CREATION) }
        // The newest pages are in the log, until it is moved into the file.
        assertTrue(File("$file-wal").delete())
        RandomAccessFile(file, "rw").use {
            it.seek(PAGE)
            it.write(ByteArray((it.length() - PAGE).toInt()) { 0x55 })
        }
        fails<OpenException.Damaged> { open(file) }
    }

    @Test
    fun `a store whose file was taken away takes no change`(@TempDir folder: Path): Unit = runBlocking {
        val file = folder.resolve("store").toFile()
        open(file).use { phone ->
            val made = phone.makeCredential(CREATION)
            assertTrue(file.delete())
            val damaged = fails<StoreException.Damaged> { phone.rename(made.id, "user2", null) }
            assertTrue(damaged.reason.contains("replaced or removed"), damaged.reason)
            fails<RequestException.Failed> { phone.makeCredential(CREATION) }
        }
    }

    private companion object {
        /** The size of SQLite's pages; the first has the schema. */
        const val PAGE = 4096L
    }
}
