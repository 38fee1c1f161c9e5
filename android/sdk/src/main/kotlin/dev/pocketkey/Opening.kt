package dev.pocketkey

import dev.pocketkey.ffi.Place
import java.io.File
import java.lang.ref.WeakReference
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.withContext

/** What an authenticator is opened with, beside its store and its keys. */
internal class Opening(
    private val verifier: UserVerifier,
    private val status: VerifierStatus,
    private val courier: Courier?,
    private val withEvents: Boolean,
    private val seams: Seams?,
    private val dispatcher: CoroutineDispatcher,
) {
    suspend fun open(
        file: File?,
        keys: dev.pocketkey.ffi.KeyStore,
        authorizations: Authorizations,
    ): Authenticator = withContext(dispatcher) {
        val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)
        val prompts = VerifierBridge(verifier, scope, authorizations)
        val letters = courier?.let { CourierBridge(it, scope) }
        val events = if (withEvents) EventHub() else null
        val bridge = seams?.let { SeamsBridge(it) }
        val place = file?.let { Place.File(it.path) } ?: Place.Memory
        val core = try {
            translated {
                val lowered = dev.pocketkey.ffi.Seams(bridge, bridge, letters)
                dev.pocketkey.ffi.Authenticator.open(place, keys, prompts, status.toFfi(), events, lowered)
            }
        } catch (failed: PocketkeyException) {
            scope.cancel()
            throw failed
        }
        // Weak: what the library holds must not keep its own authenticator.
        val weak = WeakReference(core)
        prompts.answerTo = { question, answer -> weak.get()?.give(question, answer) }
        letters?.deliver = { letter, reply -> weak.get()?.deliver(letter, reply) }
        Authenticator(core, dispatcher, scope, prompts, authorizations, events)
    }
}
