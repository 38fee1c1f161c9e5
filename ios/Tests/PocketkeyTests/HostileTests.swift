import Foundation
import XCTest

@testable import Pocketkey

/// A key store that throws when told to.
final class FlakyKeys: KeyStore {
    let failure = Locked<(any Error)?>(nil)
    let authorizations = Locked<[String?]>([])
    private let plain = PlainKeys()

    func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
        try plain.generate(algorithm, for: role)
    }

    func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
        authorizations.with { $0.append(authorization as? String) }
        if let failure = failure.with({ $0 }) { throw failure }
        return try plain.sign(message, with: handle, authorization: authorization)
    }

    func wrap(_ secret: Data) throws -> Data { secret }
    func unwrap(_ wrapped: Data) throws -> Data { wrapped }
}

struct Unexpected: Error {}

final class HostileTests: XCTestCase {
    func testACancelledTaskCancelsTheRequestAndTakesThePromptAway() async throws {
        let silent = Silent()
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: silent)
        let running = Task { try await authenticator.makeCredential(creation) }
        await silent.isAsked()
        running.cancel()
        await expect(.cancelled) { try await running.value }
        await silent.isLetGo()
        let info = try await authenticator.ctap2(getInfo)
        XCTAssertEqual(info.first, 0)
        XCTAssertEqual(authenticator.prompts.asking.count, 0)
    }

    func testAPersonWhoThrowsHasRefusedAndTheNextRequestIsServed() async throws {
        for thrown in [Unexpected() as any Error, CancellationError()] {
            let next = Locked<(any Error)?>(thrown)
            let person = Somebody { _ in
                if let error = next.with({ $0 }) { throw error }
                return .consent(verified: true)
            }
            let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: person)
            await expect(.declined) { try await authenticator.makeCredential(creation) }
            next.with { $0 = nil }
            _ = try await authenticator.makeCredential(creation)
        }
    }

    func testAKeyStoreThatThrowsFailsItsRequestAlone() async throws {
        let keys = FlakyKeys()
        let authenticator = try Authenticator(at: nil, keyStore: keys, verifier: Somebody())
        _ = try await authenticator.makeCredential(creation)
        keys.failure.with { $0 = Unexpected() }
        await expect(.refused(status: 0x7f, name: "CTAP1_ERR_OTHER")) {
            try await authenticator.getAssertion(request)
        }
        keys.failure.with { $0 = KeyStoreError.notAuthorized }
        await expect(.declined) { try await authenticator.getAssertion(request) }
        keys.failure.with { $0 = nil }
        _ = try await authenticator.getAssertion(request)
    }

    func testWhatConsentAuthorizedReachesTheSignatureAndIsLetGo() async throws {
        let keys = FlakyKeys()
        let person = Somebody { _ in .consent(verified: true, authorization: "context") }
        let authenticator = try Authenticator(at: nil, keyStore: keys, verifier: person)
        _ = try await authenticator.makeCredential(creation)
        _ = try await authenticator.getAssertion(request)
        XCTAssertEqual(keys.authorizations.with { $0 }, ["context", "context"])
        XCTAssertTrue(authenticator.authorizations.with { $0.isEmpty })
    }

    func testAThousandConcurrentCallsAreEachAnsweredOrToldToWait() async throws {
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Somebody())
        let answered = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    do {
                        return try await authenticator.ctap2(getInfo).first == 0
                    } catch {
                        return (error as? PocketkeyError) == .busy ? false : nil
                    }
                }
            }
            return await group.reduce(into: [Bool?]()) { $0.append($1) }
        }
        XCTAssertEqual(answered.count, 1000)
        XCTAssertFalse(answered.contains { $0 == nil })
        XCTAssertTrue(answered.contains(true))
    }

    func testClosingDuringACallEndsItWithItsOwnType() async throws {
        let silent = Silent()
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: silent)
        let running = Task { try await authenticator.makeCredential(creation) }
        await silent.isAsked()
        authenticator.close()
        await expect(.closed) { try await running.value }
        await silent.isLetGo()
        authenticator.close()
        await expect(.closed) { try await authenticator.ctap2(getInfo) }
        await expect(.closed) { try authenticator.status() }
    }

    func testTwoAuthenticatorsDoNotDisturbEachOther() async throws {
        let silent = Silent()
        let first = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: silent)
        let second = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Somebody())
        let running = Task { try await first.makeCredential(creation) }
        await silent.isAsked()
        await expect(.busy) { try first.status() }
        _ = try await second.makeCredential(creation)
        running.cancel()
        await expect(.cancelled) { try await running.value }
    }

    func testSomebodyIsWaitedForWhileAPromptIsOpen() async throws {
        let silent = Silent()
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: silent)
        XCTAssertFalse(try authenticator.isWaitingForUser())
        let running = Task { try await authenticator.makeCredential(creation) }
        await silent.isAsked()
        XCTAssertTrue(try authenticator.isWaitingForUser())
        running.cancel()
        await expect(.cancelled) { try await running.value }
        XCTAssertFalse(try authenticator.isWaitingForUser())
    }
}
