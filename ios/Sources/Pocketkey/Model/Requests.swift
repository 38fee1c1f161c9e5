import Foundation

/// A passkey to be made (authenticatorMakeCredential).
public struct CreationRequest: Sendable, Equatable {
    /// SHA-256 of the client data, 32 bytes.
    public var clientDataHash: Data
    /// For whom.
    public var site: Site
    /// Whose it will be; its `id` is 1 to 64 bytes.
    public var account: Account
    /// What it may sign with, the most wanted first.
    public var algorithms: [Algorithm]
    /// Credentials of which none may be here already.
    public var exclude: [Data]
    /// Whether it is found without its ID.
    public var discoverable: Bool
    /// Whether the user has to be verified.
    public var verify: Bool

    /// By default, a discoverable ES256 passkey, with the user verified.
    public init(
        clientDataHash: Data, site: Site, account: Account, algorithms: [Algorithm] = [.es256], exclude: [Data] = [],
        discoverable: Bool = true, verify: Bool = true
    ) {
        self.clientDataHash = clientDataHash
        self.site = site
        self.account = account
        self.algorithms = algorithms
        self.exclude = exclude
        self.discoverable = discoverable
        self.verify = verify
    }
}

/// A passkey that was made.
public struct CreatedCredential: Sendable, Equatable {
    /// The credential ID.
    public let id: Data
    /// The authenticator data (WebAuthn §6.1).
    public let authenticatorData: Data
    /// The attestation object (WebAuthn §6.5.4), CBOR.
    public let attestationObject: Data
    /// The public key as a COSE_Key.
    public let publicKey: Data
}

/// A sign-in (authenticatorGetAssertion).
public struct AssertionRequest: Sendable, Equatable {
    /// SHA-256 of the client data, 32 bytes.
    public var clientDataHash: Data
    /// The RP ID.
    public var rpID: String
    /// The credentials that will do; empty: any discoverable one.
    public var allow: [Data]
    /// Whether the user has to be verified.
    public var verify: Bool

    /// By default, with any discoverable credential, and the user verified.
    public init(clientDataHash: Data, rpID: String, allow: [Data] = [], verify: Bool = true) {
        self.clientDataHash = clientDataHash
        self.rpID = rpID
        self.allow = allow
        self.verify = verify
    }
}

/// A signature.
public struct Assertion: Sendable, Equatable {
    /// The credential that signed.
    public let credentialID: Data
    /// What was signed, with the client data's hash after it.
    public let authenticatorData: Data
    /// The signature of both.
    public let signature: Data
    /// Whose it is, where the credential is discoverable. Names come after verification only.
    public let account: Account?
}
