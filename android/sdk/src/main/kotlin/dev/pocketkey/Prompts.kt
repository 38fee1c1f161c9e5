package dev.pocketkey

import kotlin.time.Duration

/** What the request would do. */
public sealed class Operation {
    /**
     * Make a credential.
     *
     * @property site who asks
     * @property account for whom; `null` in U2F, which names no account
     * @property key the handle of the key that will sign, where [KeyStore.bindsAuthorization]; else `null`
     */
    public class Register(public val site: Site, public val account: Account?, public val key: ByteArray?) : Operation()

    /**
     * Nothing but presence, because a credential for this account exists already.
     *
     * @property site who asks
     */
    public data class AlreadyRegistered(val site: Site) : Operation()

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
    public data class NoCredential(val site: Site) : Operation()

    /** Choose this authenticator among several. */
    public data object Select : Operation()

    /**
     * Let a client have a token, with which it may do more without asking again.
     *
     * @property permissions what it may
     * @property site the only one that the token will be for, where the client named one
     */
    public data class AllowToken(val permissions: Set<TokenPermission>, val site: Site?) : Operation()

    /**
     * Become a key of a workspace, which then may erase everything.
     *
     * @property invitation who invites whom
     * @property rules what will hold for everything on this phone
     * @property credentials how many discoverable credentials are here, and come under the rules too
     * @property key the handle of the key that will sign, where [KeyStore.bindsAuthorization]; else `null`
     */
    public class JoinWorkspace(
        public val invitation: WorkspaceInvitation,
        public val rules: WorkspaceRules,
        public val credentials: Long,
        public val key: ByteArray?,
    ) : Operation()

    /** Erase every credential, the PIN and all settings. */
    public data object Reset : Operation()
}

/** What a token lets its client do (CTAP 2.3 §6.5.5.7). */
public enum class TokenPermission(internal val bit: Int) {
    /** Make credentials. */
    MAKE_CREDENTIAL(0x01),

    /** Sign in. */
    GET_ASSERTION(0x02),

    /** List, change and delete credentials. */
    CREDENTIAL_MANAGEMENT(0x04),

    /** Manage fingerprints. */
    BIO_ENROLLMENT(0x08),

    /** Write large blobs. */
    LARGE_BLOB_WRITE(0x10),

    /** Change settings. */
    AUTHENTICATOR_CONFIGURATION(0x20),

    /** List credentials, again and again. */
    PERSISTENT_CREDENTIAL_MANAGEMENT_READ_ONLY(0x40),
}

/**
 * What a person is asked to agree to. All of it may be shown, but not the handles of keys.
 *
 * @property operation what will happen
 * @property transport over which the request came
 * @property needsVerification whether the owner has to be verified, or somebody's presence is enough
 * @property timeout how long the question is open; after that its coroutine is cancelled
 */
public class Prompt(
    public val operation: Operation,
    public val transport: Transport,
    public val needsVerification: Boolean,
    public val timeout: Duration,
)

/** What a person chose from a list of accounts. */
public sealed class Choice {
    /**
     * One of the listed accounts.
     *
     * @property index counted from 0; one that was not listed denies the request
     */
    public data class Listed(val index: Int) : Choice()

    /** None of these: list the next ones. It agrees to nothing yet. */
    public data object Older : Choice()
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
    public data class Refuse(val reason: Refusal = Refusal.DECLINED) : Answer()
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
 * @property verification whether it is there and set up
 * @property modalities how it verifies; the FIDO metadata says so
 * @property choosesAccount whether the person can choose among accounts on the phone
 */
public data class VerifierStatus(
    val verification: BuiltInVerification = BuiltInVerification.READY,
    val modalities: Set<Modality> = setOf(Modality.FINGERPRINT),
    val choosesAccount: Boolean = true,
)

/** How the platform's own verification stands. */
public enum class BuiltInVerification {
    /** There is none. */
    NONE,

    /** There is one, but no fingerprint, face or screen lock is set up. */
    NOT_SET_UP,

    /** It can be used. */
    READY,
}

/** A way to verify a user (`USER_VERIFY_*` of the FIDO Registry §3.1). */
public enum class Modality(internal val bit: Int) {
    /** A finger. */
    FINGERPRINT(0x02),

    /** A passcode: the screen lock's. */
    PASSCODE(0x04),

    /** A voice. */
    VOICEPRINT(0x08),

    /** A face. */
    FACEPRINT(0x10),

    /** An iris. */
    EYEPRINT(0x40),

    /** A drawn pattern. */
    PATTERN(0x80),

    /** A palm. */
    HANDPRINT(0x100),
}

/**
 * That the workspace's rules have stopped a request: told, not asked.
 *
 * @property workspace its name
 * @property reason which rule
 * @property text a whole English sentence for apps that have none of their own: what happened, and what to do
 */
public data class Notice(val workspace: String, val reason: NoticeReason, val text: String)

/** Which rule of a workspace stops a request. */
public enum class NoticeReason {
    /** The key, or its user, is suspended. */
    SUSPENDED,

    /** The key was revoked, and the phone erased. */
    REVOKED,

    /** The workspace has to be asked before each use, and did not answer. */
    UNREACHABLE,

    /** The workspace did not answer, and every use that it had granted is used up. */
    GRANT_USED_UP,

    /** The workspace did not answer, and the time that it had granted is over. */
    GRANT_EXPIRED,

    /** The request came through a network, without proof that the phone is near. */
    NOT_NEAR,

    /** The workspace wants the phone on an NFC reader. */
    READER_ONLY,

    /** The phone has not been put on the reader for this request, or too long ago. */
    NO_TAP,

    /** The workspace wants verification on the phone, where none is set up. */
    VERIFICATION_NOT_SET_UP,

    /** The workspace has changed its rules while the request was running. */
    RULES_CHANGED,
}
