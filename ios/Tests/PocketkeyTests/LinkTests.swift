import Foundation
import XCTest

@testable import Pocketkey

private let select = Data([0, 0xa4, 4, 0, 8, 0xa0, 0, 0, 6, 0x47, 0x2f, 0, 1])

private func nfc(_ command: Data) -> Data {
    Data([0x80, 0x10, 0x80, 0, UInt8(command.count)]) + command + [0]
}

private func report(_ channel: Data, _ command: UInt8, _ data: Data) -> Data {
    let report = channel + [command, 0, UInt8(data.count)] + data
    return report + Data(count: 64 - report.count)
}

final class LinkTests: XCTestCase {
    private func open(_ verifier: any UserVerifier = Somebody()) throws -> Authenticator {
        try Authenticator(at: nil, keyStore: PlainKeys(), verifier: verifier)
    }

    private func channel(_ link: HIDLink) async throws -> Data {
        try link.receive(report(Data(repeating: 0xff, count: 4), 0x86, Data(repeating: 1, count: 8)))
        let answer = try await link.nextReport()
        return try Data(XCTUnwrap(answer)[15..<19])
    }

    func testACardIsSelectedAndAnswers() async throws {
        let card = try open().nfcCard()
        try card.activate()
        let selected = try await card.command(select)
        XCTAssertEqual(selected, Data("U2F_V2".utf8) + [0x90, 0])
        let info = try await card.command(nfc(getInfo))
        XCTAssertEqual(info.first, 0)
    }

    func testALostFieldTakesThePromptAway() async throws {
        let silent = Silent()
        let card = try open(silent).nfcCard()
        _ = try await card.command(select)
        // "User presence needed": ask again.
        let asked = try await card.command(nfc(selection))
        XCTAssertEqual(asked, Data([2, 0x91, 0]))
        try card.deactivate()
        await silent.isLetGo()
    }

    func testAHIDLinkAnswersReports() async throws {
        let link = try open().hidLink()
        let channel = try await channel(link)
        try link.receive(report(channel, 0x90, selection))
        for try await answer in link.reports where answer[4] != 0xbb {
            XCTAssertEqual([answer[4], answer[7]], [0x90, 0])
            break
        }
        await expect(.link(.wrongLength(expected: 64, found: 63))) { try link.receive(Data(count: 63)) }
    }

    func testABLELinkAnswersByNotifications() async throws {
        let link = try open().bleLink(controlPointLength: 64)
        XCTAssertEqual(try link.controlPointLength(), Data([0, 64]))
        // U2F 1.1, U2F 1.2 and FIDO2, of which the client chooses one.
        XCTAssertEqual(try link.revisions(), Data([0xe0]))
        XCTAssertFalse(try link.selectRevision(Data([0xa0])))
        XCTAssertTrue(try link.selectRevision(Data([0x20])))
        try link.setMTU(67)
        try link.write(Data([0x83, 0, 1]) + selection)
        // Not the KEEPALIVE of a person who takes a moment.
        for try await answer in link.notifications where answer[0] != 0x82 {
            XCTAssertEqual(answer, Data([0x83, 0, 1, 0]))
            break
        }
        link.close()
        let end = try await link.nextNotification()
        XCTAssertNil(end)
    }

    func testTheControlPointIsAsLongAsItMayBe() throws {
        for (wanted, length) in [(0, [0, 20]), (65_535, [2, 0])] as [(UInt16, [UInt8])] {
            XCTAssertEqual(try open().bleLink(controlPointLength: wanted).controlPointLength(), Data(length))
        }
    }

    func testTheBLEServiceIsThatOfTheStandard() {
        let service = BLEService.uuids()
        XCTAssertEqual(service.service, "0000fffd-0000-1000-8000-00805f9b34fb")
        let characteristics = [
            service.controlPoint, service.status, service.controlPointLength, service.revisionBitfield,
            service.revision,
        ]
        XCTAssertEqual(Set(characteristics).count, 5)
        for uuid in characteristics { XCTAssertNotNil(UUID(uuidString: uuid), uuid) }
        XCTAssertFalse(service.revisionValue.isEmpty)
    }

    func testAClosedLinkEndsItsReaderAndItsRequest() async throws {
        let silent = Silent()
        let link = try open(silent).hidLink()
        let channel = try await channel(link)
        try link.receive(report(channel, 0x90, selection))
        let reader = Task { for try await _ in link.reports {} }
        await silent.isAsked()
        link.close()
        try await reader.value
        await silent.isLetGo()
        await expect(.closed) { try link.receive(Data(count: 64)) }
    }

    func testACancelledReaderClosesItsLink() async throws {
        let silent = Silent()
        let link = try open(silent).hidLink()
        let channel = try await channel(link)
        try link.receive(report(channel, 0x90, selection))
        let reader = Task { while try await link.nextReport() != nil {} }
        await silent.isAsked()
        reader.cancel()
        try await reader.value
        await silent.isLetGo()
    }
}
