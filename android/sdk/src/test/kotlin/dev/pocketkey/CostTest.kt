package dev.pocketkey

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfSystemProperty

/** What a getAssertion takes through all layers, measured by hand with `mvn test -Dtest=CostTest -Dpocketkey.bench=true`: no test, for it cannot fail. */
@EnabledIfSystemProperty(named = "pocketkey.bench", matches = "true")
class CostTest {
    @Test
    fun getAssertion() = runBlocking {
        Authenticator.openWithSoftwareKeys(null, ByteArray(32), AGREES, dispatcher = Dispatchers.Default).use { authenticator ->
            authenticator.makeCredential(CREATION)
            withContext(Dispatchers.Default) {
                repeat(20_000) { authenticator.getAssertion(ASSERTION) }
                val times = LongArray(5_000) {
                    val begin = System.nanoTime()
                    authenticator.getAssertion(ASSERTION)
                    System.nanoTime() - begin
                }
                times.sort()
                println("getAssertion: ${times[times.size / 2]} ns")
            }
        }
    }
}
