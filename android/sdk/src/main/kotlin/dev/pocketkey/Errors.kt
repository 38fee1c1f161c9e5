package dev.pocketkey

/** Whatever goes wrong, as a type of its own. */
public sealed class PocketkeyException(message: String, cause: Throwable? = null) : Exception(message, cause)

/** The authenticator is closed. */
public class ClosedException : PocketkeyException("the authenticator is closed")

/** Another request is running: try again when it is done. */
public class BusyException : PocketkeyException("the authenticator is serving another client")

/** Why an authenticator could not be opened. Nothing has been changed. */
public sealed class OpenException(message: String) : PocketkeyException(message) {
    /** The store was sealed by another key store. */
    public class WrongKey : OpenException("the store was sealed with another key: restore the key, or begin anew")

    /** The file is not one of ours, or cut short. */
    public class NotAStore(public val path: String) : OpenException("$path is not a whole Pocketkey store")

    /** A newer version made it. */
    public class NewerSchema(public val found: Int, public val known: Int) :
        OpenException("the store has schema version $found, this library knows up to $known: update the app")

    /** It is open already. */
    public class InUse : OpenException("the store is in use")

    /** The file system refused, or something stored is damaged. */
    public class Unreadable(public val reason: String) : OpenException("the store cannot be used: $reason")

    /** The key store failed. */
    public class KeyStoreFailed(public val reason: String) : OpenException("the key store failed: $reason")
}

/** Why a request was refused. */
public sealed class RequestException(message: String) : PocketkeyException(message) {
    /** It cannot be sent at all. */
    public class Invalid(public val what: String) : RequestException("$what is not possible")

    /** The person, or the platform, said no. */
    public class Declined : RequestException("the request was declined")

    /** Nobody answered. */
    public class TimedOut : RequestException("nobody answered the prompt in time")

    /** It was cancelled by [Authenticator.cancelAll]. */
    public class Cancelled : RequestException("the request was cancelled")

    /** No credential fits. */
    public class NoCredential : RequestException("there is no credential for this site")

    /** A credential of the exclude list is here. */
    public class AlreadyRegistered : RequestException("there is a credential for this account already")

    /** Anything else. @property status the status byte (CTAP 2.3 §8.2) @property statusName its name there */
    public class Failed(public val status: Int, public val statusName: String) :
        RequestException("the authenticator refused: $statusName")
}

/** Why the store could not be read or changed. */
public sealed class StoreException(message: String) : PocketkeyException(message) {
    /** The disk is full. */
    public class DiskFull : StoreException("the disk is full: make room and try again")

    /** The store cannot be written. */
    public class ReadOnly : StoreException("the store cannot be written")

    /** Something stored is damaged. */
    public class Damaged(public val reason: String) : StoreException("the store is damaged: $reason")

    /** The key store or the randomness failed. */
    public class Platform : StoreException("the platform failed")
}

/** Why a picture gave no activation link. @property reason what to tell the person, in English */
public class ScanException(public val reason: String) : PocketkeyException(reason)

/** Why the phone did not join its workspace, or was not told how it stands. */
public sealed class WorkspaceException(message: String) : PocketkeyException(message) {
    /** The link cannot be used, or its time is over. */
    public class BadLink(public val reason: String) : WorkspaceException(reason)

    /** The phone belongs to a workspace already, or to none. */
    public class WrongState(public val reason: String) : WorkspaceException(reason)

    /** Nothing came back. */
    public class Unreachable : WorkspaceException("the workspace cannot be reached: check the network connection")

    /** The workspace says no. @property problem a URN */
    public class Refused(public val problem: String) : WorkspaceException("the workspace refuses: $problem")

    /** The answer cannot be believed, or not be followed. */
    public class NotBelieved(public val reason: String) : WorkspaceException(reason)

    /** The person did not agree, or cannot be verified. */
    public class NotAgreed(public val reason: String) : WorkspaceException(reason)

    /** The platform failed. */
    public class Platform(public val reason: String) : WorkspaceException(reason)
}
