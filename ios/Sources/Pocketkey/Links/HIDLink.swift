import Foundation

/// The phone behind 64-byte CTAPHID reports (CTAP 2.3 §11.2), as after plugging it in.
public final class HIDLink: Sendable {
    private let link: FfiHidLink
    private let authenticator: Authenticator

    init(_ authenticator: Authenticator) {
        link = FfiHidLink(authenticator: authenticator.core)
        self.authenticator = authenticator
    }

    deinit {
        close()
    }

    /// Takes a report from the client: 64 bytes, without a report ID.
    public func receive(_ report: Data) throws(PocketkeyError) {
        try translated { try link.receive(report: report) }
    }

    /// The reports for the client, until the link or the authenticator is closed. Reading them is what works: requests
    /// run while the next report is awaited, by one reader at a time.
    public var reports: AsyncThrowingStream<Data, any Error> {
        AsyncThrowingStream { try await self.nextReport() }
    }

    /// The next report for the client; `nil` after ``close()``. Cancelling the task that waits for it closes the link.
    public func nextReport() async throws(PocketkeyError) -> Data? {
        try await cancellable { try await self.link.nextReport() } onCancel: { self.close() }
    }

    /// The connection is gone: what runs is cancelled.
    public func close() {
        try? link.end()
    }
}
