package dev.pocketkey

import java.time.Instant

/**
 * How the authenticator stands.
 *
 * @property pin how its client PIN stands
 * @property uvRetries failed attempts at built-in verification that are left: 5 at first
 * @property alwaysUv whether every use needs verification
 * @property servesU2f whether CTAP1/U2F is served now
 * @property membership the workspace; `null` where the phone belongs to none
 */
public data class Status(
    val pin: PinStatus,
    val uvRetries: Int,
    val alwaysUv: Boolean,
    val servesU2f: Boolean,
    val membership: Membership?,
)

/**
 * How the client PIN stands.
 *
 * @property isSet whether there is one
 * @property retries wrong PINs that are left before only a reset helps: 8 at first
 * @property isBlocked whether three wrong ones in a row have blocked it until [Authenticator.powerCycle]
 * @property mustChange whether it has to be changed before it counts again
 * @property minLength the shortest that may be set, in Unicode code points
 */
public data class PinStatus(
    val isSet: Boolean,
    val retries: Int,
    val isBlocked: Boolean,
    val mustChange: Boolean,
    val minLength: Int,
)

/** How the phone stands with a workspace. */
public sealed class Membership {
    /** The workspace's name. */
    public abstract val workspace: String

    /** Where it is, such as `https://keys.example`. */
    public abstract val origin: String

    /**
     * The phone is a key of it, as of the last check-in.
     *
     * @property user whose key the phone is
     * @property state whether it may be used
     * @property policy the rules that hold
     * @property grant what may be signed without a check-in; `null`: nothing
     * @property lastCheckIn when the workspace last said so, by its own clock
     */
    public data class Member(
        override val workspace: String,
        override val origin: String,
        val user: String,
        val state: KeyState,
        val policy: Policy,
        val grant: Grant?,
        val lastCheckIn: Instant,
    ) : Membership()

    /**
     * It was, until it was revoked; nothing is left.
     *
     * @property at when the workspace said so, by its own clock
     */
    public data class Revoked(
        override val workspace: String,
        override val origin: String,
        val at: Instant,
    ) : Membership()
}

/** Whether a key may be used. */
public enum class KeyState {
    /** It may. */
    ACTIVE,

    /** Not now: the key, or its user, is suspended. */
    SUSPENDED,

    /** Never again. */
    REVOKED,
}

/**
 * What is left of a grant for use without the workspace.
 *
 * @property left signatures
 * @property until when; it may be over
 */
public data class Grant(val left: Long, val until: Instant)

/**
 * The rules of a workspace, as it has published them.
 *
 * @property version rises with each change
 * @property rules what they are
 */
public data class Policy(val version: Long, val rules: WorkspaceRules)

/**
 * What a workspace's rules are.
 *
 * @property bluetoothProximity whether a request that comes through a network needs proof that the phone is near
 * @property offlineLogin what may be signed without asking the workspace; `null`: nothing
 * @property verification how the person is verified
 */
public data class WorkspaceRules(
    val bluetoothProximity: Boolean,
    val offlineLogin: OfflineLogin?,
    val verification: Verification,
)

/**
 * How much may be signed before the phone has to check in again.
 *
 * @property uses signatures
 * @property days from the last check-in
 */
public data class OfflineLogin(val uses: Long, val days: Int)

/** How the person is verified. */
public enum class Verification {
    /** On the phone, by biometrics or screen lock, for every request. */
    ON_PHONE,

    /** By a tap on an NFC reader and a PIN typed on the computer. */
    READER_TAP_AND_PIN,
}

/**
 * Who invites whom.
 *
 * @property workspace its name
 * @property origin where it is: what tells it from one of the same name
 * @property user whose key the phone would be
 */
public data class WorkspaceInvitation(val workspace: String, val origin: String, val user: String)

/**
 * The native library.
 *
 * @property version its version, such as `0.1.0` (Semantic Versioning)
 * @property ownCourier whether it was built with `network`: where an app gives no courier, it then reaches a workspace
 *   by itself, over HTTPS with public trust or the pinned key, on a thread of its own and through no proxy
 */
public data class Library(val version: String, val ownCourier: Boolean)
