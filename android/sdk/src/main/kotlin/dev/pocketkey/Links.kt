package dev.pocketkey

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.withContext

/**
 * The phone as an ISO 7816 card: command APDUs in, response APDUs out (CTAP 2.3 §11.3). One for each card emulation
 * service; made by [Authenticator.nfcCard].
 */
public class NfcCard internal constructor(
    private val card: dev.pocketkey.ffi.NfcCard,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** A reader has asked for the phone: a workspace can want this tap as the person's presence. Returns at once. */
    public fun activate(): Unit = translated { card.activate() }

    /**
     * Takes a command APDU, of at most 65544 bytes, and gives the response APDU. While a person is being asked, a
     * client that can is told to ask again, about ten times a second; for any other, this waits. Throws
     * [LinkException.InUse] while another command waits for its response.
     */
    public suspend fun command(apdu: ByteArray): ByteArray =
        withContext(dispatcher) { translated { card.command(apdu) } }

    /**
     * The field or the selection is lost: what runs is cancelled, and what came by NFC is forgotten. Returns at once.
     */
    public fun deactivate(): Unit = translated { card.deactivate() }

    /** The phone is no card any more: what runs is cancelled. */
    override fun close() {
        try {
            card.deactivate()
        } catch (_: dev.pocketkey.ffi.LinkException) {
            // The authenticator is closed already.
        } catch (_: IllegalStateException) {
            return
        }
        card.destroy()
    }
}

/** The phone behind CTAPHID reports of 64 bytes (CTAP 2.3 §11.2); made by [Authenticator.hidLink]. */
public class HidLink internal constructor(
    private val link: dev.pocketkey.ffi.HidLink,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** Takes a report from the client, without a report ID. Throws [LinkException.WrongLength]. Returns at once. */
    public fun receive(report: ByteArray): Unit = translated { link.receive(report) }

    /**
     * The next report for the client, as soon as there is one; `null` after [close]. Called in a loop: requests run
     * while it is. Nothing is lost by cancelling it. Throws [LinkException.InUse] while somebody else waits.
     */
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
