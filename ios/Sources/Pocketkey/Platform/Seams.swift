import Foundation

/// Time and randomness in place of the system's, for tests.
public protocol Seams: Sendable {
    /// Milliseconds since some fixed start. It goes on while the phone sleeps.
    func milliseconds() throws -> UInt64
    /// Seconds since 1970 began (UTC).
    func unixSeconds() throws -> UInt64
    /// So many random bytes. Everything is as secure as these.
    func random(_ length: Int) throws -> Data
}
