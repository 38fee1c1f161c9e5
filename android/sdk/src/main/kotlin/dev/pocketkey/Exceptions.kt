package dev.pocketkey

/** Whatever goes wrong, as a type of its own. Messages are English, for developers. */
public sealed class PocketkeyException(message: String, cause: Throwable? = null) : Exception(message, cause)

/** The authenticator, or the link, is closed. */
public class ClosedException : PocketkeyException("the authenticator is closed")

/** Another request is running: try again when it is done. */
public class BusyException : PocketkeyException("the authenticator is serving another client")

/**
 * The library itself has failed: please report it.
 *
 * @property reason what it says
 */
public class InternalException(public val reason: String) : PocketkeyException("a fault of the library: $reason")

/** Why an authenticator could not be opened. Nothing has been changed. */
public sealed class OpenException(message: String) : PocketkeyException(message) {
    /** The store was sealed by another key store, or under a key that is gone. */
    public class WrongKey : OpenException("the store was sealed with another key: restore the key, or begin anew")

    /**
     * The file is not one of ours.
     *
     * @property path the file
     */
    public class NotAStore(public val path: String) : OpenException("$path is not a Pocketkey store")

    /**
     * The file ends before its last page.
     *
     * @property path the file
     */
    public class Truncated(public val path: String) : OpenException("$path is cut short: restore it, or begin anew")

    /**
     * A newer version made it.
     *
     * @property found the version in the file
     * @property known the newest that is understood
     */
    public class NewerSchema(public val found: Int, public val known: Int) :
        OpenException("the store has schema version $found, this library knows up to $known: update the app")

    /** It is open already, in this process or another. */
    public class InUse : OpenException("the store is in use: close the authenticator that has it")

    /**
     * The file system refused: no such folder, nothing may be written, or no room is left.
     *
     * @property reason what it says
     */
    public class Unreadable(public val reason: String) : OpenException("the store's file cannot be used: $reason")

    /**
     * Something in it cannot be read.
     *
     * @property reason what is wrong
     */
    public class Damaged(public val reason: String) : OpenException("the store is damaged: $reason")

    /**
     * The key store could not say what it is, or not wrap or unwrap the store's key.
     *
     * @property reason what it says
     */
    public class KeyStoreFailed(public val reason: String) : OpenException("the key store failed: $reason")
}

/** Why a request was refused. */
public sealed class RequestException(message: String) : PocketkeyException(message) {
    /**
     * It cannot be sent at all.
     *
     * @property what which part of it
     */
    public class Invalid(public val what: String) : RequestException("$what is not possible")

    /**
     * The person, or the platform, said no; or too many attempts at verification have failed, which [Status.uvRetries]
     * tells.
     */
    public class Declined : RequestException("the request was declined")

    /** Nobody answered. */
    public class TimedOut : RequestException("nobody answered the prompt in time")

    /** It was cancelled by [Authenticator.cancelAll] or [Authenticator.powerCycle]. */
    public class Cancelled : RequestException("the request was cancelled")

    /** No credential fits. */
    public class NoCredential : RequestException("there is no credential for this site")

    /** A credential of the exclude list is here. */
    public class AlreadyRegistered : RequestException("there is a credential for this account already")

    /** None of the algorithms is offered. */
    public class UnsupportedAlgorithm : RequestException("the key store makes no keys of these algorithms")

    /** There is no room for another credential. */
    public class StoreFull : RequestException("there is no room for another passkey: make room, or delete one")

    /**
     * The workspace's rules have stopped it.
     *
     * @property notice which rule, and what to do
     */
    public class Stopped(public val notice: Notice) : RequestException(notice.text)

    /**
     * Anything else.
     *
     * @property status the status byte (CTAP 2.3 §8.2)
     * @property statusName its name there
     */
    public class Failed(public val status: Int, public val statusName: String) :
        RequestException("the authenticator refused: $statusName")
}

/** Why the store could not be read or changed. */
public sealed class StoreException(message: String) : PocketkeyException(message) {
    /** The disk is full. */
    public class DiskFull : StoreException("the disk is full: make room and try again")

    /** The file or its file system cannot be written. */
    public class ReadOnly : StoreException("the store cannot be written")

    /**
     * Something stored was altered, or the disk failed.
     *
     * @property reason what is wrong
     */
    public class Damaged(public val reason: String) : StoreException("the store is damaged: $reason")

    /** The key store or the randomness failed. */
    public class Platform : StoreException("the platform's key store or randomness failed")
}

/** Why a picture gave no activation link. */
public sealed class ScanException(message: String) : PocketkeyException(message) {
    /** Its sizes do not fit together, or are more than is looked at. */
    public class NotAPicture : ScanException("this is not a picture that can be looked at")

    /** No QR code. */
    public class NothingFound : ScanException("no QR code was found: show all of it, larger and in better light")

    /** Something that looks like a QR code. */
    public class Unreadable : ScanException("a QR code was found that cannot be read: come closer and hold still")

    /**
     * A QR code that is no activation link, or one that cannot be used.
     *
     * @property reason why
     */
    public class SomethingElse(public val reason: String) : ScanException(reason)

    /**
     * Activation links that differ.
     *
     * @property count how many
     */
    public class Several(public val count: Int) :
        ScanException("the picture shows $count different activation codes: show only one")
}

/** Why a link's frames were not taken. */
public sealed class LinkException(message: String) : PocketkeyException(message) {
    /**
     * A frame has another length.
     *
     * @property expected what it must have
     * @property found what it has
     */
    public class WrongLength(public val expected: Int, public val found: Int) :
        LinkException("a frame has $expected bytes, not $found")

    /** Somebody else is waiting for this link's next frame. */
    public class InUse : LinkException("the link is driven by somebody else")
}

/** Why the phone did not join its workspace, or was not told how it stands. */
public sealed class WorkspaceException(message: String) : PocketkeyException(message) {
    /**
     * The text is no activation link, or a damaged one.
     *
     * @property reason why
     */
    public class BadLink(public val reason: String) : WorkspaceException(reason)

    /** The link's time is over. */
    public class Expired : WorkspaceException("this code has expired: ask the administrator for a new one")

    /** The phone belongs to a workspace, or was revoked by one: [Authenticator.reset] comes first. */
    public class AlreadyMember : WorkspaceException("the phone belongs to a workspace already: reset it first")

    /** The phone belongs to no workspace. */
    public class NotAMember : WorkspaceException("the phone belongs to no workspace")

    /** No activation was begun. */
    public class NothingPending : WorkspaceException("no activation has been begun")

    /** The workspace has revoked this key already. */
    public class Revoked : WorkspaceException("the workspace has revoked this key already")

    /**
     * Nothing came back; the same link goes on where it stopped.
     *
     * @property failure what the courier says
     */
    public class Unreachable(public val failure: CourierFailure) : WorkspaceException(
        when (failure) {
            CourierFailure.NO_ANSWER -> "the workspace cannot be reached: check the network connection"
            CourierFailure.TIMED_OUT -> "the workspace did not answer in time: try again"
            CourierFailure.NOT_THE_SERVER -> "somebody else answers in the workspace's place: try another network"
        },
    )

    /**
     * The workspace says no.
     *
     * @property problem a URN, such as `urn:pocketkey:problem:ticket-used`
     */
    public class Refused(public val problem: String) : WorkspaceException("the workspace refuses: $problem")

    /**
     * The answer is not the workspace's, or not about this.
     *
     * @property reason why
     */
    public class NotBelieved(public val reason: String) : WorkspaceException(reason)

    /**
     * The workspace wants what this phone cannot do.
     *
     * @property reason what
     */
    public class NotPossible(public val reason: String) : WorkspaceException(reason)

    /** Nobody can be verified: no screen lock, no biometrics. */
    public class VerificationNotSetUp : WorkspaceException("set up a screen lock or biometrics first")

    /** The person did not agree in time, or was not verified. */
    public class NotAgreed : WorkspaceException("nobody agreed in time")

    /** It was cancelled by [Authenticator.cancelAll] or [Authenticator.powerCycle]. */
    public class Cancelled : WorkspaceException("the call was cancelled")

    /**
     * The key store, the randomness or the store failed.
     *
     * @property reason which
     */
    public class Platform(public val reason: String) : WorkspaceException(reason)
}
