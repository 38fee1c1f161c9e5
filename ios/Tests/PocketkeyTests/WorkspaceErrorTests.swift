import Foundation
import XCTest

@testable import Pocketkey

/// Over the network, but for what a test does in between.
private final class Between: Courier {
    typealias Post = @Sendable (Letter) async throws -> CourierReply

    private struct Instead {
        let post: Post
    }

    let network = URLSessionCourier()
    private let instead = Locked<Instead?>(nil)

    func does(_ post: Post?) {
        instead.with { $0 = post.map(Instead.init) }
    }

    func answers(_ status: UInt16, _ body: String) {
        does { _ in CourierReply(status: status, body: Data(body.utf8)) }
    }

    func fails(_ failure: CourierFailure) {
        does { _ in throw failure }
    }

    func post(_ letter: Letter) async throws -> CourierReply {
        guard let instead = instead.with({ $0 }) else { return try await network.post(letter) }
        return try await instead.post(letter)
    }
}

/// Keys of which some cannot be made or used.
private final class Broken: KeyStore {
    let algorithms: [Algorithm]
    let makes = Locked(true)
    let signs = Locked(true)
    private let plain = PlainKeys()

    init(_ algorithms: [Algorithm] = [.es256]) {
        self.algorithms = algorithms
    }

    func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
        guard makes.with({ $0 }) else { throw Unexpected() }
        return try plain.generate(algorithm, for: role)
    }

    func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
        guard signs.with({ $0 }) else { throw Unexpected() }
        return try plain.sign(message, with: handle, authorization: authorization)
    }

    func wrap(_ secret: Data) throws -> Data { secret }
    func unwrap(_ wrapped: Data) throws -> Data { wrapped }
}

/// A thousand days from now.
private struct Later: Seams {
    func milliseconds() throws -> UInt64 { DispatchTime.now().uptimeNanoseconds / 1_000_000 }
    func unixSeconds() throws -> UInt64 { UInt64(Date().timeIntervalSince1970) + 1000 * 86_400 }
    func random(_ length: Int) throws -> Data { Data((0..<length).map { _ in UInt8.random(in: .min ... .max) }) }
}

/// Why a phone does not join, or is not told how it stands: each reason brought about, and its own kind.
final class WorkspaceErrorTests: XCTestCase {
    private let failures: [CourierFailure] = [.noAnswer, .timedOut, .notTheServer]

    private func open(
        _ courier: any Courier, _ keys: any KeyStore = PlainKeys(), seams: (any Seams)? = nil
    ) throws -> Authenticator {
        try Authenticator(at: nil, keyStore: keys, verifier: Somebody(), courier: courier, seams: seams)
    }

    /// Expects an error for which this says why it is the one.
    private func expect(
        _ kind: (WorkspaceFailure) -> Bool, line: UInt = #line, _ work: () async throws -> Membership
    ) async {
        do {
            XCTFail("\(try await work())", line: line)
        } catch PocketkeyError.workspace(let failure) {
            XCTAssertTrue(kind(failure), "\(failure)", line: line)
        } catch {
            XCTFail("\(error)", line: line)
        }
    }

    private func isNotBelieved(_ failure: WorkspaceFailure) -> Bool {
        if case .notBelieved = failure { true } else { false }
    }

    private func isPlatform(_ failure: WorkspaceFailure) -> Bool {
        if case .platform = failure { true } else { false }
    }

    func testWhatACourierBringsBackFromSomebodyElse() async throws {
        let courier = Between()
        let phone = try open(courier)
        for failure in failures {
            courier.fails(failure)
            await expect({ $0 == .unreachable(failure) }) { try await phone.activate(link, deviceName: "") }
        }
        courier.answers(200, "a.b.c")
        await expect(isNotBelieved) { try await phone.activate(link, deviceName: "") }
        let problem = "urn:pocketkey:problem:ticket-cancelled"
        courier.answers(410, "{\"type\":\"\(problem)\"}")
        await expect({ $0 == .refused(problem: problem) }) { try await phone.activate(link, deviceName: "") }
        courier.answers(500, "<html>")
        await expect({ $0 == .unreachable(.noAnswer) }) { try await phone.activate(link, deviceName: "") }
        courier.does { _ in throw Unexpected() }
        await expect({ $0 == .unreachable(.noAnswer) }) { try await phone.activate(link, deviceName: "") }
    }

    /// Runs what waits for a courier that never answers, until whatever runs is cancelled.
    private func cancelled(
        _ phone: Authenticator, _ courier: Between, _ work: @escaping @Sendable () async throws -> Membership
    ) async throws {
        for cancel in [{ try phone.cancelAll() }, { try phone.powerCycle() }] {
            let sent = AsyncStream<Void>.makeStream()
            let abandoned = AsyncStream<Void>.makeStream()
            courier.does { _ in
                sent.continuation.yield()
                defer { abandoned.continuation.yield() }
                try await Task.sleep(for: .seconds(3600))
                throw CourierFailure.timedOut
            }
            let waiting = Task { try await work() }
            for await _ in sent.stream { break }
            try cancel()
            await PocketkeyTests.expect(.cancelled) { try await waiting.value }
            for await _ in abandoned.stream { break }
        }
        courier.does(nil)
    }

    func testCancellingWhateverRunsEndsAnActivation() async throws {
        let courier = Between()
        let phone = try open(courier)
        try await cancelled(phone, courier) { try await phone.activate(link, deviceName: "") }
    }

    func testWhatAPhoneCannotDoItDoesNotJoinFor() async throws {
        let new = try await administrator("plain/new-key")
        let link = try XCTUnwrap(new.link)
        let later = try open(URLSessionCourier(), seams: Later())
        await expect({ $0 == .expired }) { try await later.activate(link, deviceName: "") }
        let other = try open(URLSessionCourier(), Broken([.edDSA]))
        await expect({ if case .notPossible = $0 { true } else { false } }) {
            try await other.activate(link, deviceName: "")
        }
        let keys = Broken()
        let phone = try open(URLSessionCourier(), keys)
        keys.makes.with { $0 = false }
        await expect(isPlatform) { try await phone.activate(link, deviceName: "") }
        keys.makes.with { $0 = true }
        try phone.set(VerifierStatus(builtIn: false))
        await expect({ $0 == .verificationNotSetUp }) { try await phone.activate(link, deviceName: "") }
        try phone.set(VerifierStatus())
        _ = try await phone.activate(link, deviceName: "")
    }

    func testAKeyThatIsRevokedBeforeItsPhoneHasTheAnswer() async throws {
        let new = try await administrator("plain/new-key")
        let link = try XCTUnwrap(new.link)
        let courier = Between()
        let letters = Locked(0)
        courier.does { [network = courier.network] letter in
            let reply = try await network.post(letter)
            // The offer comes back, the answer to the enrolment does not.
            let isLost = letters.with { letters in
                letters += 1
                return letters == 2
            }
            if isLost { throw CourierFailure.timedOut }
            return reply
        }
        let phone = try open(courier)
        await expect({ $0 == .unreachable(.timedOut) }) { try await phone.activate(link, deviceName: "") }
        XCTAssertEqual(try phone.pendingActivation()?.origin, new.origin)
        _ = try await administrator("plain/\(XCTUnwrap(new.key))/revoke")
        await expect({ $0 == .revoked }) { try await phone.resumeActivation() }
        XCTAssertNil(try phone.pendingActivation())
    }

    func testWhatKeepsACheckInFromBeingAnswered() async throws {
        let courier = Between()
        let keys = Broken()
        let phone = try open(courier, keys)
        let new = try await administrator("plain/new-key")
        let joined = try await phone.activate(XCTUnwrap(new.link), deviceName: "")
        for failure in failures {
            courier.fails(failure)
            await expect({ $0 == .unreachable(failure) }) { try await phone.checkIn() }
        }
        let problem = "urn:pocketkey:problem:key-unknown"
        courier.answers(404, "{\"type\":\"\(problem)\"}")
        await expect({ $0 == .refused(problem: problem) }) { try await phone.checkIn() }
        courier.answers(200, "a.b.c")
        await expect(isNotBelieved) { try await phone.checkIn() }
        try await cancelled(phone, courier) { try await phone.checkIn() }
        keys.signs.with { $0 = false }
        await expect(isPlatform) { try await phone.checkIn() }
        keys.signs.with { $0 = true }
        // Whatever was said by others has changed nothing.
        XCTAssertEqual(try phone.status().membership, joined)
        _ = try await phone.checkIn()
    }
}
