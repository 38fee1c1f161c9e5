package dev.pocketkey

import java.io.File
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable

/**
 * What a getAssertion takes through all layers, for `cargo xtask bench`: the least of the medians of many windows goes
 * into the file that `POCKETKEY_BENCH` names, as JSON. Without it nothing is run.
 */
@EnabledIfEnvironmentVariable(named = "POCKETKEY_BENCH", matches = ".+")
class Bench {
    @Test
    fun getAssertion() = runBlocking {
        // Where the caller is on the authenticator's dispatcher already, and where it is not, as an app's main thread.
        val there = withContext(Dispatchers.Default) { measured(Dispatchers.Default) }
        val elsewhere = measured(Dispatchers.IO)
        File(System.getenv("POCKETKEY_BENCH"))
            .writeText("""{"getAssertion_ns": $there, "getAssertion_from_elsewhere_ns": $elsewhere}""" + "\n")
    }

    private suspend fun measured(on: CoroutineDispatcher): Long =
        Authenticator.openWithSoftwareKeys(null, ByteArray(32), AGREES, dispatcher = on).use { authenticator ->
            authenticator.makeCredential(CREATION)
            // Until the compiler of the JVM has done its work.
            repeat(WARM_UP) { authenticator.getAssertion(ASSERTION) }
            val medians = List(WINDOWS) {
                val times = LongArray(WINDOW) {
                    val begin = System.nanoTime()
                    authenticator.getAssertion(ASSERTION)
                    System.nanoTime() - begin
                }
                times.sorted()[WINDOW / 2]
            }
            medians.min()
        }

    private companion object {
        const val WARM_UP = 40_000
        const val WINDOWS = 40
        const val WINDOW = 500
    }
}
