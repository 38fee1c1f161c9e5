import Foundation
import XCTest

@testable import Pocketkey

/// Somebody who chooses these accounts, one after the other, and whose lists are kept.
private final class Choosing: UserVerifier {
    struct List: Equatable {
        let names: [String?]
        let notListed: UInt64
    }

    let lists = Locked<[List]>([])
    private let choices: Locked<[Choice]>

    init(_ choices: [Choice]) {
        self.choices = Locked(choices)
    }

    func ask(_ prompt: Prompt) async throws -> Answer {
        guard case .signIn(_, let accounts, let notListed, _) = prompt.operation else {
            return .consent(verified: true)
        }
        lists.with { $0.append(List(names: accounts.map(\.name), notListed: notListed)) }
        let choice = choices.with { $0.removeFirst() }
        // Whoever looks at older accounts has not agreed to anything yet.
        return .consent(verified: choice != .older, choice: choice)
    }
}

/// Several accounts at one site, of which the person chooses one on the phone.
final class AccountTests: XCTestCase {
    private let count: UInt8 = 12

    /// The names of these accounts, newest first.
    private func names(_ accounts: ClosedRange<Int>) -> [String?] {
        accounts.reversed().map { "user\($0)" }
    }

    /// A phone with accounts at one site, oldest first, and what was made for each.
    private func open(_ person: Choosing) async throws -> (Authenticator, [CreatedCredential]) {
        let phone = try Authenticator(at: nil, keyStore: PlainKeys(), verifier: person)
        var made: [CreatedCredential] = []
        for number in 1...count {
            let account = Account(id: Data([number]), name: "user\(number)")
            let request = CreationRequest(clientDataHash: hash(number), site: site, account: account)
            let credential = try await phone.makeCredential(request)
            made.append(credential)
        }
        return (phone, made)
    }

    private func check(_ assertion: Assertion, is number: Int, of made: [CreatedCredential]) {
        let credential = made[number - 1]
        XCTAssertEqual(assertion.account?.name, "user\(number)")
        XCTAssertEqual(assertion.credentialID, credential.id)
        let signed = assertion.authenticatorData + request.clientDataHash
        XCTAssertTrue(verifies(point(credential.publicKey), signed, assertion.signature))
    }

    func testTheChosenOneOfTheListedAccountsSignsIn() async throws {
        let person = Choosing([.listed(0), .listed(7)])
        let (phone, made) = try await open(person)
        try await check(phone.getAssertion(request), is: 12, of: made)
        try await check(phone.getAssertion(request), is: 5, of: made)
        let list = Choosing.List(names: names(5...12), notListed: 4)
        XCTAssertEqual(person.lists.with { $0 }, [list, list])
    }

    func testAnAccountThatOnlyOlderListsHaveSignsIn() async throws {
        let person = Choosing([.older, .listed(2), .older, .older, .listed(3)])
        let (phone, made) = try await open(person)
        try await check(phone.getAssertion(request), is: 2, of: made)
        let newest = Choosing.List(names: names(5...12), notListed: 4)
        let oldest = Choosing.List(names: names(1...4), notListed: 0)
        XCTAssertEqual(person.lists.with { $0 }, [newest, oldest])
        // After the oldest come the newest again.
        try await check(phone.getAssertion(request), is: 9, of: made)
        XCTAssertEqual(person.lists.with { $0.suffix(3) }, [newest, oldest, newest])
    }

    func testAnAccountThatWasNotListedIsNobodysChoice() async throws {
        let choices: [[Choice]] = [
            [.listed(8)], [.listed(-1)], [.listed(.max)], [.listed(.min)], [.older, .listed(4)],
        ]
        let person = Choosing(choices.flatMap { $0 })
        let (phone, _) = try await open(person)
        for _ in choices {
            await expect(.declined) { try await phone.getAssertion(request) }
        }
    }
}
