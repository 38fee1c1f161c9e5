import Foundation

/// A security key on a store: registers passkeys and signs in with them.
///
/// It serves one request at a time: others get ``PocketkeyError/busy`` at once. Cancelling the task of a request cancels
/// the request. Everything may be called from anywhere. After ``close()``, everything throws
/// ``PocketkeyError/closed``.
public final class SecurityKey: Sendable {
    let core: Authenticator
    let prompts: PersonBridge
    let authorizations: Authorizations
    private let bridge: EventBridge?
    private let calls = Locked<UInt64>(0)

    /// What happens, for one reader; a slow one misses the oldest. Ended at once where it was not asked for.
    public let events: AsyncStream<Happening>

    private init(
        _ core: Authenticator, _ prompts: PersonBridge, _ authorizations: Authorizations, _ bridge: EventBridge?
    ) {
        self.core = core
        self.prompts = prompts
        self.authorizations = authorizations
        self.bridge = bridge
        events = bridge?.stream ?? AsyncStream { $0.finish() }
    }

    deinit {
        close()
    }

    /// Opens the store in `file`, or makes one; `nil`: in memory. It reads and writes the disk.
    public static func open(
        _ file: URL?, keys: any KeyHolder, person: any Person, verification: VerificationStatus = VerificationStatus(),
        withEvents: Bool = false
    ) throws(PocketkeyError) -> SecurityKey {
        let authorizations = Authorizations([:])
        return try open(KeyBridge(keys, authorizations), authorizations, file, person, verification, withEvents)
    }

    /// The same with the library's own key store, whose keys are sealed under `root`, 32 bytes: for simulators and
    /// tests. Whoever has `root` and the file has the keys.
    public static func openWithSoftwareKeys(
        _ file: URL?, root: Data, person: any Person, verification: VerificationStatus = VerificationStatus(),
        withEvents: Bool = false
    ) throws(PocketkeyError) -> SecurityKey {
        let keys: any KeyStore
        do {
            keys = try softwareKeyStore(root: root)
        } catch {
            throw .open(.keyStore("\(error)"))
        }
        return try open(keys, Authorizations([:]), file, person, verification, withEvents)
    }

    private static func open(
        _ keys: any KeyStore, _ authorizations: Authorizations, _ file: URL?, _ person: any Person,
        _ verification: VerificationStatus, _ withEvents: Bool
    ) throws(PocketkeyError) -> SecurityKey {
        let prompts = PersonBridge(person, authorizations)
        let bridge = withEvents ? EventBridge() : nil
        let place: Place = file.map { .file(path: $0.path) } ?? .memory
        let core = try translated {
            try Authenticator.open(
                place: place, keyStore: keys, verifier: prompts, verifierStatus: verification.lowered, listener: bridge,
                seams: Seams())
        }
        // Weak: what the library holds must not keep its own authenticator.
        prompts.answer { [weak core] question, answer in try core?.answer(question: question, answer: answer) }
        return SecurityKey(core, prompts, authorizations, bridge)
    }

    /// Runs a call whose task's cancellation reaches the library, which Swift does not see to.
    private func call<T: Sendable>(
        _ work: @Sendable (UInt64) async throws -> T
    ) async throws(PocketkeyError) -> T {
        let number = calls.with { last in
            last += 1
            return last
        }
        let isOver = Locked(false)
        let core = core
        do {
            if Task.isCancelled { throw PocketkeyError.cancelled }
            return try await withTaskCancellationHandler {
                defer { isOver.with { $0 = true } }
                return try await work(number)
            } onCancel: {
                // The call may be about to begin: then there is nothing to cancel yet.
                Task {
                    while !isOver.with({ $0 }), (try? core.cancel(call: number)) == false {
                        try? await Task.sleep(for: .milliseconds(2))
                    }
                }
            }
        } catch {
            throw PocketkeyError(error)
        }
    }

    /// Runs a CTAP2 request: a command byte and its CBOR in, a status byte and the answer's CBOR out.
    public func ctap2(_ request: Data, from client: Requester = Requester()) async throws(PocketkeyError) -> Data {
        try await call { [core] number in
            try await core.ctap2(call: number, client: client.lowered, request: request)
        }
    }

    /// Runs a U2F raw message. Until somebody has agreed the answer is 6985, and the client asks again.
    public func u2f(_ apdu: Data, from client: Requester = Requester()) async throws(PocketkeyError) -> Data {
        try await call { [core] number in try await core.u2f(call: number, client: client.lowered, apdu: apdu) }
    }

    /// Makes a passkey. `clientDataHash` is SHA-256 of the client data.
    public func register(
        clientDataHash: Data, at site: RelyingParty, for user: User, algorithms: [SignatureAlgorithm] = [.es256],
        excluding: [Data] = [], discoverable: Bool = true, verify: Bool = true, from client: Requester = Requester()
    ) async throws(PocketkeyError) -> CreatedPasskey {
        let request = CreationRequest(
            clientDataHash: clientDataHash, rpId: site.id, rpName: site.name, user: user.lowered,
            algorithms: algorithms.map { $0 == .es256 ? .es256 : .edDsa }, exclude: excluding,
            discoverable: discoverable, verify: verify)
        return try await call { [core] number in
            let made = try await core.makeCredential(call: number, client: client.lowered, request: request)
            return CreatedPasskey(
                id: made.id, authenticatorData: made.authenticatorData, attestationObject: made.attestationObject,
                publicKey: made.publicKey)
        }
    }

    /// Signs in with a passkey. Where several fit, the person chooses on the phone.
    public func signIn(
        clientDataHash: Data, at rpID: String, allowing: [Data] = [], verify: Bool = true,
        from client: Requester = Requester()
    ) async throws(PocketkeyError) -> SignIn {
        let request = AssertionRequest(clientDataHash: clientDataHash, rpId: rpID, allow: allowing, verify: verify)
        return try await call { [core] number in
            let made = try await core.getAssertion(call: number, client: client.lowered, request: request)
            return SignIn(
                credentialID: made.credentialId, authenticatorData: made.authenticatorData, signature: made.signature,
                user: made.user.map(User.init))
        }
    }

    /// Becomes a key of a workspace by an activation link; the person is asked.
    public func activate(_ link: String, deviceName: String) async throws(PocketkeyError) -> WorkspaceStanding {
        try await call { [core] number in
            WorkspaceStanding(try await core.activate(call: number, link: link, deviceName: deviceName))
        }
    }

    /// Asks the workspace how the phone stands.
    public func checkIn() async throws(PocketkeyError) -> WorkspaceStanding {
        try await call { [core] number in WorkspaceStanding(try await core.checkIn(call: number)) }
    }

    /// How the authenticator stands.
    public func standing() throws(PocketkeyError) -> Standing {
        let status = try translated { try core.status() }
        return Standing(
            pinIsSet: status.protection.pinIsSet, pinRetries: Int(status.protection.pinRetries),
            uvRetries: Int(status.protection.uvRetries), alwaysUV: status.protection.alwaysUv,
            workspace: status.membership.map(WorkspaceStanding.init))
    }

    /// Every discoverable credential, by site and newest first.
    public func passkeys() throws(PocketkeyError) -> [Passkey] {
        try translated { try core.credentials() }.map { one in
            Passkey(id: one.id, site: RelyingParty(id: one.rpId, name: one.rpName), user: User(one.account))
        }
    }

    /// Gives a passkey's account other names; `false` where there is none with this ID.
    public func rename(_ id: Data, name: String?, displayName: String?) throws(PocketkeyError) -> Bool {
        try translated { try core.renameCredential(id: id, name: name, displayName: displayName) }
    }

    /// Deletes a passkey; `false` where there is none with this ID.
    public func delete(_ id: Data) throws(PocketkeyError) -> Bool {
        try translated { try core.deleteCredential(id: id) }
    }

    /// Erases everything.
    public func reset() throws(PocketkeyError) {
        try translated { try core.reset() }
    }

    /// The metadata statement of this model on this platform, as JSON.
    public func metadata() throws(PocketkeyError) -> String {
        try translated { try core.metadata() }
    }

    /// Cancels whatever runs: it throws ``PocketkeyError/cancelled``.
    public func cancelAll() throws(PocketkeyError) {
        _ = try translated { try core.cancel(call: nil) }
    }

    /// Says what the platform's verification can do from now on.
    public func set(_ verification: VerificationStatus) throws(PocketkeyError) {
        try translated { try core.setVerifierStatus(status: verification.lowered) }
    }

    /// Ends whatever runs, which throws ``PocketkeyError/closed``, and makes this unusable. It does not wait.
    public func close() {
        try? core.end()
        bridge?.finish()
    }

    /// Finds the activation link in a camera's Y plane, whichever way up it is. The link is a secret until it is used.
    public static func readActivationCode(
        _ pixels: Data, width: Int, height: Int, stride: Int
    ) throws(PocketkeyError) -> String {
        let plane = LuminancePlane(
            width: UInt32(clamping: width), height: UInt32(clamping: height), stride: UInt32(clamping: stride),
            pixels: pixels)
        return try translated { try Pocketkey.readActivationCode(picture: plane) }
    }
}

extension VerificationStatus {
    var lowered: VerifierStatus {
        VerifierStatus(builtInUv: builtIn, uvModality: modality, choosesAccount: choosesAccount)
    }
}
