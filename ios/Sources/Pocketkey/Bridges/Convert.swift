import Foundation

// The library's values and the API's: `lowered` goes into the library, initialisers come out of it.

extension Client {
    var lowered: FfiClient { FfiClient(transport: transport.lowered, channel: channel) }
}

extension Transport {
    var lowered: FfiTransport {
        switch self {
        case .usb: .usb
        case .nfc: .nfc
        case .ble: .ble
        case .hybrid: .hybrid
        case .platform: .internal
        }
    }

    init(_ transport: FfiTransport) {
        switch transport {
        case .usb: self = .usb
        case .nfc: self = .nfc
        case .ble: self = .ble
        case .hybrid: self = .hybrid
        case .internal: self = .platform
        }
    }
}

extension Algorithm {
    var lowered: FfiAlgorithm {
        switch self {
        case .es256: .es256
        case .edDSA: .edDsa
        }
    }

    init(_ algorithm: FfiAlgorithm) {
        switch algorithm {
        case .es256: self = .es256
        case .edDsa: self = .edDSA
        }
    }
}

extension Site {
    init(_ site: FfiSite) {
        self.init(id: site.id, name: site.name)
    }
}

extension Account {
    var lowered: FfiAccount { FfiAccount(name: name, displayName: displayName, id: id) }

    init(_ account: FfiAccount) {
        self.init(id: account.id, name: account.name, displayName: account.displayName)
    }
}

extension Credential {
    init(_ credential: FfiCredential) {
        id = credential.id
        site = Site(id: credential.rpId, name: credential.rpName)
        account = Account(credential.account)
        algorithm = Algorithm(credential.algorithm)
        switch credential.protect {
        case .uvOptional: protection = .uvOptional
        case .uvOptionalWithCredentialIdList: protection = .uvOptionalWithCredentialIDList
        case .uvRequired: protection = .uvRequired
        }
    }
}

extension LuminancePlane {
    var lowered: FfiLuminancePlane {
        // What cannot be a size, or a rotation, is one that the library refuses.
        FfiLuminancePlane(
            width: UInt32(clamping: width), height: UInt32(clamping: height), stride: UInt32(clamping: stride),
            pixels: pixels, rotation: UInt32(exactly: rotation) ?? .max)
    }
}

extension CreationRequest {
    var lowered: FfiCreationRequest {
        FfiCreationRequest(
            clientDataHash: clientDataHash, rpId: site.id, rpName: site.name, user: account.lowered,
            algorithms: algorithms.map(\.lowered), exclude: exclude, discoverable: discoverable, verify: verify)
    }
}

extension CreatedCredential {
    init(_ made: FfiCreatedCredential) {
        self.init(
            id: made.id, authenticatorData: made.authenticatorData, attestationObject: made.attestationObject,
            publicKey: made.publicKey)
    }
}

extension AssertionRequest {
    var lowered: FfiAssertionRequest {
        FfiAssertionRequest(clientDataHash: clientDataHash, rpId: rpID, allow: allow, verify: verify)
    }
}

extension Assertion {
    init(_ made: FfiAssertion) {
        self.init(
            credentialID: made.credentialId, authenticatorData: made.authenticatorData, signature: made.signature,
            account: made.user.map(Account.init))
    }
}

extension VerifierStatus {
    var lowered: FfiVerifierStatus {
        FfiVerifierStatus(builtInUv: builtIn, uvModality: modality, choosesAccount: choosesAccount)
    }
}

extension LogLevel {
    var lowered: FfiLogLevel {
        switch self {
        case .off: .off
        case .error: .error
        case .warning: .warning
        case .debug: .debug
        }
    }

    init(_ level: FfiLogLevel) {
        switch level {
        case .off: self = .off
        case .error: self = .error
        case .warning: self = .warning
        case .debug: self = .debug
        }
    }
}

extension CourierFailure {
    var lowered: FfiCourierFailure {
        switch self {
        case .noAnswer: .noAnswer
        case .timedOut: .timedOut
        case .notTheServer: .notTheServer
        }
    }

    init(_ failure: FfiCourierFailure) {
        switch failure {
        case .noAnswer: self = .noAnswer
        case .timedOut: self = .timedOut
        case .notTheServer: self = .notTheServer
        }
    }
}
