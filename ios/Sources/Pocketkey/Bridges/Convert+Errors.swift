import Foundation

/// Runs a call of the library, whose errors become the API's.
func translated<T>(_ call: () throws -> T) throws(PocketkeyError) -> T {
    do {
        return try call()
    } catch {
        throw PocketkeyError(error)
    }
}

extension PocketkeyError {
    /// The API's error for one of the library's.
    init(_ error: any Error) {
        switch error {
        case let error as PocketkeyError: self = error
        case let error as FfiRequestError: self.init(error)
        case let error as FfiActivationError: self.init(error)
        case let error as FfiCheckInError: self.init(error)
        case let error as FfiOwnerError: self.init(error)
        case let error as FfiOpenError: self = .open(OpenFailure(error))
        case let error as FfiScanError: self = .scan(ScanFailure(error))
        case FfiCallError.Busy: self = .busy
        case FfiCallError.Closed, FfiLinkError.Closed: self = .closed
        case FfiLinkError.InUse: self = .link(.inUse)
        case FfiLinkError.WrongLength(let expected, let found):
            self = .link(.wrongLength(expected: Int(expected), found: Int(found)))
        case is CancellationError: self = .cancelled
        // Nothing else is thrown but by the library's scaffolding.
        default: self = .fault("\(error)")
        }
    }

    private init(_ error: FfiRequestError) {
        switch error {
        case .Busy: self = .busy
        case .Closed: self = .closed
        case .Invalid(let what): self = .invalid(what)
        case .Stopped(let notice): self = .stopped(Notice(notice))
        case .Refused(let status, let name):
            switch status {
            case 0x19: self = .alreadyRegistered
            case 0x26: self = .unsupportedAlgorithm
            case 0x27: self = .declined
            case 0x28: self = .storeFull
            case 0x2d: self = .cancelled
            case 0x2e: self = .noCredential
            case 0x2f: self = .timedOut
            default: self = .refused(status: status, name: name)
            }
        }
    }

    private init(_ error: FfiOwnerError) {
        switch error {
        case .Busy: self = .busy
        case .Closed: self = .closed
        case .DiskFull: self = .store(.diskFull)
        case .ReadOnly: self = .store(.readOnly)
        case .Damaged(let reason): self = .store(.damaged(reason))
        case .Platform: self = .store(.platform)
        }
    }

    private init(_ error: FfiActivationError) {
        switch error {
        case .Busy: self = .busy
        case .Closed: self = .closed
        case .Cancelled: self = .cancelled
        case .Link(let reason): self = .workspace(.link(reason))
        case .AlreadyBound: self = .workspace(.alreadyBound)
        case .Unreachable(let failure): self = .workspace(.unreachable(CourierFailure(failure)))
        case .Refused(let problem): self = .workspace(.refused(problem: problem))
        case .NotBelieved(let reason): self = .workspace(.notBelieved(reason))
        case .Expired: self = .workspace(.expired)
        case .NotPossible(let reason): self = .workspace(.notPossible(reason))
        case .VerificationNotSetUp: self = .workspace(.verificationNotSetUp)
        case .NotAgreed: self = .workspace(.notAgreed)
        case .NothingPending: self = .workspace(.nothingPending)
        case .Revoked: self = .workspace(.revoked)
        case .Platform(let reason): self = .workspace(.platform(reason))
        }
    }

    private init(_ error: FfiCheckInError) {
        switch error {
        case .Closed: self = .closed
        case .Cancelled: self = .cancelled
        case .NotAMember: self = .workspace(.notAMember)
        case .Unreachable(let failure): self = .workspace(.unreachable(CourierFailure(failure)))
        case .Refused(let problem): self = .workspace(.refused(problem: problem))
        case .NotBelieved(let reason): self = .workspace(.notBelieved(reason))
        case .Platform(let reason): self = .workspace(.platform(reason))
        }
    }
}

extension OpenFailure {
    fileprivate init(_ error: FfiOpenError) {
        switch error {
        case .WrongKey: self = .wrongKey
        case .NotAStore(let path): self = .notAStore(path: path)
        case .Truncated(let path): self = .truncated(path: path)
        case .NewerSchema(let found, let known): self = .newerSchema(found: found, known: known)
        case .InUse: self = .inUse
        case .Io(let reason): self = .fileSystem(reason)
        case .Damaged(let reason): self = .damaged(reason)
        case .KeyStore(let reason): self = .keyStore(reason)
        }
    }
}

extension ScanFailure {
    fileprivate init(_ error: FfiScanError) {
        switch error {
        case .NotAPicture: self = .notAPicture
        case .NothingFound: self = .nothingFound
        case .Unreadable: self = .unreadable
        case .SomethingElse(let reason): self = .somethingElse(reason)
        case .Several(let count): self = .several(Int(count))
        }
    }
}
