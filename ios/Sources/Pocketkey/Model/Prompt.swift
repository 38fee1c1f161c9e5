import Foundation

/// What a person is asked to agree to.
public struct Prompt: Sendable, Equatable {
    /// What will happen.
    public let operation: Operation
    /// Over which transport the request came.
    public let transport: Transport
    /// Whether the owner has to be verified, or somebody's presence is enough.
    public let needsVerification: Bool
    /// How long it is open; after that its task is cancelled.
    public let timeout: Duration

    /// What the request would do.
    public enum Operation: Sendable, Equatable {
        /// Make a credential. `account` is `nil` in U2F, which names none; `key` is the handle of the one that will
        /// sign, where the key store binds authorizations.
        case register(at: Site, account: Account?, key: Data?)
        /// Nothing but presence: there is a credential for this account already.
        case alreadyRegistered(at: Site)
        /// Sign in with one of these accounts, newest first, at most 8; none where the credential names none.
        /// `notListed`: how many there are besides, for ``Choice/older``. `keys`: the handles of theirs.
        case signIn(at: Site, accounts: [Account], notListed: UInt64, keys: [Data])
        /// Verify the user although there is no credential, so that a site does not learn it earlier.
        case noCredential(at: Site)
        /// Choose this authenticator among several.
        case select
        /// Let a client have a token with these permissions (CTAP 2.3 §6.5.5.7), for this site where it named one.
        case allowToken(permissions: UInt8, at: Site?)
        /// Become a key of a workspace: its rules hold for everything on this phone from then on, and everything is
        /// erased when it revokes the key. `credentials`: how many there are already. `key`: as in `register`.
        case joinWorkspace(WorkspaceInvitation, rules: Rules, credentials: UInt64, key: Data?)
        /// Erase every credential, the PIN and all settings.
        case reset
    }
}
