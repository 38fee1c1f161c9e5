package dev.pocketkey

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.withContext

/**
 * The GATT service that an app offers (CTAP 2.3 §11.4.3). Every characteristic needs an encrypted connection of a
 * bonded client. UUIDs are lower-case, of 36 characters.
 *
 * @property service the service itself, primary; advertised while clients are to find the phone
 * @property controlPoint fidoControlPoint, *write*: its value goes to [BleLink.write]
 * @property status fidoStatus, *notify*: what [BleLink.nextNotification] gives
 * @property controlPointLength fidoControlPointLength, *read*: [BleLink.controlPointLength]
 * @property revisionBitfield fidoServiceRevisionBitfield, *read* and *write*: [BleLink.revisions] and
 *   [BleLink.selectRevision]
 * @property revision fidoServiceRevision, *read*: [revisionValue], for clients of U2F 1.0
 * @property revisionValue the value of fidoServiceRevision
 */
public data class BleService(
    val service: String,
    val controlPoint: String,
    val status: String,
    val controlPointLength: String,
    val revisionBitfield: String,
    val revision: String,
    val revisionValue: String,
)

/** The phone behind the FIDO service of Bluetooth Low Energy (CTAP 2.3 §11.4); made by [Authenticator.bleLink]. */
public class BleLink internal constructor(
    private val link: dev.pocketkey.ffi.BleLink,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    /** The value of fidoControlPointLength, 2 bytes. Returns at once. */
    public val controlPointLength: ByteArray get() = translated { link.controlPointLength() }

    /** The value of fidoServiceRevisionBitfield, 1 byte; it changes with alwaysUv. Returns at once. */
    public val revisions: ByteArray get() = translated { link.revisions() }

    /**
     * Takes what the client writes to fidoServiceRevisionBitfield. `false`: it is none that is served, and the write is
     * to be refused (ATT error 13). Returns at once.
     */
    public fun selectRevision(value: ByteArray): Boolean = translated { link.selectRevision(value) }

    /** Says how large the connection's ATT_MTU is: 23 bytes until then. Returns at once. */
    public fun setMtu(mtu: Int): Unit = translated { link.setMtu(mtu.coerceIn(0, UShort.MAX_VALUE.toInt()).toUShort()) }

    /** Takes what the client writes to fidoControlPoint: one fragment. Returns at once. */
    public fun write(value: ByteArray): Unit = translated { link.write(value) }

    /**
     * The next notification of fidoStatus, as soon as there is one; `null` after [close]. Called in a loop: requests
     * run while it is. Nothing is lost by cancelling it. Throws [LinkException.InUse] while somebody else waits.
     */
    public suspend fun nextNotification(): ByteArray? =
        withContext(dispatcher) { translated { link.nextNotification() } }

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

    /** The GATT service. */
    public companion object {
        /** The service that an app offers, and its characteristics; the same for every phone. */
        public fun service(): BleService = with(dev.pocketkey.ffi.bleService()) {
            BleService(
                service,
                controlPoint,
                status,
                controlPointLength,
                revisionBitfield,
                revision,
                revisionValue,
            )
        }
    }
}
