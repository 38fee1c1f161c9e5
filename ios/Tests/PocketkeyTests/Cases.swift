import Foundation
import XCTest

/// The cases of the enumerations in a file of this package, in order, and what stands in the parentheses of each.
/// Swift itself lists no cases that have values.
func cases(in file: String) throws -> [String: [(name: String, value: String)]] {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let source = try String(contentsOf: package.appendingPathComponent("Sources/Pocketkey/\(file)"), encoding: .utf8)
    var cases: [String: [(name: String, value: String)]] = [:]
    var enumeration: String?
    for line in source.components(separatedBy: "\n") {
        if let match = line.firstMatch(of: /^(?:public )?enum (\w+)/) {
            enumeration = String(match.1)
        } else if line == "}" {
            enumeration = nil
        } else if let enumeration, let match = line.firstMatch(of: /^    case (\w+)(?:\((.*)\))?/) {
            cases[enumeration, default: []].append((String(match.1), String(match.2 ?? "")))
        }
    }
    return cases
}

/// The name of an enumeration's case.
func caseName(of value: Any) -> String {
    Mirror(reflecting: value).children.first?.label ?? "\(value)"
}
