import Foundation
import XCTest

@testable import Pocketkey

/// What a getAssertion costs through all layers, for `cargo xtask bench`, which names a file for the result: the least of
/// the medians of many windows.
final class CostTests: XCTestCase {
    func testCostOfGetAssertion() async throws {
        guard let file = ProcessInfo.processInfo.environment["POCKETKEY_BENCH"] else { throw XCTSkip("for the bench") }
        let authenticator = try Authenticator(at: nil, softwareKeysUnder: Data(count: 32), verifier: Somebody())
        _ = try await authenticator.makeCredential(creation)
        for _ in 0..<2_000 { _ = try await authenticator.getAssertion(request) }
        var medians: [Duration] = []
        for _ in 0..<40 {
            var times: [Duration] = []
            for _ in 0..<500 {
                let begin = ContinuousClock.now
                _ = try await authenticator.getAssertion(request)
                times.append(ContinuousClock.now - begin)
            }
            medians.append(times.sorted()[times.count / 2])
        }
        let least = try XCTUnwrap(medians.min())
        let result = ["getAssertion_ns": Int(least / .nanoseconds(1))]
        try JSONEncoder().encode(result).write(to: URL(fileURLWithPath: file))
    }
}
