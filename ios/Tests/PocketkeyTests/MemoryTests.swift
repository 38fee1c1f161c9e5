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
            let authenticator = try Authenticator(at: nil, softwareKeysUnder: Data(count: 32), verifier: Somebody())
            _ = try await authenticator.makeCredential(creation)
            let calls: @Sendable (Int) async throws -> Void = { count in
                for number in 0..<count {
                    // One in two asks somebody: what each question left behind would add up.
                    if number % 10 == 0 {
                        _ = try await authenticator.getAssertion(request)
                    } else {
                        _ = try await authenticator.ctap2(number % 2 == 0 ? selection : getInfo)
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
    }
#endif
