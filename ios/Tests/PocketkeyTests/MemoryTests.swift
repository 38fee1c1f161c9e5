import Foundation
import XCTest

@testable import Pocketkey

#if os(Linux)
    final class MemoryTests: XCTestCase {
        /// What the process has in memory, in KiB.
        private func resident() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try XCTUnwrap(status.components(separatedBy: "\n").first { $0.hasPrefix("VmRSS:") })
            return try XCTUnwrap(Int(line.filter(\.isNumber)))
        }

        func testAHundredThousandCallsDoNotGrowTheProcess() async throws {
            let key = try SecurityKey.openWithSoftwareKeys(nil, root: Data(count: 32), person: Somebody())
            _ = try await key.register(clientDataHash: hash(1), at: site, for: user)
            let calls: @Sendable (Int) async throws -> Void = { count in
                for number in 0..<count {
                    // One in ten asks somebody and signs.
                    if number % 10 == 0 {
                        _ = try await key.signIn(clientDataHash: hash(2), at: site.id)
                    } else {
                        _ = try await key.ctap2(getInfo)
                    }
                }
            }
            try await calls(5_000)
            let before = try resident()
            try await calls(100_000)
            let grown = try resident() - before
            print("memory: \(grown) KiB more after 100000 calls")
            // A leak of 100 bytes for each call would be twice as much.
            XCTAssertLessThan(grown, 5 * 1024)
        }

        /// Measured by hand, with POCKETKEY_BENCH set: no test, for it cannot fail.
        func testCostOfGetAssertion() async throws {
            guard ProcessInfo.processInfo.environment["POCKETKEY_BENCH"] != nil else { throw XCTSkip("for the bench") }
            let key = try SecurityKey.openWithSoftwareKeys(nil, root: Data(count: 32), person: Somebody())
            _ = try await key.register(clientDataHash: hash(1), at: site, for: user)
            var times: [Duration] = []
            for _ in 0..<5_000 {
                let begin = ContinuousClock.now
                _ = try await key.signIn(clientDataHash: hash(2), at: site.id)
                times.append(ContinuousClock.now - begin)
            }
            print("getAssertion: \(times.sorted()[times.count / 2])")
        }
    }
#endif
