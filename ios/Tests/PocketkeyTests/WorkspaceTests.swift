import Foundation
import XCTest

@testable import Pocketkey

/// Against a workspace that runs: `cargo xtask test --only swift` starts it and names its administrator.
final class WorkspaceTests: XCTestCase {
    private func open(_ verifier: any UserVerifier = Somebody(), withEvents: Bool = false) throws -> Authenticator {
        try Authenticator(
            at: nil, keyStore: PlainKeys(), verifier: verifier, courier: URLSessionCourier(), withEvents: withEvents)
    }

    private func member(_ membership: Membership?) throws -> Member {
        guard case .member(let member)? = membership else {
            throw Missing(what: "a member: \(String(describing: membership))")
        }
        return member
    }

    func testAPhoneJoinsSignsInAndIsStoppedWhenSuspended() async throws {
        let told = Locked<[Notice]>([])
        let authenticator = try open(Listening { notice in told.with { $0.append(notice) } }, withEvents: true)
        let new = try await administrator("plain/new-key")
        let key = try XCTUnwrap(new.key)
        let joined = try await authenticator.activate(XCTUnwrap(new.link), deviceName: "Swift")
        XCTAssertEqual(try authenticator.status().membership, joined)
        let member = try member(joined)
        XCTAssertEqual(member.origin, new.origin)
        XCTAssertEqual(member.user, new.user)
        XCTAssertEqual(member.state, .active)
        let rules = Rules(bluetoothProximity: false, offlineLogin: nil, verification: .onPhone)
        XCTAssertEqual(member.rules, rules)
        XCTAssertNil(member.grant)

        _ = try await authenticator.makeCredential(creation)
        _ = try await authenticator.getAssertion(request)

        _ = try await administrator("plain/\(key)/suspend")
        await expectStop(.suspended) { _ = try await authenticator.getAssertion(request) }
        XCTAssertEqual(told.with { $0.map(\.reason) }, [.suspended])
        XCTAssertEqual(try self.member(authenticator.status().membership).state, .suspended)

        _ = try await administrator("plain/\(key)/resume")
        _ = try await authenticator.checkIn()
        _ = try await authenticator.getAssertion(request)

        authenticator.close()
        var states: [Member.KeyState] = []
        for await event in authenticator.events {
            if case .membershipChanged(.member(let member)?) = event { states.append(member.state) }
        }
        XCTAssertEqual(states.first, .active)
        XCTAssertTrue(states.contains(.suspended))
    }

    func testAPhoneKnowsItsGrantAndARevokedOneIsEmpty() async throws {
        let authenticator = try open()
        let new = try await administrator("plain/new-key")
        let key = try XCTUnwrap(new.key)
        _ = try await authenticator.activate(XCTUnwrap(new.link), deviceName: "Swift")
        _ = try await administrator("plain/\(key)/offline")
        let granted = try member(await authenticator.checkIn())
        XCTAssertEqual(granted.rules.offlineLogin, Rules.OfflineLogin(uses: 3, days: 1))
        XCTAssertEqual(granted.grant?.left, 3)
        XCTAssertEqual(granted.policyVersion, 2)

        _ = try await administrator("plain/\(key)/revoke")
        let revoked = try await authenticator.checkIn()
        guard case .revoked(_, new.origin, _) = revoked else { return XCTFail("\(revoked)") }
        XCTAssertEqual(try authenticator.credentials(), [])
        await expect(.workspace(.alreadyBound)) {
            try await authenticator.activate(XCTUnwrap(new.link), deviceName: "Swift")
        }
    }

    func testAnActivationLinkWorksOnce() async throws {
        let new = try await administrator("plain/new-key")
        _ = try await open().activate(XCTUnwrap(new.link), deviceName: "Swift")
        await expect(.workspace(.refused(problem: "urn:pocketkey:problem:ticket-used"))) {
            try await self.open().activate(XCTUnwrap(new.link), deviceName: "Another")
        }
    }

    func testWhoDoesNotAgreeDoesNotJoin() async throws {
        let new = try await administrator("plain/new-key")
        let refusing = try open(Somebody { _ in .refuse(.declined) })
        await expect(.workspace(.notAgreed)) { try await refusing.activate(XCTUnwrap(new.link), deviceName: "Swift") }
        XCTAssertNil(try refusing.status().membership)
    }

    func testACancelledTaskEndsAnActivation() async throws {
        let new = try await administrator("plain/new-key")
        let silent = Silent()
        let authenticator = try open(silent)
        let link = try XCTUnwrap(new.link)
        let joining = Task { try await authenticator.activate(link, deviceName: "Swift") }
        await silent.isAsked()
        joining.cancel()
        await expect(.cancelled) { try await joining.value }
        await silent.isLetGo()
    }

    /// Where the library was built with `network`, it goes by itself, on Linux too; where not, it goes nowhere.
    func testWithoutACourierTheLibrarysOwnReachesAWorkspaceThatOnlyItsPinProves() async throws {
        let new = try await administrator("pinned/new-key")
        let link = try XCTUnwrap(new.link)
        let authenticator = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: Somebody(), courier: nil)
        if Authenticator.library.ownCourier {
            let joined = try member(await authenticator.activate(link, deviceName: "Swift"))
            XCTAssertEqual(joined.origin, new.origin)
            let standing = try member(await authenticator.checkIn())
            XCTAssertEqual(standing.state, .active)
        } else {
            await expect(.workspace(.unreachable(.noAnswer))) {
                try await authenticator.activate(link, deviceName: "Swift")
            }
        }
    }

    #if !canImport(Security)
        func testAWorkspaceThatOnlyItsPinProvesIsNotSpokenToWhereNobodyCanCheckIt() async throws {
            let new = try await administrator("pinned/new-key")
            await expect(.workspace(.unreachable(.notTheServer))) {
                try await self.open().activate(XCTUnwrap(new.link), deviceName: "Swift")
            }
        }
    #endif

    private func expectStop(_ reason: Notice.Reason, _ work: () async throws -> Void, line: UInt = #line) async {
        do {
            try await work()
            XCTFail("nothing was thrown", line: line)
        } catch PocketkeyError.stopped(let notice) {
            XCTAssertEqual(notice.reason, reason, line: line)
            XCTAssertFalse(notice.text.isEmpty, line: line)
        } catch {
            XCTFail("\(error)", line: line)
        }
    }
}

/// Somebody who agrees, and hears what he is told.
private struct Listening: UserVerifier {
    let hears: @Sendable (Notice) -> Void

    func ask(_ prompt: Prompt) async throws -> Answer { .consent(verified: true) }
    func tell(_ notice: Notice) { hears(notice) }
}
