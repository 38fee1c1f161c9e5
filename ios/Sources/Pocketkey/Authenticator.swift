import Foundation

/// An authenticator on a store: makes passkeys and signs in with them.
///
/// It serves one request at a time: others get ``PocketkeyError/busy`` at once. Cancelling the task of a request cancels
/// the request. Everything may be called from anywhere; what is not `async` works on the caller's thread, and may read
/// the disk and call the key store there. After ``close()``, everything throws ``PocketkeyError/closed``.
public final class Authenticator: Sendable {
    let core: FfiAuthenticator
    let prompts: VerifierBridge
    let authorizations: Authorizations
    private let eventBridge: EventBridge?
    private let lastCall = Locked<UInt64>(0)

    /// What happens, for one reader. At most 256 events wait for it; whoever is slower hears how many were left out
    /// (``Event/missed(_:)``). Ended at once where it was not asked for.
    public let events: AsyncStream<Event>

    /// Opens the store in a file, or makes one. It reads and writes the disk, and asks the key store.
    ///
    /// - Parameters:
    ///   - file: In a folder that exists; `nil`: in memory.
    ///   - keyStore: Makes and keeps the private keys, and seals the store.
    ///   - verifier: Asks the person.
    ///   - status: What the platform's verification can do now; later, ``set(_:)`` says so.
    ///   - courier: The way to a workspace. `nil`: the library's own where it was built with one
    ///     (``Library/ownCourier``); else a phone that belongs to a workspace does not reach it.
    ///   - seams: Time and randomness in place of the system's, for tests.
    ///   - withEvents: Whether ``events`` are wanted; they cost a thread.
    /// - Throws: ``PocketkeyError/open(_:)``; then nothing has been changed.
    public convenience init(
        at file: URL?, keyStore: any KeyStore, verifier: any UserVerifier, status: VerifierStatus = VerifierStatus(),
        courier: (any Courier)? = nil, seams: (any Seams)? = nil, withEvents: Bool = false
    ) throws(PocketkeyError) {
        let authorizations = Authorizations([:])
        let keys = KeyStoreBridge(keyStore, authorizations)
        try self.init(file, keys, authorizations, verifier, status, courier, seams, withEvents)
    }

    /// The same with the library's own key store, whose keys are sealed under `root`, 32 bytes: for simulators and
    /// tests. Whoever has `root` and the file has the keys.
    public convenience init(
        at file: URL?, softwareKeysUnder root: Data, verifier: any UserVerifier,
        status: VerifierStatus = VerifierStatus(), courier: (any Courier)? = nil, seams: (any Seams)? = nil,
        withEvents: Bool = false
    ) throws(PocketkeyError) {
        let keys: any FfiKeyStore
        do {
            keys = try softwareKeyStore(root: root)
        } catch FfiKeyStoreError.Failed(let reason) {
            throw .open(.keyStore(reason))
        } catch {
            throw .open(.keyStore("\(error)"))
        }
        try self.init(file, keys, Authorizations([:]), verifier, status, courier, seams, withEvents)
    }

    init(
        _ file: URL?, _ keys: any FfiKeyStore, _ authorizations: Authorizations, _ verifier: any UserVerifier,
        _ status: VerifierStatus, _ courier: (any Courier)?, _ seams: (any Seams)?, _ withEvents: Bool
    ) throws(PocketkeyError) {
        let prompts = VerifierBridge(verifier, authorizations)
        let letters = courier.map { CourierBridge($0) }
        let eventBridge = withEvents ? EventBridge() : nil
        let core = try translated {
            try FfiAuthenticator.open(
                place: file.map { .file(path: $0.path) } ?? .memory, keyStore: keys, verifier: prompts,
                verifierStatus: status.lowered, listener: eventBridge,
                seams: FfiSeams(
                    clock: seams.map { ClockBridge($0) }, random: seams.map { RandomBridge($0) }, courier: letters))
        }
        // Weak: what the library holds must not keep its own authenticator.
        prompts.answers.to { [weak core] question, answer in try core?.give(answer, to: question) }
        letters?.replies.to { [weak core] letter, reply in try core?.deliver(letter: letter, reply: reply) }
        self.core = core
        self.prompts = prompts
        self.authorizations = authorizations
        self.eventBridge = eventBridge
        events = eventBridge?.stream ?? AsyncStream { $0.finish() }
    }

    deinit {
        close()
    }

    /// Ends whatever runs, which throws ``PocketkeyError/closed``, and makes this unusable. It does not wait.
    public func close() {
        try? core.end()
        eventBridge?.finish()
    }

    /// Runs a CTAP2 request: a command byte and its CBOR in (at most 7609 bytes), a status byte and the answer's CBOR
    /// out.
    public func ctap2(_ request: Data, from client: Client = Client()) async throws(PocketkeyError) -> Data {
        try await call { [core] number in
            try await core.beginCtap2(
                call: FfiMessageCall(call: number, client: client.lowered, message: request)
            ).answer
        }
    }

    /// Runs a U2F raw message. It never waits for a person: until somebody has agreed the answer is 6985, and the
    /// client asks again.
    public func u2f(_ apdu: Data, from client: Client = Client()) async throws(PocketkeyError) -> Data {
        try await call { [core] number in
            try await core.beginU2f(
                call: FfiMessageCall(call: number, client: client.lowered, message: apdu)
            ).answer
        }
    }

    /// Makes a passkey.
    public func makeCredential(
        _ request: CreationRequest, from client: Client = Client()
    ) async throws(PocketkeyError) -> CreatedCredential {
        try await call { [core] number in
            CreatedCredential(
                try await core.beginMakeCredential(
                    call: FfiCreationCall(call: number, client: client.lowered, request: request.lowered)
                ).answer)
        }
    }

    /// Signs in with a passkey. Where several fit, the person chooses on the phone.
    public func getAssertion(
        _ request: AssertionRequest, from client: Client = Client()
    ) async throws(PocketkeyError) -> Assertion {
        try await call { [core] number in
            Assertion(
                try await core.beginGetAssertion(
                    call: FfiAssertionCall(call: number, client: client.lowered, request: request.lowered)
                ).answer)
        }
    }

    /// Cancels whatever runs: it throws ``PocketkeyError/cancelled``.
    public func cancelAll() throws(PocketkeyError) {
        _ = try translated { try core.cancel(call: nil) }
    }

    /// Runs a call whose task's cancellation reaches the library, which Swift does not see to.
    func call<T: Sendable>(_ work: @Sendable (UInt64) async throws -> T) async throws(PocketkeyError) -> T {
        let number = lastCall.with { last in
            last += 1
            return last
        }
        do {
            try Task.checkCancellation()
            let cancellation = Cancellation(of: number, at: core)
            return try await withTaskCancellationHandler {
                defer { cancellation.isTooLate() }
                return try await work(number)
            } onCancel: {
                cancellation.reachesTheLibrary()
            }
        } catch {
            throw PocketkeyError(error)
        }
    }
}

/// Brings the cancellation of a task to the library.
private final class Cancellation: Sendable {
    private let call: UInt64
    private let core: FfiAuthenticator
    private let isOver = Locked(false)

    init(of call: UInt64, at core: FfiAuthenticator) {
        self.call = call
        self.core = core
    }

    func isTooLate() {
        isOver.with { $0 = true }
    }

    func reachesTheLibrary() {
        if cancelled { return }
        // The call is about to begin, or about to end.
        Task {
            while !isOver.with({ $0 }), !cancelled { try? await Task.sleep(for: .milliseconds(2)) }
        }
    }

    /// Whether there is nothing left to be done.
    private var cancelled: Bool { (try? core.cancel(call: call)) ?? true }
}
