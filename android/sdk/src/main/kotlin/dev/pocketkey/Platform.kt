package dev.pocketkey

/**
 * Makes private keys and signs with them. Handles are the implementation's own, at most 2048 bytes.
 *
 * Calls come on [Authenticator]'s dispatcher, one at a time, and may block for as long as the hardware takes.
 * Whatever they throw fails the request; [KeyException] says why.
 */
public interface KeyStore {
    /** What it makes keys for. Asked once. */
    public val algorithms: List<Algorithm> get() = listOf(Algorithm.ES256)

    /** Whether keys are in hardware. Asked once. */
    public val isHardware: Boolean get() = false

    /** Whether an authorization is good for one key only, so that prompts must name it. Asked once. */
    public val bindsAuthorization: Boolean get() = false

    /** Makes a key pair; it is durable, or contained in the handle, when this returns. */
    public fun generate(algorithm: Algorithm): GeneratedKey

    /** Signs a message, not its hash. [authorization] is what came with the person's consent. */
    public fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray

    /** Forgets a key. */
    public fun delete(handle: ByteArray) {}

    /** Encrypts the store's own key, so that only this platform can open it, without anybody there. */
    public fun wrap(secret: ByteArray): ByteArray

    /** Opens what [wrap] made. */
    public fun unwrap(wrapped: ByteArray): ByteArray
}

/**
 * A new key pair.
 *
 * @property handle what [KeyStore.sign] will be called with
 * @property publicKey see [Algorithm]
 */
public class GeneratedKey(public val handle: ByteArray, public val publicKey: ByteArray)

/** Why a key could not be used. */
public sealed class KeyException(message: String) : Exception(message) {
    /** The handle is not this store's. */
    public class UnknownKey : KeyException("the key store does not know this key")

    /** The platform wants the user verified first. */
    public class NotAuthorized : KeyException("the user has to be verified before the key is used")
}

/** Asks the person. */
public interface UserVerifier {
    /**
     * Shows [prompt] and waits for an answer. The coroutine is cancelled when nobody waits any more: the prompt
     * then goes off the screen. What this throws counts as a refusal.
     */
    public suspend fun ask(prompt: Prompt): Answer

    /** The workspace's rules have stopped a request: [text] says so in English. */
    public fun tell(workspace: String, text: String) {}
}

/** Time and randomness in place of the system's, for tests. */
public interface Seams {
    /** Milliseconds since some fixed start. */
    public fun nowMillis(): Long

    /** Seconds since 1970 began. */
    public fun unixSeconds(): Long

    /** So many random bytes. Everything is as secure as these. */
    public fun random(length: Int): ByteArray
}
