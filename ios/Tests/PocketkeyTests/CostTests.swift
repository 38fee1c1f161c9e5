import Foundation
import XCTest

@testable import Pocketkey

/// What a getAssertion costs through all layers: measured for `cargo xtask bench`, which names a file for the result.
final class CostTests: XCTestCase {
    func testCostOfGetAssertion() async throws {
        guard let file = ProcessInfo.processInfo.environment["POCKETKEY_BENCH"] else { throw XCTSkip("for the bench") }
        let authenticator = try Authenticator(at: nil, softwareKeysUnder: Data(count: 32), verifier: Somebody())
        _ = try await authenticator.makeCredential(creation)
        var times: [Duration] = []
        for call in 0..<7_000 {
            let begin = ContinuousClock.now
            _ = try await authenticator.getAssertion(request)
            if call >= 2_000 { times.append(ContinuousClock.now - begin) }
        }
        let median = times.sorted()[times.count / 2]
        let result = ["getAssertion_ns": Int(median / .nanoseconds(1))]
        try JSONEncoder().encode(result).write(to: URL(fileURLWithPath: file))
    }
}
