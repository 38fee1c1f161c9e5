package dev.pocketkey

import dev.pocketkey.ffi.LuminancePlane
import dev.pocketkey.ffi.Place
import java.io.File
import java.util.concurrent.atomic.AtomicLong
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.asSharedFlow
import kotlinx.coroutines.withContext

/**
 * An authenticator on a store.
 *
 * It serves one request at a time: others get [BusyException] at once. Cancelling the coroutine of a request cancels
 * the request. Everything may be called from any thread. After [close], everything throws [ClosedException].
 */
public class Authenticator private constructor(
    internal val core: dev.pocketkey.ffi.Authenticator,
    private val dispatcher: CoroutineDispatcher,
    private val scope: CoroutineScope,
    internal val prompts: VerifierBridge,
    internal val authorizations: Authorizations,
    bridge: EventBridge?,
) : AutoCloseable {
    private val calls = AtomicLong()

    /** What happens, from now on. A slow collector misses the oldest events. Nothing where it was not asked for. */
    public val events: Flow<Event> = (bridge ?: EventBridge()).events.asSharedFlow()

    private suspend inline fun <T> call(crossinline work: suspend (ULong) -> T): T = withContext(dispatcher) {
        translated { work(calls.incrementAndGet().toULong()) }
    }

    private fun Client.lower() = dev.pocketkey.ffi.Client(transport.toFfi(), channel.toULong())

    /** Runs a CTAP2 request: a command byte and its CBOR in, a status byte and the answer's CBOR out. */
    public suspend fun ctap2(request: ByteArray, client: Client = Client()): ByteArray =
        call { core.ctap2(it, client.lower(), request) }

    /** Runs a U2F raw message. Until somebody has agreed the answer is 6985, and the client asks again. */
    public suspend fun u2f(apdu: ByteArray, client: Client = Client()): ByteArray =
        call { core.u2f(it, client.lower(), apdu) }

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
        val made = core.makeCredential(it, client.lower(), lowered)
        CreatedCredential(made.id, made.authenticatorData, made.attestationObject, made.publicKey)
    }

    /** Signs in with a passkey. Throws [RequestException]. */
    public suspend fun getAssertion(request: AssertionRequest, client: Client = Client()): Assertion = call {
        val lowered =
            dev.pocketkey.ffi.AssertionRequest(request.clientDataHash, request.rpId, request.allow, request.verify)
        val made = core.getAssertion(it, client.lower(), lowered)
        Assertion(made.credentialId, made.authenticatorData, made.signature, made.user?.toApi())
    }

    /** Becomes a key of a workspace by an activation link; the person is asked. Throws [WorkspaceException]. */
    public suspend fun activate(link: String, deviceName: String): Membership =
        call { core.activate(it, link, deviceName).toApi() }

    /** Asks the workspace how the phone stands. Throws [WorkspaceException]. */
    public suspend fun checkIn(): Membership = call { core.checkIn(it).toApi() }

    /** How the authenticator stands. */
    public suspend fun status(): Status = call {
        val status = core.status()
        Status(
            status.protection.pinIsSet,
            status.protection.pinRetries.toInt(),
            status.protection.pinIsBlocked,
            status.protection.uvRetries.toInt(),
            status.protection.alwaysUv,
            status.membership?.toApi(),
        )
    }

    /** Every discoverable credential, by site and newest first. */
    public suspend fun credentials(): List<Credential> =
        call { core.credentials().map { Credential(it.id, Site(it.rpId, it.rpName), it.account.toApi()) } }

    /** Gives a credential's account other names; `false` where there is none with this ID. */
    public suspend fun rename(id: ByteArray, name: String?, displayName: String?): Boolean =
        call { core.renameCredential(id, name, displayName) }

    /** Deletes a credential; `false` where there is none with this ID. */
    public suspend fun delete(id: ByteArray): Boolean = call { core.deleteCredential(id) }

    /** Erases everything. */
    public suspend fun reset(): Unit = call { core.reset() }

    /** The metadata statement of this model on this platform, as JSON. */
    public suspend fun metadata(): String = call { core.metadata() }

    /** Allows built-in verification again, because the owner has passed the platform's own screen lock. */
    public suspend fun unblockUserVerification(): Unit = call { core.unblockUserVerification() }

    /** Housekeeping for idle moments. */
    public suspend fun idle(): Unit = call { core.idle() }

    /** What taking a key out of its port does; with a [transport], for what came by it only. */
    public fun powerCycle(transport: Transport? = null): Unit = translated { core.powerCycle(transport?.toFfi()) }

    /** Cancels whatever runs: it throws [RequestException.Cancelled]. */
    public fun cancelAll() {
        translated { core.cancel(null) }
    }

    /** Says what the platform's verification can do from now on. */
    public fun setVerifierStatus(status: VerifierStatus): Unit = translated { core.setVerifierStatus(status.lower()) }

    /** Sets how much comes as [Event.Log]: warnings and errors, unless it is told otherwise. */
    public fun setLogLevel(level: LogLevel): Unit = translated { core.setLogLevel(level.toFfi()) }

    /** The phone as a card: for a `HostApduService`. */
    public fun nfcCard(): NfcCard = NfcCard(translated { dev.pocketkey.ffi.NfcCard(core) }, dispatcher)

    /** The phone behind CTAPHID reports: for a Bluetooth HID device. */
    public fun hidLink(): HidLink = HidLink(translated { dev.pocketkey.ffi.HidLink(core) }, dispatcher)

    /** Ends whatever runs, which throws [ClosedException], and makes this unusable. It does not wait. */
    override fun close() {
        try {
            core.end()
        } catch (_: dev.pocketkey.ffi.CallException) {
            return
        } catch (_: IllegalStateException) {
            return
        }
        scope.cancel()
        // Freed when the calls that run have returned.
        core.destroy()
    }

    public companion object {
        private fun VerifierStatus.lower() =
            dev.pocketkey.ffi.VerifierStatus(builtIn, modality.toUInt(), choosesAccount)

        /**
         * Opens the store in [file], or makes one; `null`: in memory. Throws [OpenException].
         *
         * @param dispatcher where requests work and key stores block
         * @param withEvents whether [events] are wanted; they cost a thread
         */
        public suspend fun open(
            file: File?,
            keyStore: KeyStore,
            verifier: UserVerifier,
            status: VerifierStatus = VerifierStatus(),
            withEvents: Boolean = false,
            seams: Seams? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Authenticator {
            val authorizations = Authorizations()
            return open(KeyStoreBridge(keyStore, authorizations), authorizations, file, verifier, status, withEvents, seams, dispatcher)
        }

        /**
         * The same with the library's own key store, whose keys are sealed under [root], 32 bytes: for emulators and
         * tests. Whoever has [root] and the file has the keys.
         */
        public suspend fun openWithSoftwareKeys(
            file: File?,
            root: ByteArray,
            verifier: UserVerifier,
            status: VerifierStatus = VerifierStatus(),
            withEvents: Boolean = false,
            seams: Seams? = null,
            dispatcher: CoroutineDispatcher = Dispatchers.IO,
        ): Authenticator {
            val keys = try {
                dev.pocketkey.ffi.softwareKeyStore(root)
            } catch (error: dev.pocketkey.ffi.KeyStoreException) {
                throw OpenException.KeyStoreFailed(error.toString())
            }
            return open(keys, Authorizations(), file, verifier, status, withEvents, seams, dispatcher)
        }

        private suspend fun open(
            keys: dev.pocketkey.ffi.KeyStore,
            authorizations: Authorizations,
            file: File?,
            verifier: UserVerifier,
            status: VerifierStatus,
            withEvents: Boolean,
            seams: Seams?,
            dispatcher: CoroutineDispatcher,
        ): Authenticator = withContext(dispatcher) {
            val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
            val prompts = VerifierBridge(verifier, scope, authorizations)
            val events = if (withEvents) EventBridge() else null
            val bridge = seams?.let { SeamsBridge(it) }
            val place = file?.let { Place.File(it.path) } ?: Place.Memory
            val core = translated {
                val lowered = dev.pocketkey.ffi.Seams(bridge, bridge, null)
                dev.pocketkey.ffi.Authenticator.open(place, keys, prompts, status.lower(), events, lowered)
            }
            // Weak: what the library holds must not keep its own authenticator.
            val weak = java.lang.ref.WeakReference(core)
            prompts.answerTo = { question, answer -> weak.get()?.answer(question, answer) }
            Authenticator(core, dispatcher, scope, prompts, authorizations, events)
        }

        /**
         * Finds the activation link in a camera's Y plane, whichever way up it is. The link is a secret until it is
         * used. Throws [ScanException].
         */
        public suspend fun readActivationCode(pixels: ByteArray, width: Int, height: Int, stride: Int): String =
            withContext(Dispatchers.Default) {
                val size = { pixels: Int -> pixels.coerceAtLeast(0).toUInt() }
                translated {
                    dev.pocketkey.ffi.readActivationCode(
                        LuminancePlane(size(width), size(height), size(stride), pixels),
                    )
                }
            }
    }
}
