import XCTest

@testable import Pocketkey

/// What cannot be brought about by a real cause is converted here too: a disk that fails, a fault of the library.
final class ConversionTests: XCTestCase {
    private static let stopped = FfiNotice(
        workspace: "Pocketkey", reason: .suspended, text: "This key is suspended: ask your administrator.")

    private static func refused(_ status: UInt8) -> any Error {
        FfiRequestError.Refused(status: status, name: "CTAP1_ERR_OTHER")
    }

    private static let conversions: [(any Error, PocketkeyError)] = [
        (FfiCallError.Busy, .busy),
        (FfiCallError.Closed, .closed),
        (FfiRequestError.Busy, .busy),
        (FfiRequestError.Closed, .closed),
        (FfiRequestError.Invalid(what: "a name"), .invalid("a name")),
        (FfiRequestError.Stopped(notice: stopped), .stopped(Notice(stopped))),
        (refused(0x19), .alreadyRegistered),
        (refused(0x26), .unsupportedAlgorithm),
        (refused(0x27), .declined),
        (refused(0x28), .storeFull),
        (refused(0x2d), .cancelled),
        (refused(0x2e), .noCredential),
        (refused(0x2f), .timedOut),
        (refused(0x7f), .refused(status: 0x7f, name: "CTAP1_ERR_OTHER")),
        (CancellationError(), .cancelled),
        (Unexpected(), .fault("Unexpected()")),
        (PocketkeyError.closed, .closed),
        (FfiOwnerError.Busy, .busy),
        (FfiOwnerError.Closed, .closed),
        (FfiOwnerError.DiskFull, .store(.diskFull)),
        (FfiOwnerError.ReadOnly, .store(.readOnly)),
        (FfiOwnerError.Damaged(reason: "a row"), .store(.damaged("a row"))),
        (FfiOwnerError.Platform, .store(.platform)),
        (FfiOpenError.WrongKey, .open(.wrongKey)),
        (FfiOpenError.NotAStore(path: "/file"), .open(.notAStore(path: "/file"))),
        (FfiOpenError.Truncated(path: "/file"), .open(.truncated(path: "/file"))),
        (FfiOpenError.NewerSchema(found: 9, known: 8), .open(.newerSchema(found: 9, known: 8))),
        (FfiOpenError.InUse, .open(.inUse)),
        (FfiOpenError.Io(reason: "no folder"), .open(.fileSystem("no folder"))),
        (FfiOpenError.Damaged(reason: "a row"), .open(.damaged("a row"))),
        (FfiOpenError.KeyStore(reason: "no chip"), .open(.keyStore("no chip"))),
        (FfiLinkError.Closed, .closed),
        (FfiLinkError.WrongLength(expected: 64, found: 63), .link(.wrongLength(expected: 64, found: 63))),
        (FfiLinkError.InUse, .link(.inUse)),
        (FfiScanError.NotAPicture, .scan(.notAPicture)),
        (FfiScanError.NothingFound, .scan(.nothingFound)),
        (FfiScanError.Unreadable, .scan(.unreadable)),
        (FfiScanError.SomethingElse(reason: "a menu"), .scan(.somethingElse("a menu"))),
        (FfiScanError.Several(count: 2), .scan(.several(2))),
        (FfiActivationError.Busy, .busy),
        (FfiActivationError.Closed, .closed),
        (FfiActivationError.Cancelled, .cancelled),
        (FfiActivationError.Link(reason: "cut off"), .workspace(.link("cut off"))),
        (FfiActivationError.Expired, .workspace(.expired)),
        (FfiActivationError.AlreadyBound, .workspace(.alreadyBound)),
        (FfiActivationError.NothingPending, .workspace(.nothingPending)),
        (FfiActivationError.Revoked, .workspace(.revoked)),
        (FfiActivationError.Unreachable(failure: .noAnswer), .workspace(.unreachable(.noAnswer))),
        (FfiActivationError.Unreachable(failure: .timedOut), .workspace(.unreachable(.timedOut))),
        (FfiActivationError.Refused(problem: "urn:no"), .workspace(.refused(problem: "urn:no"))),
        (FfiActivationError.NotBelieved(reason: "a seal"), .workspace(.notBelieved("a seal"))),
        (FfiActivationError.NotPossible(reason: "a rule"), .workspace(.notPossible("a rule"))),
        (FfiActivationError.VerificationNotSetUp, .workspace(.verificationNotSetUp)),
        (FfiActivationError.NotAgreed, .workspace(.notAgreed)),
        (FfiActivationError.Platform(reason: "no chip"), .workspace(.platform("no chip"))),
        (FfiCheckInError.Closed, .closed),
        (FfiCheckInError.Cancelled, .cancelled),
        (FfiCheckInError.NotAMember, .workspace(.notAMember)),
        (FfiCheckInError.Unreachable(failure: .notTheServer), .workspace(.unreachable(.notTheServer))),
        (FfiCheckInError.Refused(problem: "urn:no"), .workspace(.refused(problem: "urn:no"))),
        (FfiCheckInError.NotBelieved(reason: "a seal"), .workspace(.notBelieved("a seal"))),
        (FfiCheckInError.Platform(reason: "no chip"), .workspace(.platform("no chip"))),
    ]

    func testEachErrorHasItsKind() {
        for (error, expected) in Self.conversions { XCTAssertEqual(PocketkeyError(error), expected) }
        let notice = Notice(workspace: "Pocketkey", reason: .suspended, text: Self.stopped.text)
        XCTAssertEqual(Notice(Self.stopped), notice)
    }

    func testNoErrorOfTheLibraryIsLeftOut() throws {
        // What the library hears of apps, and what it says to an answer that nobody waits for any more.
        let others = ["FfiKeyStoreError", "FfiForeignError", "FfiAnswerError"]
        let families = try cases(in: "Generated.swift").filter { family, _ in
            family.hasPrefix("Ffi") && family.hasSuffix("Error") && !others.contains(family)
        }
        XCTAssertGreaterThanOrEqual(families.count, 8)
        let known = Self.conversions.map { error, _ in "\(type(of: error)).\(caseName(of: error))" }
        for (family, cases) in families {
            for error in cases {
                let name = "\(family).\(error.name)"
                XCTAssertTrue(known.contains(name), name)
            }
        }
    }

    /// A case and, where it says why by cases of its own, that one.
    private func fullName(_ error: PocketkeyError) -> String {
        let value = Mirror(reflecting: error).children.first?.value
        guard let value, Mirror(reflecting: value).displayStyle == .enum else { return caseName(of: error) }
        return "\(caseName(of: error)).\(caseName(of: value))"
    }

    func testEveryErrorSaysWhatHappened() throws {
        let written = try cases(in: "Model/PocketkeyError.swift")
        let names = try XCTUnwrap(written["PocketkeyError"]).flatMap { error in
            written[error.value]?.map { "\(error.name).\($0.name)" } ?? [error.name]
        }
        XCTAssertGreaterThan(names.count, 40)
        let texts = Dictionary(grouping: Self.conversions.map(\.1), by: fullName)
            .mapValues { errors in Set(errors.map(\.localizedDescription)) }
        XCTAssertEqual(texts.keys.sorted(), names.sorted())
        for (name, own) in texts {
            for text in own {
                let isSentence = text.first?.isUppercase == true && text.hasSuffix(".") && !text.hasSuffix("..")
                XCTAssertTrue(isSentence, "\(name): \(text)")
                let same = texts.filter { $0.key != name && $0.value.contains(text) }
                XCTAssertTrue(same.isEmpty, "\(name) says what \(same.keys) says: \(text)")
            }
        }
    }
}
