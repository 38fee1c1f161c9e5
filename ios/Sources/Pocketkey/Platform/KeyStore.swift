import Foundation

/// Makes private keys and signs with them. Handles are the implementation's own, at most 2048 bytes.
///
/// Calls come one at a time, on the thread that works on the request, and may block for as long as the hardware takes.
/// Whatever they throw fails the request; ``KeyStoreError`` says why.
public protocol KeyStore: Sendable {
    /// What it makes keys for. Asked once, when an authenticator is opened.
    var algorithms: [Algorithm] { get }
    /// Where its keys are. Asked once.
    var protection: KeyProtection { get }
    /// Whether an authorization is good for one key only, so that prompts must name the key. Asked once.
    var bindsAuthorization: Bool { get }
    /// Makes a key pair; it is durable, or contained in the handle, when this returns.
    func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey
    /// Signs a message, not its hash. `authorization` is what came with the person's consent.
    func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data
    /// Forgets a key.
    func delete(_ handle: Data) throws
    /// Encrypts the store's own key, 32 bytes, so that only this platform can open it, without anybody there.
    func wrap(_ secret: Data) throws -> Data
    /// Opens what ``wrap(_:)`` made.
    func unwrap(_ wrapped: Data) throws -> Data
}

extension KeyStore {
    /// ES256 alone, as the Secure Enclave does.
    public var algorithms: [Algorithm] { [.es256] }
    /// ``KeyProtection/software``.
    public var protection: KeyProtection { .software }
    /// No.
    public var bindsAuthorization: Bool { false }
    /// Nothing, for handles that contain their keys.
    public func delete(_ handle: Data) throws {}
}

/// Where keys are, as sites are told.
public enum KeyProtection: Sendable, Equatable {
    /// In the process.
    case software
    /// In a trusted execution environment.
    case trustedEnvironment
    /// In a chip of their own, such as the Secure Enclave.
    case secureElement
}

/// What a key is for.
public enum KeyRole: Sendable, Equatable {
    /// A credential's: it signs for somebody who has agreed, and may need the platform's proof of that.
    case credential
    /// The phone's own, toward its workspace: it signs check-ins, with nobody there.
    case device
}

/// A new key pair.
public struct GeneratedKey: Sendable, Equatable {
    /// What ``KeyStore/sign(_:with:authorization:)`` will be called with.
    public var handle: Data
    /// The public key, as ``Algorithm`` says.
    public var publicKey: Data

    /// A key pair of this handle and public key.
    public init(handle: Data, publicKey: Data) {
        self.handle = handle
        self.publicKey = publicKey
    }
}

/// Why a key could not be made or used.
public enum KeyStoreError: Error, Sendable, Equatable {
    /// The handle, or what is to be unwrapped, was not made by this store.
    case unknownKey
    /// The store makes no keys of this algorithm.
    case unsupportedAlgorithm
    /// The platform wants the user verified first.
    case notAuthorized
    /// Anything else, in English, for the log.
    case failed(String)
}
