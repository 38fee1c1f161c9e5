package dev.pocketkey

import java.nio.file.Files
import java.nio.file.Path
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

class MemoryTest {
    /** What the process has in memory, in KiB: the JVM's heap, which is bounded, and what the library takes. */
    private fun resident(): Long {
        System.gc()
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
                        // One in ten asks somebody and signs.
                        if (number % 10 == 0) authenticator.getAssertion(ASSERTION) else authenticator.ctap2(GET_INFO)
                    }
                }
            }
            calls(20_000)
            val before = resident()
            calls(100_000)
            val grown = resident() - before
            println("memory: $grown KiB more after 100000 calls")
            // The JVM itself takes a few MiB more as it compiles. A leak of 700 bytes for each call would be twice
            // as much.
            assertTrue(grown < 32 * 1024, "$grown KiB")
        }
    }
}
