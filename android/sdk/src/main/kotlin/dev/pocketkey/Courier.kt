package dev.pocketkey

import kotlin.time.Duration

/**
 * The way to the workspace. [HttpsCourier] is one; an app with a network stack of its own can bring another. What comes
 * back is signed, so that a courier needs no trust.
 */
public interface Courier {
    /**
     * Posts a letter (HTTP POST), without following redirects, and gives what came back, whatever its status. The
     * coroutine, on `Dispatchers.Default`, is cancelled when nobody waits any more.
     *
     * @throws CourierException where nothing came back; anything else that is thrown counts as no answer
     */
    public suspend fun send(letter: Letter): Reply
}

/**
 * What is sent.
 *
 * @property url where to: absolute, `https` or, for this very device, `http`
 * @property pin SHA-256 (32 bytes) of the public key (SubjectPublicKeyInfo) that the server's certificate must have;
 *   then no public authority is asked. `null`: the certificate must be publicly trusted
 * @property mediaType the body's
 * @property body may hold a ticket: no log is a place for it
 * @property timeout how long the reply may take
 */
public class Letter(
    public val url: String,
    public val pin: ByteArray?,
    public val mediaType: String,
    public val body: ByteArray,
    public val timeout: Duration,
)

/**
 * What came back.
 *
 * @property status the HTTP status
 * @property body at most [MAX_BODY] bytes: a longer one counts as no answer
 */
public class Reply(public val status: Int, public val body: ByteArray) {
    /** What a reply can be. */
    public companion object {
        /** The longest body, in bytes. */
        public const val MAX_BODY: Int = 64 * 1024
    }
}

/**
 * Nothing came back.
 *
 * @property failure why
 */
public class CourierException(public val failure: CourierFailure, cause: Throwable? = null) :
    Exception("no reply: $failure", cause)

/** Why nothing came back. */
public enum class CourierFailure {
    /** There is no network, or nobody at that address. */
    NO_ANSWER,

    /** There was no reply in time. */
    TIMED_OUT,

    /** Somebody answered who cannot prove to be the server that was meant. */
    NOT_THE_SERVER,
}
