import Foundation

/// The store's own key, sealed under a key of the platform: the parts, each after its length in two bytes.
struct Wrapped: Equatable {
    /// The platform's key, sealed by itself.
    let key: Data
    /// What it needs to agree on the secret (HPKE, RFC 9180).
    let encapsulated: Data
    /// The store's key.
    let sealed: Data

    init(key: Data, encapsulated: Data, sealed: Data) {
        self.key = key
        self.encapsulated = encapsulated
        self.sealed = sealed
    }

    init?(_ bytes: Data) {
        var rest = bytes[...]
        var parts: [Data] = []
        for _ in 0..<3 {
            let head = [UInt8](rest.prefix(2))
            guard head.count == 2 else { return nil }
            let length = Int(head[0]) << 8 | Int(head[1])
            rest = rest.dropFirst(2)
            guard rest.count >= length else { return nil }
            parts.append(Data(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { return nil }
        self.init(key: parts[0], encapsulated: parts[1], sealed: parts[2])
    }

    var bytes: Data {
        [key, encapsulated, sealed].reduce(into: Data()) { bytes, part in
            bytes.append(contentsOf: [UInt8(truncatingIfNeeded: part.count >> 8), UInt8(truncatingIfNeeded: part.count)])
            bytes.append(part)
        }
    }
}
