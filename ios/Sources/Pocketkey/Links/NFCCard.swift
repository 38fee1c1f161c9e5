import Foundation

/// The phone as an ISO 7816 card: command APDUs in, response APDUs out (CTAP 2.3 §11.3).
public final class NFCCard: Sendable {
    private let card: FfiNfcCard
    private let authenticator: Authenticator

    init(_ authenticator: Authenticator) {
        card = FfiNfcCard(authenticator: authenticator.core)
        self.authenticator = authenticator
    }

    /// The phone is in a reader's field, and the reader has asked for it: a workspace can want this tap as the
    /// person's presence. Only the first call since the field was last lost counts.
    public func activate() throws(PocketkeyError) {
        try translated { try card.activate() }
    }

    /// Takes a command APDU (at most 65544 bytes) and gives the response APDU. Only ``deactivate()`` ends a request
    /// whose client has stopped asking; cancelling the task that waits for a response does the same.
    public func command(_ apdu: Data) async throws(PocketkeyError) -> Data {
        try await cancellable { try await self.card.command(apdu: apdu) } onCancel: { try? self.card.deactivate() }
    }

    /// The field or the selection is lost: what runs is cancelled, and what came by NFC is forgotten.
    public func deactivate() throws(PocketkeyError) {
        try translated { try card.deactivate() }
    }
}
