import Foundation

extension Authenticator {
    /// The phone as a card, for one service that emulates cards.
    public func nfcCard() -> NFCCard { NFCCard(self) }

    /// The phone behind CTAPHID reports, for one connection.
    public func hidLink() -> HIDLink { HIDLink(self) }
}

/// Runs a call of a link that a task's cancellation ends.
func cancellable<T: Sendable>(
    _ work: @Sendable () async throws -> T, onCancel: @Sendable () -> Void
) async throws(PocketkeyError) -> T {
    do {
        return try await withTaskCancellationHandler(operation: work, onCancel: onCancel)
    } catch {
        throw PocketkeyError(error)
    }
}
