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

/// The library, telling what happens, and waiting for no reader.
final class EventBridge: FfiEventListener {
    /// How many events wait for the reader.
    static let capacity = 256

    let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    /// How many did not fit, of which the reader has not heard yet.
    private let missed = Locked<UInt64>(0)

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
    }

    /// Called by one thread, the library's own.
    func event(event: FfiEvent) throws {
        let event = Event(event)
        let before = tellMissed()
        if before == 0, fits(event) { return }
        let more: UInt64 = if case .missed(let count) = event { count } else { 1 }
        missed.with { $0 += before + more }
    }

    /// The reader ends with what it has not had yet.
    func finish() {
        _ = tellMissed()
        continuation.finish()
    }

    /// Says how many were left out, where there is room to say it; how many of them are still to be told.
    private func tellMissed() -> UInt64 {
        let taken = missed.with { missed in
            defer { missed = 0 }
            return missed
        }
        return taken > 0 && !fits(.missed(taken)) ? taken : 0
    }

    // Not while a lock is held: the reader's executor may run it at once, in here.
    private func fits(_ event: Event) -> Bool {
        if case .enqueued = continuation.yield(event) { true } else { false }
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
