import Foundation

/// The library, sending letters.
final class CourierBridge: FfiCourier {
    private let courier: any Courier
    private let asking = Asking()
    let replies = Way<FfiCourierReply>()

    init(_ courier: any Courier) {
        self.courier = courier
    }

    func send(letter: UInt64, content: FfiLetter) throws {
        guard let url = URL(string: content.url) else { throw FfiForeignError.Failed(reason: "not a URL") }
        let lowered = Letter(
            url: url, pin: content.pin, mediaType: content.mediaType, body: content.body,
            timeout: .milliseconds(Int64(clamping: content.timeoutMs)))
        asking.start(letter) {
            let reply: FfiCourierReply
            do {
                let given = try await self.courier.post(lowered)
                reply = .reply(status: given.status, body: given.body)
            } catch {
                reply = .failed(failure: (error as? CourierFailure ?? .noAnswer).lowered)
            }
            if self.asking.end(letter) { _ = self.replies.answer(letter, reply) }
        }
    }

    func abandon(letter: UInt64) throws {
        asking.cancel(letter)
    }
}

/// The library, telling what happens.
final class EventBridge: FfiEventListener {
    let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    func event(event: FfiEvent) throws {
        continuation.yield(Event(event))
    }

    func finish() {
        continuation.finish()
    }
}

/// The library, asking for the time.
final class ClockBridge: FfiClock {
    private let seams: any Seams

    init(_ seams: any Seams) {
        self.seams = seams
    }

    func nowMs() throws -> UInt64 {
        try seams.milliseconds()
    }

    func unixTime() throws -> UInt64 {
        try seams.unixSeconds()
    }
}

/// The library, asking for random bytes.
final class RandomBridge: FfiRandomSource {
    private let seams: any Seams

    init(_ seams: any Seams) {
        self.seams = seams
    }

    func fill(length: UInt32) throws -> Data {
        try seams.random(Int(length))
    }
}
