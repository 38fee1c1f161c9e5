package dev.pocketkey

import java.io.File
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable

/**
 * What a getAssertion takes through all layers, for `cargo xtask bench`: the median goes into the file that
 * `POCKETKEY_BENCH` names, as JSON. Without it nothing is run.
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
                val times = LongArray(MEASURED) {
                    val begin = System.nanoTime()
                    authenticator.getAssertion(ASSERTION)
                    System.nanoTime() - begin
                }
                times.sort()
                val median = times[times.size / 2]
                File(System.getenv("POCKETKEY_BENCH")).writeText("""{"getAssertion_ns": $median}""" + "\n")
            }
        }
    }

    private companion object {
        const val WARM_UP = 20_000
        const val MEASURED = 5_000
    }
}
