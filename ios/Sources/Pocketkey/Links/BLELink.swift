import Foundation

/// One connection of a client over Bluetooth Low Energy (CTAP 2.3 §11.4): the phone behind the characteristics of
/// ``BLEService``.
///
/// Where the client is no longer subscribed to fidoStatus, nothing can be sent: then too the link is to be closed.
public final class BLELink: Sendable {
    private let link: FfiBleLink
    private let authenticator: Authenticator

    init(_ authenticator: Authenticator, controlPointLength: UInt16) {
        link = FfiBleLink(authenticator: authenticator.core, controlPointLength: controlPointLength)
        self.authenticator = authenticator
    }

    deinit {
        close()
    }

    /// The value of fidoControlPointLength: 2 bytes.
    public func controlPointLength() throws(PocketkeyError) -> Data {
        try translated { try link.controlPointLength() }
    }

    /// The value of fidoServiceRevisionBitfield: 1 byte. It changes with alwaysUv, which excludes U2F.
    public func revisions() throws(PocketkeyError) -> Data {
        try translated { try link.revisions() }
    }

    /// Takes what the client writes to fidoServiceRevisionBitfield. `false`: that is no protocol that is served;
    /// nothing has changed, and the write is to be refused (ATT error 13).
    public func selectRevision(_ value: Data) throws(PocketkeyError) -> Bool {
        try translated { try link.selectRevision(value: value) }
    }

    /// Says how large the connection's ATT_MTU is: 23 bytes until then. Notifications have 3 bytes less at most.
    public func setMTU(_ mtu: UInt16) throws(PocketkeyError) {
        try translated { try link.setMtu(mtu: mtu) }
    }

    /// Takes what the client writes to fidoControlPoint: one fragment. What is wrong with it the client hears by a
    /// notification.
    public func write(_ fragment: Data) throws(PocketkeyError) {
        try translated { try link.write(value: fragment) }
    }

    /// The values to notify the client of by fidoStatus, until the link or the authenticator is closed. Reading them is
    /// what works: requests run while the next one is awaited, by one reader at a time.
    public var notifications: AsyncThrowingStream<Data, any Error> {
        AsyncThrowingStream { try await self.nextNotification() }
    }

    /// The next value to notify the client of, 1 to 512 bytes; `nil` after ``close()``. The next is to be asked for when
    /// the system has taken this one. Cancelling the task that waits for it closes the link.
    public func nextNotification() async throws(PocketkeyError) -> Data? {
        try await cancellable { try await self.link.nextNotification() } onCancel: { self.close() }
    }

    /// The connection is gone: what runs is cancelled.
    public func close() {
        try? link.end()
    }
}

/// The GATT service that an app offers (CTAP 2.3 §11.4.3). Every characteristic needs an encrypted connection of a bonded
/// client.
public struct BLEService: Sendable, Equatable {
    /// The service itself, primary; advertised while clients are to find the phone.
    public let service: String
    /// fidoControlPoint, *write*: ``BLELink/write(_:)``.
    public let controlPoint: String
    /// fidoStatus, *notify*: ``BLELink/nextNotification()``.
    public let status: String
    /// fidoControlPointLength, *read*: ``BLELink/controlPointLength()``.
    public let controlPointLength: String
    /// fidoServiceRevisionBitfield, *read* and *write*: ``BLELink/revisions()``, ``BLELink/selectRevision(_:)``.
    public let revisionBitfield: String
    /// fidoServiceRevision, *read*: ``revisionValue``, for clients of U2F 1.0.
    public let revision: String
    /// The value of fidoServiceRevision, UTF-8.
    public let revisionValue: String

    /// The UUIDs of every phone's.
    public static func uuids() -> BLEService {
        let service = bleService()
        return BLEService(
            service: service.service, controlPoint: service.controlPoint, status: service.status,
            controlPointLength: service.controlPointLength, revisionBitfield: service.revisionBitfield,
            revision: service.revision, revisionValue: service.revisionValue)
    }
}
