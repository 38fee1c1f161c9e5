package dev.pocketkey

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.takeWhile
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

@Timeout(60)
class EventsTest {
    private val answered = Event.Answered(Transport.USB, 0x0b, 0)

    @Test
    fun `events tell what happens, until the authenticator is closed`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES, withEvents = true).use { authenticator ->
            val events = async(Dispatchers.Unconfined) { authenticator.events.toList() }
            val until = async(Dispatchers.Unconfined) { authenticator.events.first { it == answered } }
            authenticator.ctap2(SELECTION, Client(Transport.USB, 1))
            withTimeout(5000) { until.await() }
            authenticator.close()
            val heard = withTimeout(5000) { events.await() }
            assertEquals(Event.Request(Transport.USB, 0x0b), heard.first())
            val asked = heard.filterIsInstance<Event.Asked>().single()
            assertEquals(Operation.Select, asked.prompt.operation)
            assertEquals(listOf(Event.Consented(asked.question, true), answered), heard.takeLast(2))
            assertTrue(authenticator.events.toList().isEmpty())
        }
    }

    @Test
    fun `who is too slow holds up nobody and hears how much was missed`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES, withEvents = true).use { authenticator ->
            val wake = CompletableDeferred<Unit>()
            val slow = async(Dispatchers.Unconfined) {
                authenticator.events.takeWhile { it !is Event.Erased }.toList { wake.await() }
            }
            val quick = async(Dispatchers.Default) { authenticator.events.first { it is Event.Erased } }
            delay(100)
            repeat(400) { authenticator.ctap2(GET_INFO) }
            delay(500)
            wake.complete(Unit)
            delay(100)
            authenticator.reset()
            withTimeout(5000) { quick.await() }
            val heard = withTimeout(5000) { slow.await() }
            val missed = heard.filterIsInstance<Event.Missed>().sumOf { it.count }
            // Each call has its beginning and its end.
            assertEquals(800L, heard.count { it !is Event.Missed } + missed)
            assertTrue(missed > 0)
        }
    }

    @Test
    fun `events that nobody wanted are none`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { assertTrue(it.events.toList().isEmpty()) }
    }

    @Test
    fun `the level decides what is logged`(): Unit = runBlocking {
        for ((level, expected) in listOf(LogLevel.OFF to 0, LogLevel.WARNING to 0, LogLevel.DEBUG to 1)) {
            Authenticator.open(null, JavaKeys(), AGREES, withEvents = true).use { authenticator ->
                val events = async(Dispatchers.Unconfined) { authenticator.events.toList() }
                val until = async(Dispatchers.Unconfined) { authenticator.events.first { it == answered } }
                authenticator.setLogLevel(level)
                authenticator.ctap2(SELECTION, Client(Transport.USB, 1))
                withTimeout(5000) { until.await() }
                authenticator.close()
                val logged = withTimeout(5000) { events.await() }.filterIsInstance<Event.Log>()
                assertEquals(expected, logged.size, "$logged")
            }
        }
    }

    private suspend fun kotlinx.coroutines.flow.Flow<Event>.toList(before: suspend () -> Unit): List<Event> {
        val heard = mutableListOf<Event>()
        collect {
            before()
            heard += it
        }
        return heard
    }
}
