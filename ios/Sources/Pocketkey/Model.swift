import Foundation

/// Whose request it is: what one client has begun, another cannot continue.
public struct Requester: Sendable, Equatable {
    /// The way by which a request reached the phone.
    public enum Transport: Sendable, Equatable {
        /// CTAPHID: a cable, or a Bluetooth HID profile.
        case usb
        /// ISO 7816 over NFC.
        case nfc
        /// Bluetooth Low Energy GATT.
        case ble
        /// A tunnel through the network: nothing is known of the client's distance.
        case hybrid
        /// The phone's own platform, as a passkey provider.
        case platform
    }

    /// By which transport it came.
    public var transport: Transport
    /// Which of the transport's conversations.
    public var channel: UInt64

    /// A client; by default, the phone's own platform.
    public init(transport: Transport = .platform, channel: UInt64 = 0) {
        self.transport = transport
        self.channel = channel
    }
}

/// A signature algorithm.
public enum SignatureAlgorithm: Sendable, Equatable {
    /// ECDSA with SHA-256 on P-256. Public keys: 65 bytes (04 ‖ x ‖ y); signatures: DER.
    case es256
    /// Ed25519. Public keys: 32 bytes; signatures: 64 bytes.
    case edDsa
}

/// A relying party, as the request names it.
public struct RelyingParty: Sendable, Equatable {
    /// The RP ID: a domain, or for U2F the hash of an AppID in hexadecimal.
    public var id: String
    /// What it calls itself. Anybody can call himself anything.
    public var name: String?

    /// A relying party.
    public init(id: String, name: String? = nil) {
        self.id = id
        self.name = name
    }
}

/// One account, as a person recognises it.
public struct User: Sendable, Equatable {
    /// The relying party's own handle, at most 64 bytes.
    public var id: Data
    /// Such as an e-mail address.
    public var name: String?
    /// Such as a person's name.
    public var displayName: String?

    /// An account.
    public init(id: Data, name: String? = nil, displayName: String? = nil) {
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}

/// What a person is asked to agree to.
public struct Question: Sendable {
    /// What will happen.
    public enum Action: Sendable {
        /// Make a passkey. `key` is the handle of the one that will sign, where the key store binds authorizations.
        case register(RelyingParty, User?, key: Data?)
        /// Nothing but presence: there is a passkey for this account already.
        case alreadyRegistered(RelyingParty)
        /// Sign in with one of these accounts, newest first; `keys` are the handles of theirs.
        case signIn(RelyingParty, [User], notListed: UInt64, keys: [Data])
        /// Verify the user although there is no passkey, so that a site does not learn it earlier.
        case noCredential(RelyingParty)
        /// Choose this authenticator among several.
        case select
        /// Let a client have a token with these permissions (CTAP 2.3 §6.5.5.7).
        case allowToken(permissions: UInt8, RelyingParty?)
        /// Become a key of a workspace, which then may erase everything.
        case joinWorkspace(name: String, origin: String, user: String, credentials: UInt64)
        /// Erase everything.
        case reset
    }

    /// What will happen.
    public let action: Action
    /// Over which transport the request came.
    public let transport: Requester.Transport
    /// Whether the owner has to be verified, or somebody's presence is enough.
    public let needsVerification: Bool
    /// How long it is open; after that its task is cancelled.
    public let timeout: Duration
}

/// A person's answer.
public enum Reply: Sendable {
    /// Agreement. `account` is the place of the chosen one in the list. What the key store needs to see again
    /// before it signs, such as an `LAContext`, is handed to it as it is.
    case consent(verified: Bool, account: Int = 0, authorization: (any Sendable)? = nil)
    /// None of the listed accounts: list the next ones.
    case older
    /// No agreement.
    case refuse(Reason)

    /// Why there is no agreement.
    public enum Reason: Sendable, Equatable {
        /// The person said no.
        case declined
        /// Nobody answered in time.
        case timedOut
        /// Somebody answered who is not the owner: one failed attempt, which is counted.
        case notVerified
        /// The platform has locked its own verification.
        case locked
    }
}

/// What the platform's user verification can do now.
public struct VerificationStatus: Sendable, Equatable {
    /// `nil`: there is none; `false`: nothing is enrolled; `true`: ready.
    public var builtIn: Bool?
    /// The `USER_VERIFY_*` bits of the FIDO Registry §3.1.
    public var modality: UInt32
    /// Whether the person can choose among accounts on the phone.
    public var choosesAccount: Bool

    /// By default, a face or a finger, ready.
    public init(builtIn: Bool? = true, modality: UInt32 = 2, choosesAccount: Bool = true) {
        self.builtIn = builtIn
        self.modality = modality
        self.choosesAccount = choosesAccount
    }
}

/// A passkey that was made.
public struct CreatedPasskey: Sendable {
    /// The credential ID.
    public let id: Data
    /// The authenticator data (WebAuthn §6.1).
    public let authenticatorData: Data
    /// The attestation object (WebAuthn §6.5.4), CBOR.
    public let attestationObject: Data
    /// The public key as a COSE_Key.
    public let publicKey: Data
}

/// A signature.
public struct SignIn: Sendable {
    /// The credential that signed.
    public let credentialID: Data
    /// What was signed, with the client data's hash after it.
    public let authenticatorData: Data
    /// The signature.
    public let signature: Data
    /// Whose it is, where the credential is discoverable.
    public let user: User?
}

/// A discoverable credential, as its owner sees it.
public struct Passkey: Sendable, Equatable {
    /// The credential ID.
    public let id: Data
    /// At which site it signs in.
    public let site: RelyingParty
    /// Whose it is.
    public let user: User
}

/// How the authenticator stands.
public struct Standing: Sendable, Equatable {
    /// Whether a client PIN is set.
    public let pinIsSet: Bool
    /// Wrong PINs that are left.
    public let pinRetries: Int
    /// Failed attempts at built-in verification that are left.
    public let uvRetries: Int
    /// Whether every use needs verification.
    public let alwaysUV: Bool
    /// The workspace; `nil` where the phone belongs to none.
    public let workspace: WorkspaceStanding?
}

/// How the phone stands with a workspace.
public enum WorkspaceStanding: Sendable, Equatable {
    /// The phone is a key of it, as of the last check-in.
    case member(workspace: String, origin: String, user: String, isActive: Bool, policyVersion: UInt64)
    /// It was, until it was revoked; nothing is left.
    case revoked(workspace: String, origin: String)
}

/// Something that has happened.
public enum Happening: Sendable {
    /// A request has begun; `command` is its first byte.
    case request(Requester.Transport, command: UInt8)
    /// The person is asked.
    case asked(Question)
    /// The person has agreed.
    case consented(verified: Bool)
    /// The person has not agreed.
    case refused(Reply.Reason)
    /// A prompt was taken away before it was answered.
    case withdrawn
    /// The workspace's rules have stopped a request.
    case stopped(workspace: String, text: String)
    /// A request was answered; `status` is the answer's first byte, 0 for success.
    case answered(Requester.Transport, command: UInt8, status: UInt8)
    /// How the phone stands with its workspace has changed.
    case workspaceChanged(WorkspaceStanding?)
    /// Everything was erased.
    case erased
    /// Something for the app's log.
    case log(String)
    /// So many were left out.
    case missed(UInt64)
}

/// Whatever goes wrong.
public enum PocketkeyError: Error, Sendable, Equatable {
    /// The authenticator is closed.
    case closed
    /// Another request is running: try again when it is done.
    case busy
    /// The request was cancelled, by its task or by ``SecurityKey/cancelAll()``.
    case cancelled
    /// The person, or the platform, said no.
    case declined
    /// Nobody answered.
    case timedOut
    /// There is no passkey for this site.
    case noCredential
    /// There is a passkey for this account already.
    case alreadyRegistered
    /// The request cannot be sent at all.
    case invalid(String)
    /// The authenticator refused otherwise (CTAP 2.3 §8.2).
    case refused(status: UInt8, name: String)
    /// The store could not be opened.
    case open(OpenFailure)
    /// The store could not be read or changed.
    case store(String)
    /// The picture shows no activation link that can be used.
    case scan(String)
    /// The phone did not join its workspace, or was not told how it stands.
    case workspace(String)

    /// Why a store could not be opened. Nothing has been changed.
    public enum OpenFailure: Sendable, Equatable {
        /// It was sealed by another key store.
        case wrongKey
        /// The file is not one of ours, or cut short.
        case notAStore(String)
        /// A newer version made it.
        case newerSchema(found: UInt32, known: UInt32)
        /// It is open already.
        case inUse
        /// The file system refused, or something stored is damaged.
        case unreadable(String)
        /// The key store failed.
        case keyStore(String)
    }
}
