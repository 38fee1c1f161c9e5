import XCTest

@testable import Pocketkey

/// What cannot be brought about by a real cause is converted here too: a disk that fails, a fault of the library.
final class ConversionTests: XCTestCase {
    private func check(_ conversions: [(any Error, PocketkeyError)]) {
        for (error, expected) in conversions { XCTAssertEqual(PocketkeyError(error), expected) }
    }

    private func refused(_ status: UInt8) -> any Error { FfiRequestError.Refused(status: status, name: "") }

    func testEachErrorOfARequestHasItsKind() {
        let stopped = FfiNotice(workspace: "Pocketkey", reason: .suspended, text: "why")
        check([
            (FfiCallError.Busy, .busy),
            (FfiCallError.Closed, .closed),
            (FfiRequestError.Busy, .busy),
            (FfiRequestError.Closed, .closed),
            (FfiRequestError.Invalid(what: "a name"), .invalid("a name")),
            (
                FfiRequestError.Stopped(notice: stopped),
                .stopped(Notice(workspace: "Pocketkey", reason: .suspended, text: "why"))
            ),
            (refused(0x19), .alreadyRegistered),
            (refused(0x26), .unsupportedAlgorithm),
            (refused(0x27), .declined),
            (refused(0x28), .storeFull),
            (refused(0x2d), .cancelled),
            (refused(0x2e), .noCredential),
            (refused(0x2f), .timedOut),
            (refused(0x7f), .refused(status: 0x7f, name: "")),
            (CancellationError(), .cancelled),
            (Unexpected(), .fault("Unexpected()")),
            (PocketkeyError.closed, .closed),
        ])
    }

    func testEachErrorOfAStoreHasItsKind() {
        check([
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
        ])
    }

    func testEachErrorOfALinkAndOfAPictureHasItsKind() {
        check([
            (FfiLinkError.Closed, .closed),
            (FfiLinkError.WrongLength(expected: 64, found: 63), .link(.wrongLength(expected: 64, found: 63))),
            (FfiLinkError.InUse, .link(.inUse)),
            (FfiScanError.NotAPicture, .scan(.notAPicture)),
            (FfiScanError.NothingFound, .scan(.nothingFound)),
            (FfiScanError.Unreadable, .scan(.unreadable)),
            (FfiScanError.SomethingElse(reason: "a menu"), .scan(.somethingElse("a menu"))),
            (FfiScanError.Several(count: 2), .scan(.several(2))),
        ])
    }

    func testEachErrorOfAWorkspaceHasItsKind() {
        check([
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
        ])
    }
}
