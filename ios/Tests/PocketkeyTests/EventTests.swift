import Foundation
import XCTest

@testable import Pocketkey

final class EventTests: XCTestCase {
    private let answered = Event.answered(.usb, command: 0x0b, status: 0)

    private func open(_ verifier: any UserVerifier, withEvents: Bool = true) throws -> Authenticator {
        try Authenticator(at: nil, keyStore: PlainKeys(), verifier: verifier, withEvents: withEvents)
    }

    /// The numbers of the questions that were asked.
    private func questions(_ events: [Event]) -> [UInt64] {
        events.compactMap { if case .asked(let question, _) = $0 { question } else { nil } }
    }

    /// How many events these are, with those that are only counted.
    private func total(_ events: [Event]) -> UInt64 {
        events.reduce(0) { if case .missed(let count) = $1 { $0 + count } else { $0 + 1 } }
    }

    func testEventsTellWhatHappensUntilTheAuthenticatorIsClosed() async throws {
        let authenticator = try open(Somebody())
        _ = try await authenticator.ctap2(selection, from: Client(transport: .usb, channel: 1))
        var heard: [Event] = []
        for await event in authenticator.events {
            heard.append(event)
            if event == answered { authenticator.close() }
        }
        XCTAssertEqual(heard.first, .request(.usb, command: 0x0b))
        let question = try XCTUnwrap(questions(heard).first)
        XCTAssertEqual(heard.suffix(2), [.consented(question: question, verified: true), answered])
    }

    func testEachQuestionHasANumberThatIsInWhatBecomesOfIt() async throws {
        let asks = Locked(0)
        let silent = Silent()
        let authenticator = try open(
            Somebody { prompt in
                let isFirst = asks.with { asks in
                    asks += 1
                    return asks == 1
                }
                if isFirst { return .refuse(.declined) }
                return try await silent.ask(prompt)
            })
        await expect(.declined) { try await authenticator.makeCredential(creation) }
        let running = Task { try await authenticator.makeCredential(creation) }
        await silent.isAsked()
        running.cancel()
        await expect(.cancelled) { try await running.value }
        var heard: [Event] = []
        for await event in authenticator.events {
            heard.append(event)
            if case .withdrawn = event { break }
        }
        let questions = questions(heard)
        XCTAssertEqual(Set(questions).count, 2)
        XCTAssertTrue(heard.contains(.refused(question: questions[0], .declined)))
        XCTAssertEqual(heard.last, .withdrawn(question: questions[1]))
    }

    func testWhoIsTooSlowHoldsUpNobodyAndHearsHowMuchWasMissed() async throws {
        let authenticator = try open(Somebody())
        for _ in 0..<400 { _ = try await authenticator.ctap2(getInfo) }
        // The library's thread is telling what has happened.
        try await Task.sleep(for: .milliseconds(500))
        var heard: [Event] = []
        for await event in authenticator.events {
            if event == .erased { break }
            heard.append(event)
            if heard.count == EventBridge.capacity { try authenticator.reset() }
        }
        guard case .missed? = heard.last else { return XCTFail("\(heard.suffix(2))") }
        // Each call has its beginning and its end.
        XCTAssertEqual(total(heard), 800)
    }

    func testWhatDoesNotFitIsCountedOnceWithWhatTheLibraryHasLeftOutItself() async throws {
        let bridge = EventBridge()
        var reader = bridge.stream.makeAsyncIterator()
        for _ in 0..<EventBridge.capacity + 2 { try bridge.event(event: .erased) }
        try bridge.event(event: .missed(count: 10))
        for _ in 0..<2 { _ = await reader.next() }
        // Room for the count, and for this one.
        try bridge.event(event: .erased)
        for _ in 0..<2 { _ = await reader.next() }
        try bridge.event(event: .missed(count: 5))
        for _ in 0..<EventBridge.capacity - 4 { _ = await reader.next() }
        let rest = [await reader.next(), await reader.next(), await reader.next()]
        XCTAssertEqual(rest, [.missed(12), .erased, .missed(5)])
    }

    func testWhatDidNotFitAtTheEndIsCountedThere() async throws {
        let bridge = EventBridge()
        var reader = bridge.stream.makeAsyncIterator()
        for _ in 0..<EventBridge.capacity + 3 { try bridge.event(event: .erased) }
        _ = await reader.next()
        bridge.finish()
        var heard: [Event] = []
        while let event = await reader.next() { heard.append(event) }
        XCTAssertEqual(heard.last, .missed(3))
        XCTAssertEqual(total(heard), UInt64(EventBridge.capacity + 2))
    }

    func testEventsThatNobodyWantedAreNone() async throws {
        let authenticator = try open(Somebody(), withEvents: false)
        for await event in authenticator.events { XCTFail("\(event)") }
    }
}
