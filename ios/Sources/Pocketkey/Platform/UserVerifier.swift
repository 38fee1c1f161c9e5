import Foundation

/// Asks the person.
public protocol UserVerifier: Sendable {
    /// Shows a prompt and waits for the answer. The task is cancelled when nobody waits any more: the prompt then goes
    /// off the screen. What this throws counts as a refusal.
    ///
    /// From iOS 18 and macOS 15 on, it begins on the thread that works for the request: where it blocks that, as no
    /// asynchronous function should, its own request waits with it.
    func ask(_ prompt: Prompt) async throws -> Answer
    /// The workspace's rules have stopped a request: told, not asked.
    func tell(_ notice: Notice)
}

extension UserVerifier {
    /// Says nothing.
    public func tell(_ notice: Notice) {}
}

/// A person's answer.
public enum Answer: Sendable {
    /// Agreement. `verified`: the owner was verified, somebody was not merely present. `authorization`: what the key
    /// store needs to see again before it signs, such as an `LAContext`; it is handed to
    /// ``KeyStore/sign(_:with:authorization:)`` as it is.
    case consent(verified: Bool, choice: Choice = .listed(0), authorization: (any Sendable)? = nil)
    /// No agreement.
    case refuse(Refusal)
}

/// What a person chose from a list of accounts.
public enum Choice: Sendable, Equatable {
    /// The one at this place in the list, counted from 0.
    case listed(Int)
    /// None of these: list the next ones.
    case older
}

/// Why there is no agreement.
public enum Refusal: Sendable, Equatable {
    /// The person said no.
    case declined
    /// Nobody answered in time.
    case timedOut
    /// Somebody answered who is not the owner: one failed attempt, which is counted.
    case notVerified
    /// The platform has locked its own verification.
    case locked
}

/// What the platform's user verification can do now.
public struct VerifierStatus: Sendable, Equatable {
    /// `nil`: there is none; `false`: nothing is enrolled; `true`: ready.
    public var builtIn: Bool?
    /// The `USER_VERIFY_*` bits of the FIDO Registry §3.1; 0 where it does not verify.
    public var modality: UInt32
    /// Whether the person can choose among accounts on the phone.
    public var choosesAccount: Bool

    /// By default, a finger, ready.
    public init(builtIn: Bool? = true, modality: UInt32 = 2, choosesAccount: Bool = true) {
        self.builtIn = builtIn
        self.modality = modality
        self.choosesAccount = choosesAccount
    }
}

/// That the workspace's rules have stopped a request.
public struct Notice: Sendable, Equatable {
    /// The workspace's name.
    public let workspace: String
    /// Which rule.
    public let reason: Reason
    /// A whole English sentence for apps that have none of their own: what happened, and what to do.
    public let text: String

    /// Which rule of a workspace stops a request.
    public enum Reason: Sendable, Equatable {
        /// The key, or its user, is suspended.
        case suspended
        /// The key was revoked, and the phone erased.
        case revoked
        /// The workspace has to be asked before each use, and did not answer.
        case unreachable
        /// The workspace did not answer, and every use that it had granted is used up.
        case grantUsedUp
        /// The workspace did not answer, and the time that it had granted is over.
        case grantExpired
        /// The request came through a network, without proof that the phone is near.
        case notNear
        /// The workspace wants the phone on an NFC reader.
        case readerOnly
        /// The phone has not been put on the reader for this request, or too long ago.
        case noTap
        /// The workspace wants verification on the phone, where none is set up.
        case verificationNotSetUp
        /// The workspace has changed its rules while the request was running.
        case rulesChanged
    }
}
