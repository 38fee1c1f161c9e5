import Foundation

/// Makes private keys and signs with them. Handles are the implementation's own, at most 2048 bytes.
///
/// Calls come one at a time, and may block for as long as the hardware takes. Whatever they throw fails the request;
/// ``KeyFailure`` says why.
public protocol KeyHolder: Sendable {
    /// What it makes keys for. Asked once.
    var algorithms: [SignatureAlgorithm] { get }
    /// Whether keys are in hardware. Asked once.
    var isHardware: Bool { get }
    /// Makes a key pair; it is durable, or contained in the handle, when this returns.
    func generate(_ algorithm: SignatureAlgorithm) throws -> (handle: Data, publicKey: Data)
    /// Signs a message, not its hash. `authorization` is what came with the person's consent.
    func sign(_ handle: Data, _ message: Data, authorization: (any Sendable)?) throws -> Data
    /// Forgets a key.
    func delete(_ handle: Data) throws
    /// Encrypts the store's own key, so that only this platform can open it, without anybody there.
    func wrap(_ secret: Data) throws -> Data
    /// Opens what ``wrap(_:)`` made.
    func unwrap(_ wrapped: Data) throws -> Data
}

extension KeyHolder {
    /// ES256 alone, as the Secure Enclave does.
    public var algorithms: [SignatureAlgorithm] { [.es256] }
    /// Not.
    public var isHardware: Bool { false }
    /// Nothing, for handles that contain their keys.
    public func delete(_ handle: Data) throws {}
}

/// Why a key could not be used.
public enum KeyFailure: Error, Sendable {
    /// The handle is not this store's.
    case unknownKey
    /// The platform wants the user verified first.
    case notAuthorized
}

/// Asks the person.
public protocol Person: Sendable {
    /// Shows a question and waits for the answer. The task is cancelled when nobody waits any more: the prompt then
    /// goes off the screen. What this throws counts as a refusal.
    func ask(_ question: Question) async throws -> Reply
    /// The workspace's rules have stopped a request: `text` says so in English.
    func tell(workspace: String, text: String)
}

extension Person {
    /// Says nothing.
    public func tell(workspace: String, text: String) {}
}
