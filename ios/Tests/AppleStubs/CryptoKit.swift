// Apple's declarations that this package uses, with nothing behind them: only to check types on Linux.
import Foundation
import LocalAuthentication
import Security

public struct SHA256Digest: Sendable {
    public static func == <D: DataProtocol>(lhs: Self, rhs: D) -> Bool { false }
}

public enum SHA256 {
    public static func hash<D: DataProtocol>(data: D) -> SHA256Digest { SHA256Digest() }
}

public enum P256 {
    public enum Signing {
        public struct PrivateKey: Sendable {
            public let rawRepresentation: Data
            public let publicKey: PublicKey
            public init(compactRepresentable: Bool = true) { fatalError() }
            public init<D: ContiguousBytes>(rawRepresentation: D) throws { fatalError() }
            public func signature<D: DataProtocol>(for data: D) throws -> ECDSASignature { fatalError() }
        }
        public struct PublicKey: Sendable {
            public let x963Representation: Data
            public init<D: ContiguousBytes>(x963Representation: D) throws { fatalError() }
            public func isValidSignature<D: DataProtocol>(_ signature: ECDSASignature, for data: D) -> Bool { false }
        }
        public struct ECDSASignature: Sendable {
            public let derRepresentation: Data
            public init<D: DataProtocol>(derRepresentation: D) throws { fatalError() }
        }
    }
    public enum KeyAgreement {
        public struct PublicKey: HPKEDiffieHellmanPublicKey {}
    }
}

public enum SecureEnclave {
    public static var isAvailable: Bool { false }

    public enum P256 {
        public enum Signing {
            public struct PrivateKey: Sendable {
                public let dataRepresentation: Data
                public let publicKey: CryptoKit.P256.Signing.PublicKey
                public init(
                    compactRepresentable: Bool = true, accessControl: SecAccessControl,
                    authenticationContext: LAContext? = nil
                ) throws { fatalError() }
                public init(dataRepresentation: Data, authenticationContext: LAContext? = nil) throws { fatalError() }
                public func signature<D: DataProtocol>(for data: D) throws -> CryptoKit.P256.Signing.ECDSASignature {
                    fatalError()
                }
            }
        }
        public enum KeyAgreement {
            public struct PrivateKey: HPKEDiffieHellmanPrivateKey {
                public let dataRepresentation: Data
                public let publicKey: CryptoKit.P256.KeyAgreement.PublicKey
                public init(
                    compactRepresentable: Bool = true, accessControl: SecAccessControl,
                    authenticationContext: LAContext? = nil
                ) throws { fatalError() }
                public init(dataRepresentation: Data, authenticationContext: LAContext? = nil) throws { fatalError() }
            }
        }
    }
}

public protocol HPKEDiffieHellmanPublicKey: Sendable {}
public protocol HPKEDiffieHellmanPrivateKey: Sendable {}

public enum HPKE {
    public struct Ciphersuite: Sendable {
        public static let P256_SHA256_AES_GCM_256 = Self()
    }
    public struct Sender {
        public let encapsulatedKey: Data
        public init<PK: HPKEDiffieHellmanPublicKey>(recipientKey: PK, ciphersuite: Ciphersuite, info: Data) throws {
            fatalError()
        }
        public mutating func seal<M: DataProtocol>(_ msg: M) throws -> Data { Data() }
    }
    public struct Recipient {
        public init<SK: HPKEDiffieHellmanPrivateKey>(
            privateKey: SK, ciphersuite: Ciphersuite, info: Data, encapsulatedKey: Data
        ) throws {
            fatalError()
        }
        public mutating func open<C: DataProtocol>(_ ciphertext: C) throws -> Data { Data() }
    }
}
