import Foundation
import XCTest

@testable import Pocketkey

/// A key store that throws when told to.
final class FlakyKeys: KeyHolder {
    let failure = Locked<(any Error)?>(nil)
    let authorizations = Locked<[String?]>([])
    private let plain = PlainKeys()

    func generate(_ algorithm: SignatureAlgorithm) throws -> (handle: Data, publicKey: Data) {
        try plain.generate(algorithm)
    }

    func sign(_ handle: Data, _ message: Data, authorization: (any Sendable)?) throws -> Data {
        authorizations.with { $0.append(authorization as? String) }
        if let failure = failure.with({ $0 }) { throw failure }
        return try plain.sign(handle, message, authorization: authorization)
    }

    func wrap(_ secret: Data) throws -> Data { secret }
    func unwrap(_ wrapped: Data) throws -> Data { wrapped }
}

struct Unexpected: Error {}

final class HostileTests: XCTestCase {
    private func expect<T: Sendable>(
        _ expected: PocketkeyError, _ work: @Sendable () async throws -> T, line: UInt = #line
    ) async {
        do {
            _ = try await work()
            XCTFail("nothing was thrown", line: line)
        } catch {
            XCTAssertEqual(error as? PocketkeyError, expected, line: line)
        }
    }

    func testACancelledTaskCancelsTheRequestAndTakesThePromptAway() async throws {
        let silent = Silent()
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: silent)
        let request = Task { try await key.register(clientDataHash: hash(1), at: site, for: user) }
        await silent.isAsked()
        request.cancel()
        await expect(.cancelled) { try await request.value }
        await silent.isLetGo()
        let info = try await key.ctap2(getInfo)
        XCTAssertEqual(info.first, 0)
        XCTAssertEqual(key.prompts.count, 0)
    }

    func testAPersonWhoThrowsHasRefusedAndTheNextRequestIsServed() async throws {
        for thrown in [Unexpected() as any Error, CancellationError()] {
            let next = Locked<(any Error)?>(thrown)
            let person = Somebody { _ in
                if let error = next.with({ $0 }) { throw error }
                return .consent(verified: true)
            }
            let key = try SecurityKey.open(nil, keys: PlainKeys(), person: person)
            await expect(.declined) { try await key.register(clientDataHash: hash(1), at: site, for: user) }
            next.with { $0 = nil }
            _ = try await key.register(clientDataHash: hash(1), at: site, for: user)
        }
    }

    func testAKeyStoreThatThrowsFailsItsRequestAlone() async throws {
        let keys = FlakyKeys()
        let key = try SecurityKey.open(nil, keys: keys, person: Somebody())
        _ = try await key.register(clientDataHash: hash(1), at: site, for: user)
        keys.failure.with { $0 = Unexpected() }
        await expect(.refused(status: 0x7f, name: "CTAP1_ERR_OTHER")) {
            try await key.signIn(clientDataHash: hash(2), at: site.id)
        }
        keys.failure.with { $0 = KeyFailure.notAuthorized }
        await expect(.declined) { try await key.signIn(clientDataHash: hash(2), at: site.id) }
        keys.failure.with { $0 = nil }
        _ = try await key.signIn(clientDataHash: hash(2), at: site.id)
    }

    func testWhatConsentAuthorizedReachesTheSignatureAndIsLetGo() async throws {
        let keys = FlakyKeys()
        let person = Somebody { _ in .consent(verified: true, authorization: "context") }
        let key = try SecurityKey.open(nil, keys: keys, person: person)
        _ = try await key.register(clientDataHash: hash(1), at: site, for: user)
        _ = try await key.signIn(clientDataHash: hash(2), at: site.id)
        XCTAssertEqual(keys.authorizations.with { $0 }, ["context", "context"])
        XCTAssertTrue(key.authorizations.with { $0.isEmpty })
    }

    func testAThousandConcurrentCallsAreEachAnsweredOrToldToWait() async throws {
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: Somebody())
        let answered = await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<1000 {
                group.addTask {
                    do {
                        return try await key.ctap2(getInfo).first == 0
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
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: silent)
        let request = Task { try await key.register(clientDataHash: hash(1), at: site, for: user) }
        await silent.isAsked()
        key.close()
        await expect(.closed) { try await request.value }
        await silent.isLetGo()
        key.close()
        await expect(.closed) { try await key.ctap2(getInfo) }
        await expect(.closed) { try key.standing() }
    }

    func testTwoAuthenticatorsDoNotDisturbEachOther() async throws {
        let silent = Silent()
        let first = try SecurityKey.open(nil, keys: PlainKeys(), person: silent)
        let second = try SecurityKey.open(nil, keys: PlainKeys(), person: Somebody())
        let request = Task { try await first.register(clientDataHash: hash(1), at: site, for: user) }
        await silent.isAsked()
        await expect(.busy) { try first.standing() }
        _ = try await second.register(clientDataHash: hash(1), at: site, for: user)
        request.cancel()
        await expect(.cancelled) { try await request.value }
    }

    func testErrorsOfEveryKindArriveAsTheirOwnType() async throws {
        await expect(.open(.keyStore("Failed(reason: \"a root key has 32 bytes, not 5\")"))) {
            do {
                _ = try SecurityKey.openWithSoftwareKeys(nil, root: Data(count: 5), person: Somebody())
            } catch PocketkeyError.open(.keyStore) {
                throw PocketkeyError.open(.keyStore("Failed(reason: \"a root key has 32 bytes, not 5\")"))
            }
        }
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: Somebody())
        await expect(.noCredential) { try await key.signIn(clientDataHash: hash(2), at: site.id) }
        let made = try await key.register(clientDataHash: hash(1), at: site, for: user)
        await expect(.alreadyRegistered) {
            try await key.register(clientDataHash: hash(1), at: site, for: user, excluding: [made.id])
        }
        await expect(.refused(status: 0x26, name: "CTAP2_ERR_UNSUPPORTED_ALGORITHM")) {
            try await key.register(clientDataHash: hash(1), at: site, for: user, algorithms: [.edDsa])
        }
        let refusing = try SecurityKey.open(nil, keys: PlainKeys(), person: Somebody { _ in .refuse(.timedOut) })
        await expect(.timedOut) { try await refusing.register(clientDataHash: hash(1), at: site, for: user) }
        do {
            _ = try SecurityKey.readActivationCode(Data(count: 64 * 64), width: 64, height: 64, stride: 64)
            XCTFail("nothing was thrown")
        } catch {
            guard case .scan = error else { return XCTFail("\(error)") }
        }
    }

    func testEventsTellWhatHappens() async throws {
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: Somebody(), withEvents: true)
        _ = try await key.ctap2(selection, from: Requester(transport: .usb, channel: 1))
        for await event in key.events {
            if case .answered(let transport, let command, let status) = event {
                XCTAssertEqual(transport, .usb)
                XCTAssertEqual([command, status], [0x0b, 0])
                return
            }
        }
        XCTFail("the stream ended")
    }
}
