import Foundation

extension Authenticator {
    /// The phone as a card, for one service that emulates cards.
    public func nfcCard() -> NFCCard { NFCCard(self) }

    /// The phone behind CTAPHID reports, for one connection.
    public func hidLink() -> HIDLink { HIDLink(self) }

    /// The phone behind the FIDO service of Bluetooth Low Energy, for one connection of a client, from the moment that
    /// it is encrypted.
    ///
    /// - Parameter controlPointLength: How long a write to fidoControlPoint may be: 20 to 512 bytes; what is outside is
    ///   taken for the nearer of the two. More than the ATT_MTU less 3 needs an app that puts prepared writes together.
    public func bleLink(controlPointLength: UInt16) -> BLELink {
        BLELink(self, controlPointLength: controlPointLength)
    }
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
