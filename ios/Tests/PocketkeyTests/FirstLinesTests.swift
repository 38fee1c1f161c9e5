import Foundation
import XCTest

@testable import Pocketkey

// README: first lines
struct Agreeing: Person {
    // An app shows the question, and asks LocalAuthentication where it needs verification.
    func ask(_ question: Question) async throws -> Reply { .consent(verified: true) }
}

func firstLines(_ file: URL, register: Data, signIn: Data) async throws -> SignIn {
    let key = try SecurityKey.open(file, keys: PlainKeys(), person: Agreeing())
    defer { key.close() }
    let user = User(id: Data([1]), name: "user1", displayName: "User One")
    _ = try await key.register(clientDataHash: register, at: RelyingParty(id: "example.com"), for: user)
    return try await key.signIn(clientDataHash: signIn, at: "example.com")
}
// README: end

final class FirstLinesTests: XCTestCase {
    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    func testADevelopersFirstLinesMakeAPasskeyAndSignIn() async throws {
        let file = folder.appendingPathComponent("store")
        let signed = try await firstLines(file, register: hash(1), signIn: hash(2))
        XCTAssertEqual(signed.user?.name, "user1")
        let again = try SecurityKey.open(file, keys: PlainKeys(), person: Agreeing())
        XCTAssertEqual(try again.passkeys().map(\.id), [signed.credentialID])
    }

    func testTheREADMEShowsThisVeryCode() throws {
        let here = URL(fileURLWithPath: #filePath)
        let readme = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("README.md")
        let source = try String(contentsOf: here, encoding: .utf8).components(separatedBy: "\n")
        let begin = try XCTUnwrap(source.firstIndex { $0.hasPrefix("// README: ") })
        let end = try XCTUnwrap(source.firstIndex { $0 == "// README: end" })
        let code = source[(begin + 1)..<end].joined(separator: "\n")
        XCTAssertTrue(try String(contentsOf: readme, encoding: .utf8).contains("```swift\n\(code)\n```"))
    }

    func testASignatureVerifiesWithAnIndependentLibrary() async throws {
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: Agreeing())
        let made = try await key.register(clientDataHash: hash(1), at: site, for: user)
        let signed = try await key.signIn(clientDataHash: hash(2), at: site.id)
        XCTAssertEqual(made.id, signed.credentialID)
        XCTAssertTrue(verifies(point(made.publicKey), signed.authenticatorData + hash(2), signed.signature))
        XCTAssertFalse(verifies(point(made.publicKey), signed.authenticatorData + hash(3), signed.signature))
    }

    func testTheOwnerListsRenamesDeletesAndResets() async throws {
        let key = try SecurityKey.open(nil, keys: PlainKeys(), person: Agreeing())
        let made = try await key.register(clientDataHash: hash(1), at: site, for: user)
        XCTAssertTrue(try key.rename(made.id, name: "me", displayName: nil))
        XCTAssertEqual(try key.passkeys().first?.user.name, "me")
        XCTAssertTrue(try key.delete(made.id))
        XCTAssertFalse(try key.delete(made.id))
        try key.reset()
        XCTAssertEqual(try key.standing().pinRetries, 8)
        XCTAssertTrue(try key.metadata().contains("authenticatorGetInfo"))
    }
}
