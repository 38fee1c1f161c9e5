import Foundation

/// Carries letters to the workspace, over the app's own network. What comes back is signed: a courier needs no trust,
/// but a letter may hold an activation's ticket, which is for the workspace alone.
///
/// ``URLSessionCourier`` is one.
public protocol Courier: Sendable {
    /// Posts a letter (HTTP POST) and gives the reply, whatever its status. Redirects are not followed. The task is
    /// cancelled when nobody waits any more. ``CourierFailure`` says why there is no reply; anything else that is
    /// thrown counts as ``CourierFailure/noAnswer``.
    func post(_ letter: Letter) async throws -> CourierReply
}

/// What a courier carries.
public struct Letter: Sendable, Equatable {
    /// Where to: `https` or, for this very machine, `http`.
    public var url: URL
    /// SHA-256 (32 bytes) of the public key (SubjectPublicKeyInfo) that the server's certificate must have; then no
    /// public authority is asked. `nil`: the certificate must be publicly trusted.
    public var pin: Data?
    /// The body's media type.
    public var mediaType: String
    /// The body. No log is a place for it.
    public var body: Data
    /// How long the reply may take.
    public var timeout: Duration

    /// A letter, as tests of a courier need one.
    public init(url: URL, pin: Data? = nil, mediaType: String, body: Data, timeout: Duration = .seconds(10)) {
        self.url = url
        self.pin = pin
        self.mediaType = mediaType
        self.body = body
        self.timeout = timeout
    }
}

/// What came back.
public struct CourierReply: Sendable, Equatable {
    /// The HTTP status.
    public var status: UInt16
    /// The body. One longer than 64 KiB is no reply.
    public var body: Data

    /// A reply of this status and body.
    public init(status: UInt16, body: Data) {
        self.status = status
        self.body = body
    }
}

/// Why nothing came back.
public enum CourierFailure: Error, Sendable, Equatable {
    /// There is no network, or nobody at that address.
    case noAnswer
    /// There was no reply in time.
    case timedOut
    /// Somebody answered who cannot prove to be the server that was meant.
    case notTheServer
}
