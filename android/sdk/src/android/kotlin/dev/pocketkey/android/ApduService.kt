package dev.pocketkey.android

import android.nfc.cardemulation.HostApduService
import android.os.Bundle
import dev.pocketkey.Authenticator
import dev.pocketkey.ClosedException
import dev.pocketkey.NfcCard
import dev.pocketkey.PocketkeyException
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch

/**
 * The phone as a card on an NFC reader. An app has a subclass and names it in its manifest, with the AIDs of
 * `@xml/pocketkey_apdu`.
 */
public abstract class ApduService : HostApduService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val lock = Any()
    private var card: NfcCard? = null
    private var isInField = false

    /** The app's open authenticator, which stays the app's. Asked when the first reader comes. */
    protected abstract suspend fun authenticator(): Authenticator

    /** Hands a command to the authenticator. The response comes later. */
    final override fun processCommandApdu(commandApdu: ByteArray, extras: Bundle?): ByteArray? {
        scope.launch {
            val response = try {
                inField().command(commandApdu)
            } catch (cancelled: CancellationException) {
                throw cancelled
            } catch (_: ClosedException) {
                // The next reader meets the app's next authenticator.
                synchronized(lock) { card = null }
                FAILED
            } catch (_: PocketkeyException) {
                FAILED
            }
            sendResponseApdu(response)
        }
        return null
    }

    /** The reader, or the selection, is gone. */
    final override fun onDeactivated(reason: Int) {
        synchronized(lock) {
            isInField = false
            try {
                card?.deactivate()
            } catch (_: ClosedException) {
                card = null
            }
        }
    }

    /** The service ends, and the card with it. */
    override fun onDestroy() {
        scope.cancel()
        synchronized(lock) { card?.close() }
        super.onDestroy()
    }

    /** The card, which knows that a reader has come. */
    private suspend fun inField(): NfcCard {
        val card = synchronized(lock) { card } ?: authenticator().nfcCard()
        synchronized(lock) {
            this.card = card
            if (!isInField) card.activate()
            isInField = true
        }
        return card
    }

    private companion object {
        /** 6F00: no precise diagnosis (ISO 7816-4). */
        val FAILED = byteArrayOf(0x6f, 0x00)
    }
}
