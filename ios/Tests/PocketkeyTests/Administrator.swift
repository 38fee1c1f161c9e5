import Foundation
import XCTest

@testable import Pocketkey

/// What an administrator answers.
struct Done: Decodable {
    var key: String?
    var link: String?
    var origin: String?
    var user: String?
    var state: String?
}

/// Has the administrator of the workspaces that run do something (`tests/workspace/for_sdks.py`).
func administrator(_ what: String) async throws -> Done {
    let name = "POCKETKEY_ADMINISTRATOR"
    guard let place = ProcessInfo.processInfo.environment[name] else { throw XCTSkip("\(name) names none") }
    let letter = try Letter(
        url: XCTUnwrap(URL(string: "\(place)/\(what)")), mediaType: "application/json", body: Data("{}".utf8))
    let reply = try await URLSessionCourier().post(letter)
    XCTAssertEqual(reply.status, 200, String(decoding: reply.body, as: UTF8.self))
    return try JSONDecoder().decode(Done.self, from: reply.body)
}
