package dev.pocketkey

import java.io.File
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
        val on = Dispatchers.Default
        Authenticator.openWithSoftwareKeys(null, ByteArray(32), AGREES, dispatcher = on).use { authenticator ->
            authenticator.makeCredential(CREATION)
            withContext(on) {
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
                File(System.getenv("POCKETKEY_BENCH")).writeText("""{"getAssertion_ns": ${medians.min()}}""" + "\n")
            }
        }
    }

    private companion object {
        const val WARM_UP = 40_000
        const val WINDOWS = 40
        const val WINDOW = 500
    }
}
