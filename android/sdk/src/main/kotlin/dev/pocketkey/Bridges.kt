package dev.pocketkey

import dev.pocketkey.ffi.Answer as FfiAnswer
import dev.pocketkey.ffi.AnswerException
import dev.pocketkey.ffi.Event as FfiEvent
import dev.pocketkey.ffi.EventListener as FfiEventListener
import dev.pocketkey.ffi.ForeignException
import dev.pocketkey.ffi.GeneratedKey as FfiGeneratedKey
import dev.pocketkey.ffi.KeyStore as FfiKeyStore
import dev.pocketkey.ffi.KeyStoreDescription
import dev.pocketkey.ffi.KeyStoreException as FfiKeyStoreException
import dev.pocketkey.ffi.Notice
import dev.pocketkey.ffi.Prompt as FfiPrompt
import dev.pocketkey.ffi.UserVerifier as FfiUserVerifier
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.launch

/** What consents have authorized, by the numbers of their questions. */
internal class Authorizations {
    private val held = ConcurrentHashMap<ULong, Any>()

    fun put(question: ULong, authorization: Any) {
        held[question] = authorization
    }

    fun get(question: ULong?): Any? = question?.let { held[it] }

    fun forget(question: ULong) {
        held.remove(question)
    }

    val count: Int get() = held.size
}

/**
 * The library sees exceptions only. An `Error` on its way through native frames would be lost, so that it becomes
 * an exception here.
 */
private inline fun <T> guarded(call: () -> T): T = try {
    call()
} catch (error: Throwable) {
    throw ForeignException.Failed(error.toString())
}

internal class KeyStoreBridge(private val keys: KeyStore, private val authorizations: Authorizations) : FfiKeyStore {
    override fun describe(): KeyStoreDescription = translate {
        KeyStoreDescription(keys.algorithms.map { it.toFfi() }, keys.isHardware, false, keys.bindsAuthorization)
    }

    override fun generate(algorithm: dev.pocketkey.ffi.Algorithm): FfiGeneratedKey = translate {
        val key = keys.generate(algorithm.toApi())
        FfiGeneratedKey(key.handle, key.publicKey)
    }

    override fun sign(handle: ByteArray, message: ByteArray, authorization: ULong?): ByteArray = translate {
        keys.sign(handle, message, authorizations.get(authorization))
    }

    override fun delete(handle: ByteArray): Unit = translate { keys.delete(handle) }

    override fun wrap(secret: ByteArray): ByteArray = translate { keys.wrap(secret) }

    override fun unwrap(wrapped: ByteArray): ByteArray = translate { keys.unwrap(wrapped) }

    private inline fun <T> translate(call: () -> T): T = try {
        call()
    } catch (error: KeyException.UnknownKey) {
        throw FfiKeyStoreException.UnknownKey()
    } catch (error: KeyException.NotAuthorized) {
        throw FfiKeyStoreException.NotAuthorized()
    } catch (error: Throwable) {
        throw FfiKeyStoreException.Failed(error.toString())
    }
}

internal class VerifierBridge(
    private val verifier: UserVerifier,
    private val scope: CoroutineScope,
    private val authorizations: Authorizations,
) : FfiUserVerifier {
    /** Set before anything can be asked. */
    lateinit var answerTo: (ULong, FfiAnswer) -> Unit

    private val asking = ConcurrentHashMap<ULong, Job>()

    val count: Int get() = asking.size

    override fun ask(question: ULong, prompt: FfiPrompt): Unit = guarded {
        val job = scope.launch(start = CoroutineStart.LAZY) {
            val answer = try {
                verifier.ask(prompt.toApi())
            } catch (error: CancellationException) {
                // Its own, or one that the verifier made up.
                if (asking[question] == null) throw error
                Answer.Refuse(Refusal.DECLINED)
            } catch (error: Throwable) {
                Answer.Refuse(Refusal.DECLINED)
            }
            give(question, answer)
        }
        asking[question] = job
        job.invokeOnCompletion { asking.remove(question) }
        job.start()
    }

    private fun give(question: ULong, answer: Answer) {
        asking.remove(question) ?: return
        val authorization = (answer as? Answer.Consent)?.authorization
        authorization?.let { authorizations.put(question, it) }
        val lowered = when (answer) {
            is Answer.Consent -> FfiAnswer.Consent(answer.verified, answer.choice.toFfi(), authorization != null)
            is Answer.Refuse -> FfiAnswer.Refuse(answer.reason.toFfi())
        }
        try {
            answerTo(question, lowered)
        } catch (late: AnswerException) {
            authorizations.forget(question)
        }
    }

    override fun withdraw(question: ULong): Unit = guarded {
        authorizations.forget(question)
        asking.remove(question)?.cancel()
    }

    override fun release(question: ULong): Unit = guarded { authorizations.forget(question) }

    override fun tell(notice: Notice): Unit = guarded { verifier.tell(notice.workspace, notice.text) }
}

internal class EventBridge : FfiEventListener {
    val events = MutableSharedFlow<Event>(extraBufferCapacity = 256, onBufferOverflow = BufferOverflow.DROP_OLDEST)

    override fun event(event: FfiEvent): Unit = guarded { events.tryEmit(event.toApi()) }
}

internal class SeamsBridge(private val seams: Seams) :
    dev.pocketkey.ffi.Clock,
    dev.pocketkey.ffi.RandomSource {
    override fun nowMs(): ULong = guarded { seams.nowMillis().toULong() }

    override fun unixTime(): ULong = guarded { seams.unixSeconds().toULong() }

    override fun fill(length: UInt): ByteArray = guarded { seams.random(length.toInt()) }
}
