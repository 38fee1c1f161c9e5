#if canImport(CryptoKit) && canImport(LocalAuthentication) && canImport(Security)
    import CryptoKit
    import Foundation
    import LocalAuthentication
    import Security

    /// Keys in the Secure Enclave. Handles are the enclave's own sealed blobs, which no other device can use: nothing
    /// is kept in the keychain, and nothing is left of a deleted credential.
    ///
    /// A credential's key signs only with the authorization of a person who was verified, which
    /// ``LocalAuthenticationVerifier`` gives. They are lost when the device's passcode is removed. Simulators have no
    /// Secure Enclave: there, use `Authenticator(at:softwareKeysUnder:…)`.
    public struct SecureEnclaveKeyStore: KeyStore {
        private let access: SecAccessControlCreateFlags

        /// Whether this device has a Secure Enclave.
        public static var isAvailable: Bool { SecureEnclave.isAvailable }

        /// - Parameter biometryOnly: Whether a credential's key needs a face or finger that is enrolled now, so that
        ///   neither the passcode nor a newly enrolled one will do: all credentials are lost when one is enrolled.
        public init(biometryOnly: Bool = false) {
            access = biometryOnly ? .biometryCurrentSet : .userPresence
        }

        public var protection: KeyProtection { .secureElement }

        public func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
            guard algorithm == .es256 else { throw KeyStoreError.unsupportedAlgorithm }
            let control =
                switch role {
                case .credential:
                    try Self.control(kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly, [.privateKeyUsage, access])
                case .device: try Self.control(kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage)
                }
            let key = try SecureEnclave.P256.Signing.PrivateKey(accessControl: control)
            return GeneratedKey(handle: key.dataRepresentation, publicKey: key.publicKey.x963Representation)
        }

        public func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
            let context: LAContext
            if let given = authorization as? LocalAuthorization {
                context = given.context
            } else {
                context = LAContext()
                // No prompt of the system's own, about which the person has been told nothing.
                context.interactionNotAllowed = true
            }
            do {
                let key = try Self.ofThisDevice {
                    try SecureEnclave.P256.Signing.PrivateKey(
                        dataRepresentation: handle, authenticationContext: context)
                }
                return try key.signature(for: message).derRepresentation
            } catch is LAError {
                throw KeyStoreError.notAuthorized
            }
        }

        public func wrap(_ secret: Data) throws -> Data {
            let control = try Self.control(kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly, .privateKeyUsage)
            let key = try SecureEnclave.P256.KeyAgreement.PrivateKey(accessControl: control)
            var sender = try HPKE.Sender(recipientKey: key.publicKey, ciphersuite: Self.suite, info: Self.info)
            let sealed = try sender.seal(secret)
            return Wrapped(key: key.dataRepresentation, encapsulated: sender.encapsulatedKey, sealed: sealed).bytes
        }

        public func unwrap(_ wrapped: Data) throws -> Data {
            guard let wrapped = Wrapped(wrapped) else { throw KeyStoreError.unknownKey }
            return try Self.ofThisDevice {
                let key = try SecureEnclave.P256.KeyAgreement.PrivateKey(dataRepresentation: wrapped.key)
                var recipient = try HPKE.Recipient(
                    privateKey: key, ciphersuite: Self.suite, info: Self.info, encapsulatedKey: wrapped.encapsulated)
                return try recipient.open(wrapped.sealed)
            }
        }

        /// Opens what an enclave has sealed. Apple says nowhere what this enclave throws for another one's, as after a
        /// restore to a new device: anything but that it must not be used now.
        private static func ofThisDevice<Opened>(_ open: () throws -> Opened) throws -> Opened {
            do {
                return try open()
            } catch let error as LAError {
                throw error
            } catch let error as NSError where error.code == Int(errSecInteractionNotAllowed) {
                throw error
            } catch {
                throw KeyStoreError.unknownKey
            }
        }

        private static let suite = HPKE.Ciphersuite.P256_SHA256_AES_GCM_256
        private static let info = Data("Pocketkey store key".utf8)

        private static func control(
            _ accessible: CFString, _ flags: SecAccessControlCreateFlags
        ) throws -> SecAccessControl {
            var error: Unmanaged<CFError>?
            guard let control = SecAccessControlCreateWithFlags(nil, accessible, flags, &error) else {
                throw error.map { $0.takeRetainedValue() as any Error } ?? KeyStoreError.failed("no access control")
            }
            return control
        }
    }
#endif
