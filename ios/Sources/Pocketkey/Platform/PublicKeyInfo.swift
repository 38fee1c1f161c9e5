import Foundation

/// The SubjectPublicKeyInfo of an X.509 certificate, as it stands there (RFC 5280 §4.1); `nil` where the bytes are no
/// certificate. What the certificate says besides is not looked at.
func publicKeyInfo(of certificate: Data) -> Data? {
    var outer = DER(certificate)
    guard var whole = outer.enter(0x30), var body = whole.enter(0x30) else { return nil }
    // version [0] is left out in version 1
    _ = body.take(0xa0)
    // serialNumber, signature, issuer, validity, subject
    for tag: UInt8 in [0x02, 0x30, 0x30, 0x30, 0x30] where body.take(tag) == nil { return nil }
    return body.take(0x30)
}

/// Reads DER, one element after the other.
private struct DER {
    private var rest: Data.SubSequence

    init(_ bytes: Data) {
        rest = bytes[...]
    }

    /// The next element with its header, where it has this tag.
    mutating func take(_ tag: UInt8) -> Data? {
        guard let (header, length) = header(tag) else { return nil }
        defer { rest = rest.dropFirst(header + length) }
        return Data(rest.prefix(header + length))
    }

    /// What is in the next element, where it has this tag.
    mutating func enter(_ tag: UInt8) -> DER? {
        guard let (header, _) = header(tag), let element = take(tag) else { return nil }
        return DER(element.dropFirst(header))
    }

    /// How long the next element's header and contents are.
    private func header(_ tag: UInt8) -> (header: Int, length: Int)? {
        let head = [UInt8](rest.prefix(4))
        guard head.count >= 2, head[0] == tag else { return nil }
        let header: Int
        let length: Int
        switch head[1] {
        case ..<0x80: (header, length) = (2, Int(head[1]))
        case 0x81 where head.count >= 3: (header, length) = (3, Int(head[2]))
        case 0x82 where head.count == 4: (header, length) = (4, Int(head[2]) << 8 | Int(head[3]))
        default: return nil
        }
        return header + length <= rest.count ? (header, length) : nil
    }
}
