import Foundation
import XCTest

/// README.md shows code that is compiled, and none besides: what stands in these files from a line `// README: …` to
/// `// README: end`.
final class ReadmeTests: XCTestCase {
    func testTheREADMEShowsThisVeryCode() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let readme = tests.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("README.md")
        let shown = try blocks(of: readme, from: "```swift", to: "```")
        var compiled: [String] = []
        let files = try XCTUnwrap(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        for case let file as URL in files where file.pathExtension == "swift" {
            compiled += try blocks(of: file, from: "// README: ", to: "// README: end")
        }
        XCTAssertFalse(shown.isEmpty)
        XCTAssertEqual(shown.sorted(), compiled.sorted())
    }

    /// What stands between lines that begin so and lines that are this, without the indentation that all of it has.
    private func blocks(of file: URL, from begin: String, to end: String) throws -> [String] {
        var blocks: [String] = []
        var block: [String]?
        for line in try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n") {
            let word = line.trimmingCharacters(in: .whitespaces)
            if word == end {
                if let block { blocks.append(withoutIndentation(block)) }
                block = nil
            } else if block != nil {
                block?.append(line)
            } else if word.hasPrefix(begin) {
                block = []
            }
        }
        return blocks
    }

    private func withoutIndentation(_ lines: [String]) -> String {
        let common = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(common)) }.joined(separator: "\n")
    }
}
