import Foundation

/// What consents have authorized, by the numbers of their questions.
typealias Authorizations = Locked<[UInt64: any Sendable]>

/// The library, calling a key store.
final class KeyStoreBridge: FfiKeyStore {
    private let keys: any KeyStore
    private let authorizations: Authorizations

    init(_ keys: any KeyStore, _ authorizations: Authorizations) {
        self.keys = keys
        self.authorizations = authorizations
    }

    private func translate<T>(_ call: () throws -> T) throws -> T {
        do {
            return try call()
        } catch KeyStoreError.unknownKey {
            throw FfiKeyStoreError.UnknownKey
        } catch KeyStoreError.unsupportedAlgorithm {
            throw FfiKeyStoreError.UnsupportedAlgorithm
        } catch KeyStoreError.notAuthorized {
            throw FfiKeyStoreError.NotAuthorized
        } catch KeyStoreError.failed(let reason) {
            throw FfiKeyStoreError.Failed(reason: reason)
        } catch {
            throw FfiKeyStoreError.Failed(reason: "\(error)")
        }
    }

    func describe() throws -> FfiKeyStoreDescription {
        FfiKeyStoreDescription(
            algorithms: keys.algorithms.map(\.lowered), hardware: keys.protection != .software,
            secureElement: keys.protection == .secureElement, bindsAuthorization: keys.bindsAuthorization)
    }

    func generate(algorithm: FfiAlgorithm, role: FfiKeyRole) throws -> FfiGeneratedKey {
        try translate {
            let key = try keys.generate(Algorithm(algorithm), for: role == .device ? .device : .credential)
            return FfiGeneratedKey(handle: key.handle, publicKey: key.publicKey)
        }
    }

    func sign(handle: Data, message: Data, authorization: UInt64?) throws -> Data {
        let held = authorization.flatMap { number in authorizations.with { $0[number] } }
        return try translate { try keys.sign(message, with: handle, authorization: held) }
    }

    func delete(handle: Data) throws {
        try translate { try keys.delete(handle) }
    }

    func wrap(secret: Data) throws -> Data {
        try translate { try keys.wrap(secret) }
    }

    func unwrap(wrapped: Data) throws -> Data {
        try translate { try keys.unwrap(wrapped) }
    }
}
