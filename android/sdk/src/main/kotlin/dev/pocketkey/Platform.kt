package dev.pocketkey

/**
 * Makes private keys and signs with them. Handles are the implementation's own, at most 2048 bytes.
 *
 * Calls come on the authenticator's dispatcher, one at a time, and may block for as long as the hardware takes: the
 * request that needs them waits. Whatever they throw fails the request; [KeyException] says why.
 */
public interface KeyStore {
    /** What it makes keys for; at least one. Asked once. */
    public val algorithms: List<Algorithm> get() = listOf(Algorithm.ES256)

    /** Where keys are, which the FIDO metadata says. Asked once. */
    public val protection: KeyProtection get() = KeyProtection.SOFTWARE

    /**
     * Whether an authorization is good for one key only (Android's `CryptoObject`), so that prompts must name it. Then
     * every signature that shows presence is asked for. Asked once.
     */
    public val bindsAuthorization: Boolean get() = false

    /** Makes a key pair for a role; it is durable, or contained in the handle, when this returns. */
    public fun generate(algorithm: Algorithm, role: KeyRole): GeneratedKey

    /**
     * Signs a message, not its hash.
     *
     * @param authorization what came with the person's consent; `null` where none did, or nobody was asked
     */
    public fun sign(handle: ByteArray, message: ByteArray, authorization: Any?): ByteArray

    /** Forgets a key. Nothing is to be done where handles contain their keys. */
    public fun delete(handle: ByteArray) {}

    /** Encrypts the store's own key, 32 bytes, so that only this platform can open it, without anybody there. */
    public fun wrap(secret: ByteArray): ByteArray

    /** Opens what [wrap] made; throws [KeyException.UnknownKey] where another platform did. */
    public fun unwrap(wrapped: ByteArray): ByteArray
}

/** What a key is for. */
public enum class KeyRole {
    /** A credential's: it signs for somebody who has agreed, and may need the platform's proof of that. */
    CREDENTIAL,

    /** The phone's own, toward its workspace: it signs check-ins, with nobody there. */
    DEVICE,
}

/** Where keys are. */
public enum class KeyProtection {
    /** In the app's memory, sooner or later. */
    SOFTWARE,

    /** In a trusted execution environment. */
    HARDWARE,

    /** In a chip of their own: StrongBox. */
    SECURE_ELEMENT,
}

/**
 * A new key pair.
 *
 * @property handle what [KeyStore.sign] will be called with, 1 to 2048 bytes
 * @property publicKey see [Algorithm]
 */
public class GeneratedKey(public val handle: ByteArray, public val publicKey: ByteArray)

/** Why a key could not be made or used. Anything else that a key store throws counts as a failure of it. */
public sealed class KeyException(message: String, cause: Throwable?) : Exception(message, cause) {
    /** The handle, or what is to be unwrapped, is not this store's. */
    public class UnknownKey(cause: Throwable? = null) : KeyException("the key store does not know this key", cause)

    /** The store makes no keys of this algorithm. */
    public class UnsupportedAlgorithm(cause: Throwable? = null) :
        KeyException("the key store does not support this algorithm", cause)

    /** The platform wants the user verified first. */
    public class NotAuthorized(cause: Throwable? = null) :
        KeyException("the user has to be verified before the key is used", cause)
}

/** Asks the person. */
public interface UserVerifier {
    /**
     * Shows [prompt] and waits for an answer. There is one prompt at a time. The coroutine is cancelled when nobody
     * waits any more: the prompt then goes off the screen. What this throws counts as a refusal.
     *
     * It begins on the thread that works for the request, and goes on on `Dispatchers.Default` once it has suspended.
     * Where it blocks its thread instead, its own request waits with it, and cannot be cancelled until then.
     */
    public suspend fun ask(prompt: Prompt): Answer

    /** The workspace's rules have stopped a request. It must return at once. */
    public fun tell(notice: Notice) {}
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
