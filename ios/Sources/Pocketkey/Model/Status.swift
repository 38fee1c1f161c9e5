import Foundation

/// How the authenticator stands.
public struct Status: Sendable, Equatable {
    /// How its PIN stands.
    public let pin: PINStatus
    /// Failed attempts at built-in verification that are left: 5 at first.
    public let uvRetries: Int
    /// Whether every use needs verification.
    public let alwaysUV: Bool
    /// Whether CTAP1/U2F is served now.
    public let servesU2F: Bool
    /// How the phone stands with its workspace; `nil` where it belongs to none.
    public let membership: Membership?
}

/// How the client PIN stands.
public struct PINStatus: Sendable, Equatable {
    /// Whether one is set.
    public let isSet: Bool
    /// Wrong PINs that are left before only a reset helps: 8 at first.
    public let retries: Int
    /// Whether three wrong PINs in a row have blocked it until the next power cycle.
    public let isBlocked: Bool
    /// The shortest one that may be set, in Unicode code points.
    public let minLength: Int
    /// Whether it has to be changed before it counts again.
    public let mustChange: Bool
}

/// How the phone stands with a workspace.
public enum Membership: Sendable, Equatable {
    /// The phone is a key of it, as of the last check-in.
    case member(Member)
    /// It was, until the workspace revoked it at this time by its clock; nothing is left, and a reset forgets that too.
    case revoked(workspace: String, origin: String, at: Date)
}

/// A phone that is a key of a workspace, as of the last check-in.
public struct Member: Sendable, Equatable {
    /// The workspace's name.
    public let workspace: String
    /// Its origin, such as `https://keys.example`.
    public let origin: String
    /// The name of the user whose key the phone is.
    public let user: String
    /// Whether the key may be used.
    public let state: KeyState
    /// The version of the rules, which rises with each change.
    public let policyVersion: UInt64
    /// The rules that hold.
    public let rules: Rules
    /// What may be signed without a check-in; `nil`: nothing.
    public let grant: Grant?
    /// When the last check-in was answered, by the workspace's clock.
    public let lastCheckIn: Date

    /// Whether a key may be used.
    public enum KeyState: Sendable, Equatable {
        /// It may.
        case active
        /// Not now: the key, or its user, is suspended.
        case suspended
        /// Never again.
        case revoked
    }

    /// What is left for use without the workspace.
    public struct Grant: Sendable, Equatable {
        /// Signatures.
        public let left: Int
        /// Until when. It may be over.
        public let until: Date
    }
}

/// The rules of a workspace.
public struct Rules: Sendable, Equatable {
    /// Whether a request that comes through a network needs proof that the phone is near.
    public let bluetoothProximity: Bool
    /// What may be signed without asking the workspace; `nil`: nothing.
    public let offlineLogin: OfflineLogin?
    /// How the person is verified.
    public let verification: Verification

    /// How much may be signed before the phone has to check in again.
    public struct OfflineLogin: Sendable, Equatable {
        /// Signatures.
        public let uses: Int
        /// Days from the last check-in.
        public let days: Int
    }

    /// How the person is verified.
    public enum Verification: Sendable, Equatable {
        /// On the phone, by biometrics or screen lock, for every request.
        case onPhone
        /// By a tap on an NFC reader and a PIN typed on the computer.
        case readerTapAndPIN
    }
}

/// Who invites whom.
public struct WorkspaceInvitation: Sendable, Equatable {
    /// The workspace's name.
    public let workspace: String
    /// Its origin, such as `https://keys.example`: what tells it from one of the same name.
    public let origin: String
    /// The name of the user whose key the phone would be.
    public let user: String
}

/// The native library.
public struct Library: Sendable, Equatable {
    /// Its version, such as `0.1.0` (Semantic Versioning).
    public let version: String
    /// Whether it was built with `network`: where an app gives no courier, it then reaches a workspace by itself, over
    /// HTTPS with public trust or the pinned key, on a thread of its own and through no proxy.
    public let ownCourier: Bool
}

extension Authenticator {
    /// The library that all authenticators are of.
    public static var library: Library {
        let info = libraryInfo()
        return Library(version: info.version, ownCourier: info.network)
    }
}
