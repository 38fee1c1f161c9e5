import Foundation
import XCTest

@testable import Pocketkey

// README: first lines
struct Agreeing: UserVerifier {
    // An app shows the prompt, and asks LocalAuthentication where it needs verification.
    func ask(_ prompt: Prompt) async throws -> Answer { .consent(verified: true) }
}

func firstLines(_ file: URL, register: Data, signIn: Data) async throws -> Assertion {
    let authenticator = try Authenticator(at: file, keyStore: PlainKeys(), verifier: Agreeing())
    defer { authenticator.close() }
    let site = Site(id: "example.com", name: "Example")
    let account = Account(id: Data([1]), name: "user1", displayName: "User One")
    _ = try await authenticator.makeCredential(CreationRequest(clientDataHash: register, site: site, account: account))
    return try await authenticator.getAssertion(AssertionRequest(clientDataHash: signIn, rpID: site.id))
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
        let assertion = try await firstLines(file, register: hash(1), signIn: hash(2))
        XCTAssertEqual(assertion.account?.name, "user1")
        let again = try Authenticator(at: file, keyStore: PlainKeys(), verifier: Agreeing())
        XCTAssertEqual(try again.credentials().map(\.id), [assertion.credentialID])
    }

    func testASignatureVerifiesWithAnIndependentLibrary() async throws {
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Agreeing())
        let made = try await authenticator.makeCredential(creation)
        let assertion = try await authenticator.getAssertion(request)
        XCTAssertEqual(made.id, assertion.credentialID)
        let signed = assertion.authenticatorData + request.clientDataHash
        XCTAssertTrue(verifies(point(made.publicKey), signed, assertion.signature))
        XCTAssertFalse(verifies(point(made.publicKey), signed + [0], assertion.signature))
    }

    func testTheOwnerListsRenamesDeletesAndResets() async throws {
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Agreeing())
        let made = try await authenticator.makeCredential(creation)
        XCTAssertTrue(try authenticator.rename(made.id, name: "me", displayName: nil))
        let credential = try XCTUnwrap(authenticator.credentials().first)
        XCTAssertEqual(credential.account, Account(id: account.id, name: "me"))
        XCTAssertEqual(credential.site, site)
        XCTAssertEqual(credential.algorithm, .es256)
        XCTAssertTrue(try authenticator.delete(made.id))
        XCTAssertFalse(try authenticator.delete(made.id))
        _ = try await authenticator.makeCredential(creation)
        try authenticator.reset()
        XCTAssertEqual(try authenticator.credentials(), [])
        try authenticator.unblockUserVerification()
        try authenticator.idle()
        try authenticator.powerCycle()
        XCTAssertTrue(try authenticator.metadata().contains("authenticatorGetInfo"))
    }

    func testTheStatusOfANewAuthenticatorIsTold() throws {
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Agreeing())
        let status = try authenticator.status()
        let pin = PINStatus(isSet: false, retries: 8, isBlocked: false, minLength: 4, mustChange: false)
        XCTAssertEqual(status, Status(pin: pin, uvRetries: 5, alwaysUV: false, servesU2F: true, membership: nil))
    }
}
