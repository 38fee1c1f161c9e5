import Foundation
import XCTest

@testable import Pocketkey

/// `bindings/vectors`: what is sent and what comes back, the same in Rust, Kotlin and Swift.
private struct Session: Decodable {
    let builtInUv: Bool
    let choosesAccount: Bool
    let steps: [Step]

    struct Step: Decodable {
        let name: String
        let over: String
        let send: [String]
        let receive: [String]
        let afterMs: UInt64?
        let person: String?
    }
}

/// Time that stands still until it is told to go on, and SplitMix64 in place of randomness.
private final class Determined: Seams {
    let clock = Locked<UInt64>(0)
    private let state: Locked<UInt64>

    init(seed: UInt64) {
        state = Locked(seed)
    }

    func milliseconds() -> UInt64 { clock.with { $0 } }
    func unixSeconds() -> UInt64 { 2_000_000_000 + milliseconds() / 1000 }

    func random(_ length: Int) -> Data {
        state.with { state in
            var bytes = Data()
            while bytes.count < length {
                state &+= 0x9e37_79b9_7f4a_7c15
                var number = state
                number = (number ^ (number >> 30)) &* 0xbf58_476d_1ce4_e5b9
                number = (number ^ (number >> 27)) &* 0x94d0_49bb_1331_11eb
                number ^= number >> 31
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            }
            return bytes.prefix(length)
        }
    }
}

private struct Phone {
    let authenticator: Authenticator
    let card: NFCCard
    let hid: HIDLink
    let ble: BLELink
    let seams = Determined(seed: 1)
    let declines = Locked(false)

    init(_ session: Session) throws {
        let declines = declines
        let person = Somebody { prompt in
            declines.with { $0 } ? .refuse(.declined) : .consent(verified: prompt.needsVerification)
        }
        let status = VerifierStatus(
            builtIn: session.builtInUv ? true : nil, modality: session.builtInUv ? 2 : 0,
            choosesAccount: session.choosesAccount)
        let keys = try softwareKeyStoreWithRandom(
            root: Data(repeating: 7, count: 32), random: RandomBridge(Determined(seed: 2)))
        authenticator = try Authenticator(nil, keys, Authorizations([:]), person, status, nil, seams, false)
        card = authenticator.nfcCard()
        hid = authenticator.hidLink()
        ble = authenticator.bleLink(controlPointLength: 64)
        try ble.setMTU(67)
    }

    func answers(to step: Session.Step) async throws -> [Data] {
        let sent = try step.send.map { try XCTUnwrap(Data(hex: $0)) }
        let one = try XCTUnwrap(sent.first)
        let client = Client(transport: .usb, channel: 1)
        var answers: [Data] = []
        switch step.over {
        case "ctap2": answers.append(try await authenticator.ctap2(one, from: client))
        case "u2f": answers.append(try await authenticator.u2f(one, from: client))
        case "nfc": answers.append(try await card.command(one))
        case "hid":
            for report in sent { try hid.receive(report) }
            while answers.count < step.receive.count, let report = try await hid.nextReport() {
                // A person takes a moment here, which keepalives tell of: CTAPHID_KEEPALIVE.
                if report[4] != 0xbb { answers.append(report) }
            }
        case "ble":
            for fragment in sent { try ble.write(fragment) }
            while answers.count < step.receive.count, let fragment = try await ble.nextNotification() {
                // KEEPALIVE
                if fragment[0] != 0x82 { answers.append(fragment) }
            }
        case "ble-revision": answers.append(Data([try ble.selectRevision(one) ? 1 : 0]))
        default: XCTFail("nothing is sent by \(step.over)")
        }
        return answers
    }
}

extension Data {
    fileprivate init?(hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count.isMultiple(of: 2) else { return nil }
        self.init(stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    fileprivate var hex: String { map { String(format: "%02x", $0) }.joined() }
}

final class VectorTests: XCTestCase {
    private func vectors() throws -> [URL] {
        let folder = try repository().appendingPathComponent("bindings/vectors")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return files.filter { $0.pathExtension == "json" }
    }

    func testEveryAnswerIsThatOfTheCore() async throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        var steps = 0
        let files = try vectors()
        XCTAssertGreaterThanOrEqual(files.count, 10)
        for file in files {
            let session = try decoder.decode(Session.self, from: Data(contentsOf: file))
            let phone = try Phone(session)
            for step in session.steps {
                phone.seams.clock.with { $0 += step.afterMs ?? 0 }
                phone.declines.with { $0 = step.person == "declines" }
                let answers = try await phone.answers(to: step).map(\.hex)
                XCTAssertEqual(answers, step.receive, "\(file.lastPathComponent): \(step.name)")
                steps += 1
            }
        }
        XCTAssertGreaterThan(steps, 100)
    }
}
