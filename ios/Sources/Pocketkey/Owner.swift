import Foundation

/// The owner's own access, beside every client. The app has made sure that it is the owner. What reads or writes the
/// disk, or calls the key store, does so on the caller's thread: it is not for the main actor.
extension Authenticator {
    /// How the authenticator stands: PIN, verification, workspace. Reads the disk, on the caller's thread.
    public func status() throws(PocketkeyError) -> Status {
        Status(try translated { try core.status() })
    }

    /// Every discoverable credential, by site and newest first. Reads the disk, on the caller's thread; the cost grows
    /// with their number.
    public func credentials() throws(PocketkeyError) -> [Credential] {
        try translated { try core.credentials() }.map(Credential.init)
    }

    /// Gives a credential's account other names, or none; `false` where there is none with this ID. Names are cut to
    /// 64 bytes of UTF-8. Writes the disk, on the caller's thread.
    @discardableResult
    public func rename(_ id: Data, name: String?, displayName: String?) throws(PocketkeyError) -> Bool {
        try translated { try core.renameCredential(id: id, name: name, displayName: displayName) }
    }

    /// Deletes a credential; `false` where there is none with this ID. Writes the disk and calls the key store, on the
    /// caller's thread.
    @discardableResult
    public func delete(_ id: Data) throws(PocketkeyError) -> Bool {
        try translated { try core.deleteCredential(id: id) }
    }

    /// Erases every credential, the PIN, all settings and the membership of a workspace. Writes the disk and calls the
    /// key store, on the caller's thread.
    public func reset() throws(PocketkeyError) {
        try translated { try core.reset() }
    }

    /// Allows built-in verification again after too many failed attempts, because the owner has passed the platform's
    /// own screen lock. Writes the disk, on the caller's thread.
    public func unblockUserVerification() throws(PocketkeyError) {
        try translated { try core.unblockUserVerification() }
    }

    /// Says what the platform's verification can do from now on.
    public func set(_ status: VerifierStatus) throws(PocketkeyError) {
        try translated { try core.setVerifierStatus(status: status.lowered) }
    }

    /// Sets how much comes as ``Event/log(_:_:)``: warnings and errors, unless it is told otherwise.
    public func set(_ level: LogLevel) throws(PocketkeyError) {
        try translated { try core.setLogLevel(level: level.lowered) }
    }

    /// Housekeeping for idle moments: takes an abandoned U2F prompt off the screen, and tidies the database's log.
    /// Writes the disk, on the caller's thread.
    public func idle() throws(PocketkeyError) {
        try translated { try core.idle() }
    }

    /// What taking a key out of its port does: whatever runs is cancelled, and tokens, PIN misses in a row and
    /// everything begun are forgotten. With a transport: only what came by it.
    public func powerCycle(_ transport: Transport? = nil) throws(PocketkeyError) {
        try translated { try core.powerCycle(transport: transport?.lowered) }
    }

    /// Whether a person is being asked now: what a transport's keepalives tell its client.
    public func isWaitingForUser() throws(PocketkeyError) -> Bool {
        try translated { try core.isWaitingForUser() }
    }

    /// The metadata statement (FIDO Metadata Statement 3.0) of this model on this platform, as JSON.
    public func metadata() throws(PocketkeyError) -> String {
        try translated { try core.metadata() }
    }
}
