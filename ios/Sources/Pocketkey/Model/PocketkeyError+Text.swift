import Foundation

/// What happened, and what to do next, for apps that have no words of their own.
extension PocketkeyError: LocalizedError {
    /// An English sentence.
    public var errorDescription: String? {
        switch self {
        case .closed: "The authenticator is closed: open it again."
        case .busy: "The authenticator is serving another request: try again when that is done."
        case .cancelled: "The request was cancelled."
        case .declined: "The request was declined on the phone."
        case .timedOut: "Nobody answered on the phone: try again."
        case .noCredential: "There is no passkey for this site on the phone."
        case .alreadyRegistered: "There is a passkey for this account on the phone already."
        case .unsupportedAlgorithm: "The phone makes no passkeys of the kinds that the site takes."
        case .storeFull: "There is no room for another passkey: make room, or delete one."
        case .stopped(let notice): notice.text
        case .invalid(let what): "The request cannot be sent: \(what)."
        case .refused(_, let name): "The authenticator refused: \(name)."
        case .fault(let what): "The library has a fault, please report it: \(what)."
        case .open(let failure): failure.text
        case .store(let failure): failure.text
        case .scan(let failure): failure.text
        case .workspace(let failure): failure.text
        case .link(.wrongLength(let expected, let found)): "A frame must have \(expected) bytes, not \(found)."
        case .link(.inUse): "Somebody else is waiting for this link's next frame."
        }
    }
}

extension OpenFailure {
    fileprivate var text: String {
        switch self {
        case .wrongKey: "The store was sealed with another key: bring that key back, or begin with a new file."
        case .notAStore(let path): "The file \(path) is not a Pocketkey store."
        case .truncated(let path): "The file \(path) is cut short: bring back a whole copy."
        case .newerSchema(let found, let known):
            "A newer version made the store (schema \(found), known are \(known)): update the app."
        case .inUse: "The store is open already: close it there first."
        case .fileSystem(let reason): "The store's file cannot be used: \(reason)."
        case .damaged(let reason): "The store is damaged and cannot be opened: \(reason)."
        case .keyStore(let reason): "The key store failed: \(reason)."
        }
    }
}

extension StoreFailure {
    fileprivate var text: String {
        switch self {
        case .diskFull: "The disk is full: make room and try again."
        case .readOnly: "The store cannot be written."
        case .damaged(let reason): "The store is damaged: \(reason)."
        case .platform: "The phone's key store or its source of randomness failed: try again."
        }
    }
}

extension ScanFailure {
    fileprivate var text: String {
        switch self {
        case .notAPicture: "This is not a picture that can be looked at."
        case .nothingFound: "No QR code was found: hold the phone closer."
        case .unreadable: "The QR code cannot be read: hold the phone still, and shade the screen from reflections."
        case .somethingElse(let reason): "This QR code cannot be used: \(reason)."
        case .several(let count): "There are \(count) different activation codes: show the phone one of them."
        }
    }
}

extension WorkspaceFailure {
    fileprivate var text: String {
        switch self {
        case .link(let reason): "The activation link cannot be used: \(reason)."
        case .expired: "The activation link has expired: ask for a new one."
        case .alreadyBound: "The phone belongs to a workspace already: reset it first."
        case .notAMember: "The phone belongs to no workspace."
        case .nothingPending: "No activation has been begun."
        case .revoked: "The workspace has revoked this key: ask for a new one."
        case .unreachable(.notTheServer): "Somebody answered who is not the workspace: try another network."
        case .unreachable: "The workspace cannot be reached: check the network, and try again."
        case .refused(let problem): "The workspace refuses (\(problem)): ask your administrator."
        case .notBelieved(let reason): "What came back is not the workspace's answer: \(reason)."
        case .notPossible(let reason): "This phone cannot do what the workspace wants: \(reason)."
        case .verificationNotSetUp: "Set up a screen lock or biometrics first."
        case .notAgreed: "Nobody agreed on the phone."
        case .platform(let reason): "The phone failed: \(reason)."
        }
    }
}
