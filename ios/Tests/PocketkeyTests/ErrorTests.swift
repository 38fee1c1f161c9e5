import Foundation
import XCTest

@testable import Pocketkey

final class ErrorTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    private func open(_ file: URL?, root: UInt8 = 0) throws -> Authenticator {
        try Authenticator(at: file, softwareKeysUnder: Data(repeating: root, count: 32), verifier: Somebody())
    }

    func testWhyARequestFailsHasAKindForEachReason() async throws {
        let authenticator = try open(nil)
        await expect(.noCredential) { try await authenticator.getAssertion(request) }
        let made = try await authenticator.makeCredential(creation)
        await expect(.alreadyRegistered) {
            var again = creation
            again.exclude = [made.id]
            return try await authenticator.makeCredential(again)
        }
        await expect(.unsupportedAlgorithm) {
            var edDSA = creation
            edDSA.algorithms = [.edDSA]
            let es256Only = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Somebody())
            return try await es256Only.makeCredential(edDSA)
        }
        await expect(.invalid("a client data hash that has not 32 bytes")) {
            try await authenticator.getAssertion(AssertionRequest(clientDataHash: Data(), rpID: site.id))
        }
    }

    func testWhyAPersonDidNotAgreeIsToldAsFarAsASiteMayKnow() async throws {
        // A site learns no more than that (CTAP 2.3 §6.1.2).
        let kinds: [(Refusal, PocketkeyError)] = [
            (.declined, .declined), (.timedOut, .timedOut), (.locked, .declined), (.notVerified, .declined),
        ]
        for (refusal, kind) in kinds {
            let authenticator = try Authenticator(
                at: nil, keyStore: PlainKeys(), verifier: Somebody { _ in .refuse(refusal) })
            await expect(kind) { try await authenticator.makeCredential(creation) }
        }
    }

    func testWhyAStoreDoesNotOpenHasAKindForEachReason() async throws {
        let file = folder.appendingPathComponent("store")
        try open(file).close()
        await expect(.open(.wrongKey)) { try self.open(file, root: 1) }
        let text = folder.appendingPathComponent("text")
        try Data(String(repeating: "a letter, and no database. ", count: 500).utf8).write(to: text)
        await expect(.open(.notAStore(path: text.path))) { try self.open(text) }
        await expect(.open(.keyStore("a root key has 32 bytes, not 5"))) {
            try Authenticator(at: nil, softwareKeysUnder: Data(count: 5), verifier: Somebody())
        }
        do {
            _ = try open(folder.appendingPathComponent("nowhere").appendingPathComponent("store"))
            XCTFail("nothing was thrown")
        } catch {
            guard case .open(.fileSystem) = error as? PocketkeyError else { return XCTFail("\(error)") }
        }
        let cut = folder.appendingPathComponent("cut")
        try open(cut).close()
        let handle = try FileHandle(forUpdating: cut)
        try handle.truncate(atOffset: handle.seekToEnd() / 2)
        await expect(.open(.truncated(path: cut.path))) { try self.open(cut) }
        let newer = folder.appendingPathComponent("newer")
        try open(newer).close()
        let version = try FileHandle(forUpdating: newer)
        // Where SQLite keeps the user_version.
        try version.seek(toOffset: 60)
        try version.write(contentsOf: Data([0, 0, 3, 0xe7]))
        do {
            _ = try open(newer)
            XCTFail("nothing was thrown")
        } catch {
            guard case .open(.newerSchema(found: 999, _)) = error as? PocketkeyError else { return XCTFail("\(error)") }
        }
        let used = folder.appendingPathComponent("used")
        let user = try open(used)
        await expect(.open(.inUse)) { try self.open(used) }
        user.close()
        _ = try open(used)
    }

    func testAKeyStoreThatFailsTheOwnerHasItsOwnKind() async throws {
        let keys = Wrapping()
        let authenticator = try Authenticator(at: nil, keyStore: keys, verifier: Somebody())
        _ = try await authenticator.makeCredential(creation)
        keys.wrapFailure.with { $0 = Unexpected() }
        await expect(.store(.platform)) { try authenticator.reset() }
        XCTAssertEqual(try authenticator.credentials().count, 1)
    }

    func testAKeyStoreThatDoesNotKnowTheStoresKeyIsTheWrongOneAndOneThatFailsIsNot() async throws {
        let file = folder.appendingPathComponent("store")
        let keys = Wrapping()
        let open: @Sendable () throws -> Authenticator = {
            try Authenticator(at: file, keyStore: keys, verifier: Somebody())
        }
        try open().close()
        keys.unwrapFailure.with { $0 = KeyStoreError.unknownKey }
        await expect(.open(.wrongKey), open)
        keys.unwrapFailure.with { $0 = KeyStoreError.failed("no chip") }
        do {
            _ = try open()
            XCTFail("nothing was thrown")
        } catch {
            guard case .open(.keyStore) = error as? PocketkeyError else { return XCTFail("\(error)") }
        }
        keys.unwrapFailure.with { $0 = nil }
        try open().close()
    }

    func testALinkHasOneReader() async throws {
        let link = try open(nil).hidLink()
        let readers = Locked(0)
        let waiting = (0..<2).map { _ in
            Task {
                readers.with { $0 += 1 }
                return try await link.nextReport()
            }
        }
        var refusals: [PocketkeyError] = []
        try await Task.sleep(for: .milliseconds(300))
        XCTAssertEqual(readers.with { $0 }, 2)
        link.close()
        for task in waiting {
            do {
                let end = try await task.value
                XCTAssertNil(end)
            } catch {
                try refusals.append(XCTUnwrap(error as? PocketkeyError))
            }
        }
        XCTAssertEqual(refusals, [.link(.inUse)])
    }

    func testWhyAPhoneDoesNotJoinHasAKindForEachReason() async throws {
        let authenticator = try open(nil)
        await expect(.workspace(.notAMember)) { try await authenticator.checkIn() }
        await expect(.workspace(.nothingPending)) { try await authenticator.resumeActivation() }
        XCTAssertNil(try authenticator.pendingActivation())
        do {
            _ = try await authenticator.activate("https://keys.example/", deviceName: "Phone")
            XCTFail("nothing was thrown")
        } catch {
            guard case .workspace(.link) = error else { return XCTFail("\(error)") }
        }
    }
}

/// Keys whose store's own key cannot be wrapped or unwrapped when told so.
private final class Wrapping: KeyStore {
    let wrapFailure = Locked<(any Error)?>(nil)
    let unwrapFailure = Locked<(any Error)?>(nil)
    private let plain = PlainKeys()

    func generate(_ algorithm: Algorithm, for role: KeyRole) throws -> GeneratedKey {
        try plain.generate(algorithm, for: role)
    }

    func sign(_ message: Data, with handle: Data, authorization: (any Sendable)?) throws -> Data {
        try plain.sign(message, with: handle, authorization: authorization)
    }

    func wrap(_ secret: Data) throws -> Data {
        if let failure = wrapFailure.with({ $0 }) { throw failure }
        return secret
    }

    func unwrap(_ wrapped: Data) throws -> Data {
        if let failure = unwrapFailure.with({ $0 }) { throw failure }
        return wrapped
    }
}
