package dev.pocketkey

import java.nio.file.Files
import java.nio.file.Path
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

class MemoryTest {
    /** What lives in the JVM's heap, in KiB. */
    private fun living(): Long {
        System.gc()
        return with(Runtime.getRuntime()) { totalMemory() - freeMemory() } / 1024
    }

    /** What the process has in memory, in KiB: the JVM's heap, whose size is fixed, and what the library takes. */
    private fun resident(): Long {
        val status = Files.readAllLines(Path.of("/proc/self/status"))
        return status.first { it.startsWith("VmRSS:") }.filter { it.isDigit() }.toLong()
    }

    @Test
    fun `a hundred thousand calls do not grow the process`(): Unit = runBlocking {
        assumeTrue(Files.exists(Path.of("/proc/self/status")))
        val on = Dispatchers.Default
        Authenticator.openWithSoftwareKeys(null, ByteArray(32), AGREES, dispatcher = on).use { authenticator ->
            authenticator.makeCredential(CREATION)
            val calls: suspend (Int) -> Unit = { count ->
                withContext(Dispatchers.Default) {
                    repeat(count) { number ->
                        // One in two asks somebody and signs.
                        if (number % 2 == 0) authenticator.getAssertion(ASSERTION) else authenticator.ctap2(GET_INFO)
                    }
                }
            }
            calls(40_000)
            // The JVM takes as much as 20 MiB at once, whenever it compiles; what leaks grows each time.
            val sizes = List(4) { stage ->
                if (stage > 0) calls(100_000)
                living() to resident()
            }
            val inHeap = sizes.zipWithNext { before, after -> after.first - before.first }
            val inAll = sizes.zipWithNext { before, after -> after.second - before.second }
            println("memory: KiB more in the heap $inHeap, in all $inAll, each time after 100000 calls")
            // Ten bytes a call, and forty.
            assertTrue(inHeap.min() < 1024, "$inHeap")
            assertTrue(inAll.min() < 4 * 1024, "$inAll")
            assertEquals(0, authenticator.prompts.count)
            assertEquals(0, authenticator.authorizations.count)
        }
    }
}
