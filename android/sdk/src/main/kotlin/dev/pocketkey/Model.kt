package dev.pocketkey

/** The way by which a request reached the phone. */
public enum class Transport {
    /** CTAPHID: USB, or a Bluetooth HID profile. */
    USB,

    /** ISO 7816 over NFC. */
    NFC,

    /** Bluetooth Low Energy GATT. */
    BLE,

    /** A tunnel through the network: nothing is known of the client's distance. */
    HYBRID,

    /** The phone's own platform, as a passkey provider. */
    INTERNAL,
}

/** A signature algorithm. */
public enum class Algorithm {
    /** ECDSA with SHA-256 on P-256. Public keys: 65 bytes (04 ‖ x ‖ y); signatures: DER. */
    ES256,

    /** Ed25519. Public keys: 32 bytes; signatures: 64 bytes. */
    ED_DSA,
}

/**
 * Whose request it is: what one client has begun, another cannot continue.
 *
 * @property transport by which it came
 * @property channel which of the transport's conversations
 */
public data class Client(val transport: Transport = Transport.INTERNAL, val channel: Long = 0)

/**
 * A relying party, as the request names it.
 *
 * @property id the RP ID: a domain, or for U2F the hash of an AppID in hexadecimal
 * @property name what it calls itself; anybody can call himself anything
 */
public data class Site(val id: String, val name: String?)

/**
 * One account, as a person recognises it.
 *
 * @property id the relying party's own handle, at most 64 bytes
 * @property name such as an e-mail address
 * @property displayName such as a person's name
 */
public class Account(public val id: ByteArray, public val name: String?, public val displayName: String?) {
    override fun equals(other: Any?): Boolean =
        other is Account && id.contentEquals(other.id) && name == other.name && displayName == other.displayName

    override fun hashCode(): Int = id.contentHashCode()

    override fun toString(): String = "Account($name)"
}

/** What the request would do. */
public sealed class Operation {
    /**
     * Make a credential.
     *
     * @property site who asks
     * @property account for whom; `null` in U2F, which names no account
     * @property key the handle of the key that will sign, where the key store binds authorizations
     */
    public class Register(public val site: Site, public val account: Account?, public val key: ByteArray?) : Operation()

    /**
     * Nothing but presence, because a credential for this account exists already.
     *
     * @property site who asks
     */
    public class AlreadyRegistered(public val site: Site) : Operation()

    /**
     * Sign in with one of [accounts].
     *
     * @property site who asks
     * @property accounts to choose from, newest first, at most 8; empty where the credential names none
     * @property notListed how many there are besides: [Choice.Older] asks for them
     * @property keys the handles of the keys of which one will sign, in the order of the accounts
     */
    public class SignIn(
        public val site: Site,
        public val accounts: List<Account>,
        public val notListed: Long,
        public val keys: List<ByteArray>,
    ) : Operation()

    /**
     * Verify the user although there is no credential, so that a site does not learn it earlier.
     *
     * @property site who asks
     */
    public class NoCredential(public val site: Site) : Operation()

    /** Choose this authenticator among several. */
    public object Select : Operation()

    /**
     * Let a client have a token.
     *
     * @property permissions bits of CTAP 2.3 §6.5.5.7
     * @property site the only one that the token will be for, where the client named one
     */
    public class AllowToken(public val permissions: Int, public val site: Site?) : Operation()

    /**
     * Become a key of a workspace, which then may erase everything.
     *
     * @property workspace its name
     * @property origin where it is: what tells it from one of the same name
     * @property user whose key the phone would be
     * @property credentials how many discoverable credentials come under its rules
     */
    public class JoinWorkspace(
        public val workspace: String,
        public val origin: String,
        public val user: String,
        public val credentials: Long,
    ) : Operation()

    /** Erase every credential, the PIN and all settings. */
    public object Reset : Operation()
}

/**
 * What a person is asked to agree to.
 *
 * @property operation what will happen
 * @property transport over which the request came
 * @property needsVerification whether the owner has to be verified, or somebody's presence is enough
 * @property timeoutMillis how long the question is open; after that its coroutine is cancelled
 */
public class Prompt(
    public val operation: Operation,
    public val transport: Transport,
    public val needsVerification: Boolean,
    public val timeoutMillis: Long,
)

/** What a person chose from a list of accounts. */
public sealed class Choice {
    /**
     * One of the listed accounts.
     *
     * @property index counted from 0
     */
    public data class Listed(val index: Int) : Choice()

    /** None of these: list the next ones. */
    public object Older : Choice()
}

/** A person's answer. */
public sealed class Answer {
    /**
     * Agreement.
     *
     * @property verified whether the person was verified, not merely present
     * @property choice which account, where several are listed
     * @property authorization what the key store needs to see again before it signs: an unlocked
     *   `BiometricPrompt.CryptoObject`; it is handed to [KeyStore.sign] as it is
     */
    public class Consent(
        public val verified: Boolean,
        public val choice: Choice = Choice.Listed(0),
        public val authorization: Any? = null,
    ) : Answer()

    /**
     * No agreement.
     *
     * @property reason why
     */
    public class Refuse(public val reason: Refusal = Refusal.DECLINED) : Answer()
}

/** Why there is no agreement. */
public enum class Refusal {
    /** The person said no. */
    DECLINED,

    /** Nobody answered in time. */
    TIMED_OUT,

    /** Somebody answered who is not the owner: one failed attempt, which is counted. */
    NOT_VERIFIED,

    /** The platform has locked its own verification. */
    LOCKED,
}

/**
 * What the platform's user verification can do now.
 *
 * @property builtIn `null`: none; `false`: nothing enrolled; `true`: ready
 * @property modality the `USER_VERIFY_*` bits of the FIDO Registry §3.1
 * @property choosesAccount whether the person can choose among accounts on the phone
 */
public data class VerifierStatus(
    val builtIn: Boolean? = true,
    val modality: Int = 2,
    val choosesAccount: Boolean = true,
)

/**
 * A passkey to be made.
 *
 * @property clientDataHash SHA-256 of the client data, 32 bytes
 * @property site for whom
 * @property account whose it will be
 * @property algorithms what it may sign with, the most wanted first
 * @property exclude credentials of which none may be here already
 * @property discoverable whether it is found without its ID
 * @property verify whether the user has to be verified
 */
public class CreationRequest(
    public val clientDataHash: ByteArray,
    public val site: Site,
    public val account: Account,
    public val algorithms: List<Algorithm> = listOf(Algorithm.ES256),
    public val exclude: List<ByteArray> = emptyList(),
    public val discoverable: Boolean = true,
    public val verify: Boolean = true,
)

/**
 * A passkey that was made.
 *
 * @property id the credential ID
 * @property authenticatorData WebAuthn §6.1
 * @property attestationObject WebAuthn §6.5.4, CBOR
 * @property publicKey a COSE_Key
 */
public class CreatedCredential(
    public val id: ByteArray,
    public val authenticatorData: ByteArray,
    public val attestationObject: ByteArray,
    public val publicKey: ByteArray,
)

/**
 * A sign-in.
 *
 * @property clientDataHash SHA-256 of the client data, 32 bytes
 * @property rpId the RP ID
 * @property allow the credentials that will do; empty: any discoverable one
 * @property verify whether the user has to be verified
 */
public class AssertionRequest(
    public val clientDataHash: ByteArray,
    public val rpId: String,
    public val allow: List<ByteArray> = emptyList(),
    public val verify: Boolean = true,
)

/**
 * A signature.
 *
 * @property credentialId the credential that signed
 * @property authenticatorData what was signed, with the client data's hash after it
 * @property signature of both
 * @property account whose it is, where the credential is discoverable
 */
public class Assertion(
    public val credentialId: ByteArray,
    public val authenticatorData: ByteArray,
    public val signature: ByteArray,
    public val account: Account?,
)

/**
 * A discoverable credential, as its owner sees it.
 *
 * @property id the credential ID
 * @property site at which it signs in
 * @property account whose it is
 */
public class Credential(public val id: ByteArray, public val site: Site, public val account: Account)

/**
 * How the authenticator stands.
 *
 * @property pinIsSet whether a client PIN is set
 * @property pinRetries wrong PINs that are left
 * @property pinIsBlocked whether only a power cycle allows the next PIN
 * @property uvRetries failed attempts at built-in verification that are left
 * @property alwaysUv whether every use needs verification
 * @property membership the workspace; `null` where the phone belongs to none
 */
public class Status(
    public val pinIsSet: Boolean,
    public val pinRetries: Int,
    public val pinIsBlocked: Boolean,
    public val uvRetries: Int,
    public val alwaysUv: Boolean,
    public val membership: Membership?,
)

/** How the phone stands with a workspace. */
public sealed class Membership {
    /**
     * The phone is a key of it, as of the last check-in.
     *
     * @property workspace its name
     * @property origin where it is
     * @property user whose key the phone is
     * @property isActive `false` while the key is suspended
     * @property policyVersion rises with each change of the rules
     * @property readerTapAndPin whether a tap on an NFC reader and a PIN verify, not the phone
     * @property usesLeft signatures that need no check-in; `null`: each needs one
     */
    public data class Member(
        val workspace: String,
        val origin: String,
        val user: String,
        val isActive: Boolean,
        val policyVersion: Long,
        val readerTapAndPin: Boolean,
        val usesLeft: Long?,
    ) : Membership()

    /**
     * It was, until it was revoked; nothing is left.
     *
     * @property workspace its name
     * @property origin where it is
     */
    public data class Revoked(val workspace: String, val origin: String) : Membership()
}

/** Something that has happened. */
public sealed class Event {
    /** A request has begun. @property command its first byte */
    public data class Request(val transport: Transport, val command: Int) : Event()

    /** The person is asked. */
    public class Asked(public val prompt: Prompt) : Event()

    /** The person has agreed. */
    public data class Consented(val verified: Boolean) : Event()

    /** The person has not agreed. */
    public data class Refused(val reason: Refusal) : Event()

    /** A prompt was taken away before it was answered. */
    public object Withdrawn : Event()

    /** The workspace's rules have stopped a request. @property text what the person is told, in English */
    public data class Stopped(val workspace: String, val text: String) : Event()

    /** A request was answered. @property status the answer's first byte, 0 for success */
    public data class Answered(val transport: Transport, val command: Int, val status: Int) : Event()

    /** How the phone stands with its workspace has changed. */
    public data class MembershipChanged(val membership: Membership?) : Event()

    /** Everything was erased. */
    public object Erased : Event()

    /** Something for the app's log. */
    public data class Log(val level: LogLevel, val text: String) : Event()

    /** The collector was too slow. @property count how many events were left out */
    public data class Missed(val count: Long) : Event()
}

/** How much is logged. */
public enum class LogLevel {
    /** Nothing. */
    OFF,

    /** What failed. */
    ERROR,

    /** And what is odd. */
    WARNING,

    /** And what happens. */
    DEBUG,
}
