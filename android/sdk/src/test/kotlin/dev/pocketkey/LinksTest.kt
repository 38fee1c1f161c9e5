package dev.pocketkey

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

@Timeout(60)
class LinksTest {
    private val okay = byteArrayOf(0x90.toByte(), 0)

    /** SELECT of the FIDO applet. */
    private val select = byteArrayOf(0, 0xa4.toByte(), 4, 0, 8, 0xa0.toByte(), 0, 0, 6, 0x47, 0x2f, 0, 1)

    @Test
    fun `a card answers a reader`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            authenticator.nfcCard().use { card ->
                card.activate()
                assertArrayEquals("U2F_V2".toByteArray() + okay, card.command(select))
                val getInfo = byteArrayOf(0x80.toByte(), 0x10, 0, 0, 1, 4, 0)
                val info = card.command(getInfo)
                // The rest of a long answer is fetched.
                assertEquals(0x61, info[info.size - 2].toInt())
                card.deactivate()
            }
        }
    }

    @Test
    fun `a card that is taken away takes its prompt away`(): Unit = runBlocking {
        val (asked, gone) = List(2) { CompletableDeferred<Unit>() }
        val waits = verifier {
            asked.complete(Unit)
            try {
                awaitCancellation()
            } finally {
                gone.complete(Unit)
            }
        }
        Authenticator.open(null, JavaKeys(), waits).use { authenticator ->
            val card = authenticator.nfcCard()
            card.activate()
            card.command(select)
            val selection = byteArrayOf(0x80.toByte(), 0x10, 0, 0, 1, 0x0b, 0)
            val answer = async(Dispatchers.Default) { runCatching { card.command(selection) } }
            asked.await()
            assertTrue(authenticator.isWaitingForUser)
            card.close()
            withTimeout(5000) { gone.await() }
            answer.await()
            assertTrue(runCatching { card.activate() }.exceptionOrNull() is ClosedException)
        }
    }

    @Test
    fun `reports go in and come out, as HID has them`(): Unit = runBlocking {
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            authenticator.hidLink().use { link ->
                val nonce = ByteArray(8) { it.toByte() }
                val broadcast = ByteArray(4) { -1 }
                val init = broadcast + byteArrayOf(0x86.toByte(), 0, 8) + nonce
                link.receive(init.copyOf(64))
                val answer = withTimeout(5000) { link.nextReport() }!!
                assertArrayEquals(broadcast + byteArrayOf(0x86.toByte(), 0, 17) + nonce, answer.copyOf(15))
            }
        }
    }

    @Test
    fun `fragments go in and come out, as Bluetooth has them`(): Unit = runBlocking {
        assertEquals("0000fffd-0000-1000-8000-00805f9b34fb", BleLink.service().service)
        Authenticator.open(null, JavaKeys(), AGREES).use { authenticator ->
            authenticator.bleLink(256).use { link ->
                assertArrayEquals(byteArrayOf(1, 0), link.controlPointLength)
                val fido2 = byteArrayOf(0x20)
                assertEquals(0x20, link.revisions.single().toInt() and 0x20)
                assertTrue(link.selectRevision(fido2))
                link.setMtu(23)
                // What is pinged comes back, in notifications of 20 bytes.
                val ping = byteArrayOf(0x81.toByte(), 0, 30) + ByteArray(30) { it.toByte() }
                link.write(ping)
                val heard = List(2) { withTimeout(5000) { link.nextNotification() }!! }
                assertArrayEquals(ping.copyOf(20), heard[0])
                assertArrayEquals(byteArrayOf(0) + ping.copyOfRange(20, 33), heard[1])
            }
        }
    }
}
