import Foundation

/// Whatever goes wrong. `errorDescription` says it in English, and what to do next.
public enum PocketkeyError: Error, Sendable, Equatable {
    /// The authenticator, or the link, is closed.
    case closed
    /// Another request is running: try again when it is done.
    case busy
    /// The request was cancelled, by its task or by ``Authenticator/cancelAll()``.
    case cancelled
    /// The person, or the platform, said no.
    case declined
    /// Nobody answered.
    case timedOut
    /// No credential fits.
    case noCredential
    /// A credential for this account is here already.
    case alreadyRegistered
    /// The key store makes keys of none of these algorithms.
    case unsupportedAlgorithm
    /// There is no room for another passkey.
    case storeFull
    /// The workspace's rules have stopped the request.
    case stopped(Notice)
    /// The request cannot be sent at all.
    case invalid(String)
    /// The authenticator refused otherwise (CTAP 2.3 §8.2).
    case refused(status: UInt8, name: String)
    /// The library itself has failed: please report what it says.
    case fault(String)
    /// The store could not be opened. Nothing has been changed.
    case open(OpenFailure)
    /// The store could not be read or changed.
    case store(StoreFailure)
    /// The picture shows no activation link that can be used.
    case scan(ScanFailure)
    /// The phone did not join its workspace, or was not told how it stands.
    case workspace(WorkspaceFailure)
    /// A link's frame was not taken.
    case link(LinkFailure)
}

/// Why a store could not be opened.
public enum OpenFailure: Sendable, Equatable {
    /// It was sealed by another key store, or under a key that is gone.
    case wrongKey
    /// The file is not one of ours.
    case notAStore(path: String)
    /// The file ends before its last page.
    case truncated(path: String)
    /// A newer version made it.
    case newerSchema(found: UInt32, known: UInt32)
    /// It is open already. A closed authenticator lets go of its file when the calls that ran have returned.
    case inUse
    /// The file system refused: no such folder, nothing may be written, or no room is left.
    case fileSystem(String)
    /// Something in it cannot be read.
    case damaged(String)
    /// The key store could not describe itself, or not wrap or unwrap the store's key.
    case keyStore(String)
}

/// Why a store could not be read or changed.
public enum StoreFailure: Sendable, Equatable {
    /// The disk is full.
    case diskFull
    /// The file or its file system cannot be written.
    case readOnly
    /// Something stored was altered, or the disk failed.
    case damaged(String)
    /// The key store, or the source of randomness, failed.
    case platform
}

/// Why a picture gave no activation link.
public enum ScanFailure: Sendable, Equatable {
    /// Its sizes do not fit together, or are more than is looked at.
    case notAPicture
    /// No QR code.
    case nothingFound
    /// Something that looks like a QR code, but cannot be read.
    case unreadable
    /// QR codes, none of which is an activation link that can be used.
    case somethingElse(String)
    /// So many activation links that differ.
    case several(Int)
}

/// Why a phone did not become a key, or was not told how it stands.
public enum WorkspaceFailure: Sendable, Equatable {
    /// The text is no activation link, or a damaged one.
    case link(String)
    /// The link's time is over.
    case expired
    /// The phone belongs to a workspace, or was revoked by one: a reset comes first.
    case alreadyBound
    /// The phone belongs to no workspace.
    case notAMember
    /// No activation has been begun.
    case nothingPending
    /// The workspace has revoked this key already.
    case revoked
    /// Nothing came back. What held before still holds; an activation's link goes on.
    case unreachable(CourierFailure)
    /// The workspace says no: a URN such as `urn:pocketkey:problem:ticket-used`.
    case refused(problem: String)
    /// What came back is not from the workspace that was meant, or not about this.
    case notBelieved(String)
    /// The workspace wants what this phone cannot do.
    case notPossible(String)
    /// Nobody can be verified: no screen lock, no biometrics.
    case verificationNotSetUp
    /// The person did not agree in time, or was not verified.
    case notAgreed
    /// The key store, the source of randomness or the store failed.
    case platform(String)
}

/// Why a link's frame was not taken.
public enum LinkFailure: Sendable, Equatable {
    /// It has another length.
    case wrongLength(expected: Int, found: Int)
    /// Somebody else is waiting for this link's next frame.
    case inUse
}
