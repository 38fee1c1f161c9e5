#if canImport(CryptoKit)
    import CryptoKit
    import Foundation
    import Pocketkey

    // README: a key store
    // For simulators, which have no Secure Enclave: the keys lie in their handles, and what seals the store beside it.
    struct PlainKeys: KeyStore {
        func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
            let key = P256.Signing.PrivateKey()
            return GeneratedKey(handle: key.rawRepresentation, publicKey: key.publicKey.x963Representation)
        }

        func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
            try P256.Signing.PrivateKey(rawRepresentation: handle).signature(for: message).derRepresentation
        }

        func wrap(_ secret: Data) throws -> Data { secret }
        func unwrap(_ wrapped: Data) throws -> Data { wrapped }
    }
    // README: end

    func verifies(_ point: Data, _ message: Data, _ signature: Data) -> Bool {
        guard let key = try? P256.Signing.PublicKey(x963Representation: point),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
        else { return false }
        return key.isValidSignature(signature, for: message)
    }
#endif
