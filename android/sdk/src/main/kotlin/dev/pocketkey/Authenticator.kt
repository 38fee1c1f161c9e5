package dev.pocketkey

import dev.pocketkey.ffi.AssertionCall
import dev.pocketkey.ffi.CreationCall
import dev.pocketkey.ffi.MessageCall
import java.io.File
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.emptyFlow
import kotlinx.coroutines.withContext

/**
 * An authenticator on a store.
 *
 * It serves one request at a time: others get [BusyException] at once. Cancelling the coroutine of a request cancels
 * the request. Everything may be called from any thread; what does not suspend returns at once. After [close],
 * everything throws [ClosedException].
 */
public class Authenticator internal constructor(
    internal val core: dev.pocketkey.ffi.Authenticator,
    private val dispatcher: CoroutineDispatcher,
    private val scope: CoroutineScope,
    internal val prompts: VerifierBridge,
    internal val authorizations: Authorizations,
    private val hub: EventHub?,
) : AutoCloseable {
    private val calls = AtomicLong()

    /**
     * What happens, from when it is collected until the authenticator is closed. A collector that is more than 256
     * events behind hears by [Event.Missed] how many it missed. It is empty where [open] was not told that events are
     * wanted.
     */
    public val events: Flow<Event> = hub?.events ?: emptyFlow()

    /** Whether a person is being asked now. */
    public val isWaitingForUser: Boolean get() = translated { core.isWaitingForUser() }

    private suspend inline fun <T> call(crossinline work: suspend (ULong) -> T): T = withContext(dispatcher) {
        translated { work(calls.incrementAndGet().toULong()) }
    }

    private fun Client.lower() = dev.pocketkey.ffi.Client(transport.toFfi(), channel.toULong())

    /**
     * Runs a CTAP2 request: a command byte and its CBOR in, at most 7609 bytes; a status byte and the answer's CBOR
     * out. What the standard has a status for throws nothing.
     */
    public suspend fun ctap2(request: ByteArray, client: Client = Client()): ByteArray =
        call { core.beginCtap2(MessageCall(it, client.lower(), request)).answer() }

    /** Runs a U2F raw message. Until somebody has agreed the answer is 6985, and the client asks again. */
    public suspend fun u2f(apdu: ByteArray, client: Client = Client()): ByteArray =
        call { core.beginU2f(MessageCall(it, client.lower(), apdu)).answer() }

    /** Makes a passkey. Throws [RequestException]. */
    public suspend fun makeCredential(request: CreationRequest, client: Client = Client()): CreatedCredential = call {
        val lowered = dev.pocketkey.ffi.CreationRequest(
            request.clientDataHash,
            request.site.id,
            request.site.name,
            request.account.toFfi(),
            request.algorithms.map { algorithm -> algorithm.toFfi() },
            request.exclude,
            request.discoverable,
            request.verify,
        )
        val made = core.beginMakeCredential(CreationCall(it, client.lower(), lowered)).answer()
        CreatedCredential(made.id, made.authenticatorData, made.attestationObject, made.publicKey)
    }

    /** Signs in with a passkey; where several fit, the person chooses on the phone. Throws [RequestException]. */
    public suspend fun getAssertion(request: AssertionRequest, client: Client = Client()): Assertion = call {
        val lowered =
            dev.pocketkey.ffi.AssertionRequest(request.clientDataHash, request.rpId, request.allow, request.verify)
        val made = core.beginGetAssertion(AssertionCall(it, client.lower(), lowered)).answer()
        Assertion(made.credentialId, made.authenticatorData, made.signature, made.user?.toApi())
    }

    /**
     * Becomes a key of a workspace by an activation link; the person is asked. The same link goes on where an answer
     * was lost. Throws [WorkspaceException].
     *
     * @param deviceName what the workspace's panel will call the phone, cut to 64 characters
     */
    public suspend fun activate(link: String, deviceName: String): Membership =
        call { core.activate(it, link, deviceName).toApi() }

    /** Sends once more the enrolment whose answer was lost. Throws [WorkspaceException]. */
    public suspend fun resumeActivation(): Membership = call { core.resumeActivation(it).toApi() }

    /** The enrolment that was sent and has not been answered; `null` where there is none. Throws [StoreException]. */
    public suspend fun pendingActivation(): WorkspaceInvitation? = call { core.pendingActivation()?.toApi() }

    /**
     * Asks the workspace how the phone stands, and puts the answer in force: for the app's start, and from time to
     * time. Where the phone is revoked, everything is erased when this returns. Throws [WorkspaceException].
     */
    public suspend fun checkIn(): Membership = call { core.checkIn(it).toApi() }

    /** How the authenticator stands, as far as the phone knows. Throws [StoreException]. */
    public suspend fun status(): Status = call { core.status().toApi() }

    /** Every discoverable credential, by site and newest first. Throws [StoreException]. */
    public suspend fun credentials(): List<Credential> = call { core.credentials().map { it.toApi() } }

    /**
     * Gives a credential's account other names, or none, each cut to 64 bytes of UTF-8; `false` where there is none
     * with this ID. Throws [StoreException].
     */
    public suspend fun rename(id: ByteArray, name: String?, displayName: String?): Boolean =
        call { core.renameCredential(id, name, displayName) }

    /** Deletes a credential; `false` where there is none with this ID. Throws [StoreException]. */
    public suspend fun delete(id: ByteArray): Boolean = call { core.deleteCredential(id) }

    /** Erases every credential, the PIN, all settings and the membership. Throws [StoreException]. */
    public suspend fun reset(): Unit = call { core.reset() }

    /** The metadata statement (FIDO Metadata Statement 3.0) of this model on this platform, as JSON. */
    public suspend fun metadata(): String = call { core.metadata() }

    /** Allows built-in verification again, because the owner has passed the platform's own screen lock. */
    public suspend fun unblockUserVerification(): Unit = call { core.unblockUserVerification() }

    /** Housekeeping for idle moments. Throws [StoreException]. */
    public suspend fun idle(): Unit = call { core.idle() }

    /** What taking a key out of its port does; with a [transport], for what came by it only. */
    public fun powerCycle(transport: Transport? = null): Unit = translated { core.powerCycle(transport?.toFfi()) }

    /** Cancels whatever runs: it throws [RequestException.Cancelled]. */
    public fun cancelAll() {
        translated { core.cancel(null) }
    }

    /** Says what the platform's verification can do from now on. */
    public fun setVerifierStatus(status: VerifierStatus): Unit = translated { core.setVerifierStatus(status.toFfi()) }

    /** Sets how much comes as [Event.Log]: warnings and errors, unless it is told otherwise. */
    public fun setLogLevel(level: LogLevel): Unit = translated { core.setLogLevel(level.toFfi()) }

    /** The phone as a card: for a `HostApduService`. */
    public fun nfcCard(): NfcCard = NfcCard(translated { dev.pocketkey.ffi.NfcCard(core) }, dispatcher)

    /** The phone behind CTAPHID reports: for a Bluetooth HID device. One for each connection. */
    public fun hidLink(): HidLink = HidLink(translated { dev.pocketkey.ffi.HidLink(core) }, dispatcher)

    /**
     * The phone behind the FIDO service of Bluetooth Low Energy. One for each connection, from when it is encrypted.
     *
     * @param controlPointLength how long a write to fidoControlPoint may be: 20 to 512 bytes; what is outside is taken
     *   for the nearer of the two. More than the ATT_MTU less 3 needs an app that puts prepared writes together
     */
    public fun bleLink(controlPointLength: Int): BleLink {
        val length = controlPointLength.coerceIn(0, UShort.MAX_VALUE.toInt()).toUShort()
        return BleLink(translated { dev.pocketkey.ffi.BleLink(core, length) }, dispatcher)
    }

    /**
     * Ends whatever runs, which throws [ClosedException], and makes this unusable. It does not wait: the store's file
     * is free when what was running has returned.
     */
    override fun close() {
        try {
            core.end()
        } catch (_: dev.pocketkey.ffi.CallException) {
            return
        } catch (_: IllegalStateException) {
            return
        }
        scope.cancel()
        hub?.close()
        // Freed when the calls that run have returned.
        core.destroy()
    }

    /** Opening one. */
    public companion object {
        /** The library that all authenticators are of. */
        public val library: Library
            get() = dev.pocketkey.ffi.libraryInfo().let { Library(it.version, it.network) }

        /**
         * Opens the store in [file], or makes one; `null`: in memory, gone after [close]. Throws [OpenException].
         *
         * @param file its folder must exist; beside it, SQLite keeps its write-ahead log
         * @param keyStore holds the keys
         * @param verifier asks the person
         * @param status what the platform's verification can do; [setVerifierStatus] changes it
         * @param courier the way to the workspace; `null`: the library's own where it was built with one
         *   ([Library.ownCourier]), else none
         * @param withEvents whether [events] are wanted; they cost a thread
         * @param seams time and randomness, for tests
         * @param dispatcher whose threads work: requests run, key stores and disks block there
         */
        public suspend fun open(
            file: File?,
            keyStore: KeyStore,
            verifier: UserVerifier,
            status: VerifierStatus = VerifierStatus(),
            courier: Courier? = HttpsCourier(),
            withEvents: Boolean = false,
            seams: Seams? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Authenticator {
            val authorizations = Authorizations()
            val platform = Opening(verifier, status, courier, withEvents, seams, dispatcher)
            return platform.open(file, KeyStoreBridge(keyStore, authorizations), authorizations)
        }

        /**
         * The same with keys in software, sealed under [root], 32 bytes: who has it and the app's files, has the keys.
         * For emulators and tests. Throws [OpenException].
         */
        public suspend fun openWithSoftwareKeys(
            file: File?,
            root: ByteArray,
            verifier: UserVerifier,
            status: VerifierStatus = VerifierStatus(),
            courier: Courier? = HttpsCourier(),
            withEvents: Boolean = false,
            seams: Seams? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Authenticator {
            val keys = try {
                dev.pocketkey.ffi.softwareKeyStore(root)
            } catch (error: dev.pocketkey.ffi.KeyStoreException) {
                val reason = (error as? dev.pocketkey.ffi.KeyStoreException.Failed)?.reason
                throw OpenException.KeyStoreFailed(reason ?: error.toString())
            }
            val platform = Opening(verifier, status, courier, withEvents, seams, dispatcher)
            return platform.open(file, keys, Authorizations())
        }
    }
}
