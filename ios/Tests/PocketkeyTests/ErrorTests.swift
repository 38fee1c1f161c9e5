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
        await expect(.refused(status: 0x26, name: "CTAP2_ERR_UNSUPPORTED_ALGORITHM")) {
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
    }

    func testWhyAPictureShowsNoLinkHasAKindForEachReason() async throws {
        await expect(.scan(.nothingFound)) {
            try Authenticator.readActivationCode(LuminancePlane(Data(count: 64 * 64), width: 64, height: 64))
        }
        await expect(.scan(.notAPicture)) {
            try Authenticator.readActivationCode(LuminancePlane(Data(count: 1), width: 64, height: 64))
        }
        await expect(.scan(.notAPicture)) {
            try Authenticator.readActivationCode(LuminancePlane(Data(), width: -1, height: 1))
        }
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

    func testEveryErrorSaysWhatHappened() {
        let errors: [PocketkeyError] = [
            .closed, .busy, .open(.wrongKey), .store(.diskFull), .scan(.nothingFound), .workspace(.expired),
        ]
        for error in errors {
            XCTAssertEqual(error.localizedDescription.last, ".", "\(error)")
        }
    }
}
