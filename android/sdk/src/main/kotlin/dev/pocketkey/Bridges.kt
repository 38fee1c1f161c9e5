package dev.pocketkey

import dev.pocketkey.ffi.Algorithm as FfiAlgorithm
import dev.pocketkey.ffi.AnswerException
import dev.pocketkey.ffi.Courier as FfiCourier
import dev.pocketkey.ffi.CourierReply
import dev.pocketkey.ffi.ForeignException
import dev.pocketkey.ffi.GeneratedKey as FfiGeneratedKey
import dev.pocketkey.ffi.KeyRole as FfiKeyRole
import dev.pocketkey.ffi.KeyStore as FfiKeyStore
import dev.pocketkey.ffi.KeyStoreDescription
import dev.pocketkey.ffi.KeyStoreException as FfiKeyStoreException
import dev.pocketkey.ffi.Letter as FfiLetter
import dev.pocketkey.ffi.Notice as FfiNotice
import dev.pocketkey.ffi.Prompt as FfiPrompt
import dev.pocketkey.ffi.UserVerifier as FfiUserVerifier
import java.util.concurrent.ConcurrentHashMap
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.job
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
internal inline fun <T> guarded(call: () -> T): T = try {
    call()
} catch (error: Throwable) {
    throw ForeignException.Failed(error.toString())
}

/** Whether an answer was taken. Where not, nobody waits for it any more, or the authenticator is gone. */
private inline fun inTime(answer: () -> Unit): Boolean = try {
    answer()
    true
} catch (_: AnswerException) {
    false
} catch (_: IllegalStateException) {
    false
}

internal class KeyStoreBridge(private val keys: KeyStore, private val authorizations: Authorizations) : FfiKeyStore {
    override fun describe(): KeyStoreDescription = translate {
        val protection = keys.protection
        KeyStoreDescription(
            keys.algorithms.map { it.toFfi() },
            protection != KeyProtection.SOFTWARE,
            protection == KeyProtection.SECURE_ELEMENT,
            keys.bindsAuthorization,
        )
    }

    override fun generate(algorithm: FfiAlgorithm, role: FfiKeyRole): FfiGeneratedKey = translate {
        val key = keys.generate(algorithm.toApi(), KeyRole.valueOf(role.name))
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
    } catch (error: KeyException.UnsupportedAlgorithm) {
        throw FfiKeyStoreException.UnsupportedAlgorithm()
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
    lateinit var answerTo: (ULong, Answer) -> Unit

    private val asking = ConcurrentHashMap<ULong, Job>()

    val count: Int get() = asking.size

    override fun ask(question: ULong, prompt: FfiPrompt): Unit = guarded {
        val job = Job(scope.coroutineContext.job)
        asking[question] = job
        job.invokeOnCompletion { asking.remove(question) }
        // It begins on this thread: a prompt is shown, and one that is answered at once goes on, without a hop.
        val asked = scope.launch(job, CoroutineStart.UNDISPATCHED) {
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
        asked.invokeOnCompletion { job.complete() }
    }

    private fun give(question: ULong, answer: Answer) {
        asking.remove(question) ?: return
        val authorization = (answer as? Answer.Consent)?.authorization
        authorization?.let { authorizations.put(question, it) }
        if (!inTime { answerTo(question, answer) }) authorizations.forget(question)
    }

    override fun withdraw(question: ULong): Unit = guarded {
        authorizations.forget(question)
        asking.remove(question)?.cancel()
    }

    override fun release(question: ULong): Unit = guarded { authorizations.forget(question) }

    override fun tell(notice: FfiNotice): Unit = guarded { verifier.tell(notice.toApi()) }
}

/** The library, posting letters. */
internal class CourierBridge(private val courier: Courier, private val scope: CoroutineScope) : FfiCourier {
    /** Set before anything can be sent. */
    lateinit var deliver: (ULong, CourierReply) -> Unit

    private val sending = ConcurrentHashMap<ULong, Job>()

    override fun send(letter: ULong, content: FfiLetter): Unit = guarded {
        val job = scope.launch(start = CoroutineStart.LAZY) {
            val reply = try {
                courier.send(content.toApi()).let { CourierReply.Reply(it.status.toUShort(), it.body) }
            } catch (error: Throwable) {
                // Also a cancellation that the courier made up: of its own, nobody hears any more.
                CourierReply.Failed(((error as? CourierException)?.failure ?: CourierFailure.NO_ANSWER).toFfi())
            }
            inTime { deliver(letter, reply) }
        }
        sending[letter] = job
        job.invokeOnCompletion { sending.remove(letter) }
        job.start()
    }

    override fun abandon(letter: ULong): Unit = guarded { sending.remove(letter)?.cancel() }
}

internal class SeamsBridge(private val seams: Seams) :
    dev.pocketkey.ffi.Clock,
    dev.pocketkey.ffi.RandomSource {
    override fun nowMs(): ULong = guarded { seams.nowMillis().toULong() }

    override fun unixTime(): ULong = guarded { seams.unixSeconds().toULong() }

    override fun fill(length: UInt): ByteArray = guarded { seams.random(length.toInt()) }
}
