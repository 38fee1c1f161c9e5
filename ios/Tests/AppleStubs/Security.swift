// Apple's declarations that this package uses, with nothing behind them: only to check types on Linux.
import Foundation
import FoundationNetworking

public typealias CFArray = NSArray
public typealias CFData = NSData
public final class CFString: Sendable {}
public final class CFAllocator {}
public final class CFError: Error {}

public final class SecTrust {}
public final class SecCertificate {}
public final class SecAccessControl {}

public func SecTrustCopyCertificateChain(_ trust: SecTrust) -> CFArray? { nil }
public func SecCertificateCopyData(_ certificate: SecCertificate) -> CFData { NSData() }
public func SecAccessControlCreateWithFlags(
    _ allocator: CFAllocator?, _ protection: AnyObject, _ flags: SecAccessControlCreateFlags,
    _ error: UnsafeMutablePointer<Unmanaged<CFError>?>?
) -> SecAccessControl? { nil }

public struct SecAccessControlCreateFlags: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let userPresence = Self(rawValue: 1 << 0)
    public static let biometryCurrentSet = Self(rawValue: 1 << 3)
    public static let privateKeyUsage = Self(rawValue: 1 << 30)
}

public let errSecInteractionNotAllowed: Int32 = -25308
public let kSecAttrAccessibleWhenPasscodeSetThisDeviceOnly = CFString()
public let kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly = CFString()

public struct tls_protocol_version_t: Sendable {
    public static let TLSv12 = Self()
}

extension URLSessionConfiguration {
    public var tlsMinimumSupportedProtocolVersion: tls_protocol_version_t {
        get { .TLSv12 }
        set {}
    }
}

extension URLProtectionSpace {
    public var serverTrust: SecTrust? { nil }
}

extension URLCredential {
    public convenience init(trust: SecTrust) { fatalError() }
}
