package dev.pocketkey

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.withContext

/** The phone as an ISO 7816 card. One for each card emulation service. */
public class NfcCard internal constructor(
    private val card: dev.pocketkey.ffi.NfcCard,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** A reader has asked for the phone: a workspace can want this tap as the person's presence. */
    public fun activate(): Unit = translated { card.activate() }

    /** Takes a command APDU and gives the response APDU. */
    public suspend fun command(apdu: ByteArray): ByteArray =
        withContext(dispatcher) { translated { card.command(apdu) } }

    /** The field or the selection is lost: what runs is cancelled. */
    public fun deactivate(): Unit = translated { card.deactivate() }

    override fun close(): Unit = card.destroy()
}

/** The phone behind CTAPHID reports of 64 bytes. */
public class HidLink internal constructor(
    private val link: dev.pocketkey.ffi.HidLink,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** Takes a report from the client. */
    public fun receive(report: ByteArray): Unit = translated { link.receive(report) }

    /** The next report for the client; `null` after [close]. Called in a loop: that is what works. */
    public suspend fun nextReport(): ByteArray? = withContext(dispatcher) { translated { link.nextReport() } }

    /** The connection is gone: what runs is cancelled. */
    override fun close() {
        try {
            link.end()
        } catch (_: dev.pocketkey.ffi.LinkException) {
            return
        } catch (_: IllegalStateException) {
            return
        }
        link.destroy()
    }
}
