import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Carries letters with `URLSession`: HTTPS with public trust or the pinned key, and HTTP to this very machine alone.
/// It follows no redirect, and keeps no cookie, no credential and no cache.
///
/// On Linux, Foundation does not let a program look at a server's certificate: a letter with a pin is refused there
/// (``CourierFailure/notTheServer``), and a certificate without public trust is ``CourierFailure/noAnswer``. On Apple's
/// systems App Transport Security may stand before a workspace whose certificate is its own: README.md says more.
public final class URLSessionCourier: Courier {
    /// A session for each kind of trust: its connections are proven in one way.
    private let sessions = Locked<[Data?: Session]>([:])

    /// A courier with connections of its own.
    public init() {}

    deinit {
        for session in sessions.with({ $0.values }) { session.urlSession.invalidateAndCancel() }
    }

    public func post(_ letter: Letter) async throws -> CourierReply {
        guard letter.url.scheme == "https" || (letter.url.scheme == "http" && letter.url.isOnThisMachine) else {
            throw CourierFailure.notTheServer
        }
        #if !canImport(Security)
            guard letter.pin == nil else { throw CourierFailure.notTheServer }
        #endif
        let session = sessions.with { sessions in
            if let session = sessions[letter.pin] { return session }
            let session = Session(pin: letter.pin)
            sessions[letter.pin] = session
            return session
        }
        return try await session.post(letter)
    }
}

extension URL {
    /// Whether its host is this very machine, as the library judges it.
    var isOnThisMachine: Bool {
        guard let host = host?.trimmingCharacters(in: CharacterSet(charactersIn: "[]")) else { return false }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host.hasSuffix(".localhost") || host == "::1" || isLoopback
    }
}

/// A `URLSession` and what it hears.
private struct Session: Sendable {
    let urlSession: URLSession
    private let exchanges: Exchanges

    init(pin: Data?) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        #if canImport(Security)
            configuration.tlsMinimumSupportedProtocolVersion = .TLSv12
        #endif
        exchanges = Exchanges(pin: pin)
        urlSession = URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    func post(_ letter: Letter) async throws -> CourierReply {
        var request = URLRequest(url: letter.url)
        request.httpMethod = "POST"
        request.httpBody = letter.body
        request.setValue(letter.mediaType, forHTTPHeaderField: "Content-Type")
        request.timeoutInterval = letter.timeout / .seconds(1)
        let task = urlSession.dataTask(with: request)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.begin(task.taskIdentifier, continuation)
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }
}

/// What is under way in a session, by the numbers of its tasks.
private final class Exchanges: NSObject, URLSessionDataDelegate, Sendable {
    typealias Continuation = CheckedContinuation<CourierReply, any Error>

    private struct Exchange {
        let continuation: Continuation
        var body = Data()
        var isTooLong = false
    }

    /// What a reply may have at most; the library refuses more.
    private static let maxReply = 64 * 1024

    private let pin: Data?
    private let open = Locked<[Int: Exchange]>([:])

    init(pin: Data?) {
        self.pin = pin
    }

    func begin(_ number: Int, _ continuation: Continuation) {
        open.with { $0[number] = Exchange(continuation: continuation) }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let goesOn = open.with { open in
            guard let length = open[dataTask.taskIdentifier]?.body.count else { return false }
            guard length + data.count <= Self.maxReply else {
                open[dataTask.taskIdentifier]?.isTooLong = true
                return false
            }
            open[dataTask.taskIdentifier]?.body.append(data)
            return true
        }
        if !goesOn { dataTask.cancel() }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = open.with({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        // On Linux, what was cancelled in the middle of its body ends without an error.
        if exchange.isTooLong {
            exchange.continuation.resume(throwing: CourierFailure.noAnswer)
        } else if let error {
            exchange.continuation.resume(throwing: CourierFailure(error))
        } else if let response = task.response as? HTTPURLResponse, let status = UInt16(exactly: response.statusCode) {
            exchange.continuation.resume(returning: CourierReply(status: status, body: exchange.body))
        } else {
            exchange.continuation.resume(throwing: CourierFailure.noAnswer)
        }
    }

    #if canImport(Security)
        func urlSession(
            _ session: URLSession, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
        ) {
            // Nothing but the server is to be believed: no name, no password, no certificate of the phone's.
            guard let trust = challenge.protectionSpace.serverTrust else {
                return completionHandler(.cancelAuthenticationChallenge, nil)
            }
            // Without a pin, the system judges the certificate.
            guard let pin else { return completionHandler(.performDefaultHandling, nil) }
            if isPinned(trust, pin) {
                completionHandler(.useCredential, URLCredential(trust: trust))
            } else {
                completionHandler(.cancelAuthenticationChallenge, nil)
            }
        }
    #endif
}

extension CourierFailure {
    /// What an error of `URLSession` is.
    fileprivate init(_ error: any Error) {
        switch (error as? URLError)?.code {
        case .timedOut?: self = .timedOut
        case .serverCertificateUntrusted?, .serverCertificateHasBadDate?, .serverCertificateHasUnknownRoot?,
            .serverCertificateNotYetValid?, .secureConnectionFailed?, .userCancelledAuthentication?:
            self = .notTheServer
        default: self = .noAnswer
        }
    }
}
