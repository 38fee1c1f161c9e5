import Foundation

extension Requester.Transport {
    var lowered: Transport {
        switch self {
        case .usb: .usb
        case .nfc: .nfc
        case .ble: .ble
        case .hybrid: .hybrid
        case .platform: .internal
        }
    }

    init(_ transport: Transport) {
        switch transport {
        case .usb: self = .usb
        case .nfc: self = .nfc
        case .ble: self = .ble
        case .hybrid: self = .hybrid
        case .internal: self = .platform
        }
    }
}

extension Reply.Reason {
    var lowered: Refusal {
        switch self {
        case .declined: .declined
        case .timedOut: .timedOut
        case .notVerified: .notVerified
        case .locked: .locked
        }
    }

    init(_ refusal: Refusal) {
        switch refusal {
        case .declined: self = .declined
        case .timedOut: self = .timedOut
        case .notVerified: self = .notVerified
        case .locked: self = .locked
        }
    }
}

extension RelyingParty {
    init(_ site: Site) {
        self.init(id: site.id, name: site.name)
    }
}

extension User {
    init(_ account: Account) {
        self.init(id: account.id, name: account.name, displayName: account.displayName)
    }

    var lowered: Account { Account(name: name, displayName: displayName, id: id) }
}

extension Question {
    init(_ prompt: Prompt) {
        transport = Requester.Transport(prompt.transport)
        needsVerification = prompt.needs == .verification
        timeout = .milliseconds(Int64(clamping: prompt.timeoutMs))
        switch prompt.operation {
        case .register(let site, let account, let key):
            action = .register(RelyingParty(site), account.map(User.init), key: key)
        case .alreadyRegistered(let site):
            action = .alreadyRegistered(RelyingParty(site))
        case .signIn(let site, let accounts, let notListed, let keys):
            action = .signIn(RelyingParty(site), accounts.map(User.init), notListed: notListed, keys: keys)
        case .noCredential(let site):
            action = .noCredential(RelyingParty(site))
        case .select:
            action = .select
        case .allowToken(let permissions, let site):
            action = .allowToken(permissions: permissions, site.map(RelyingParty.init))
        case .joinWorkspace(let invitation, _, let credentials):
            action = .joinWorkspace(
                name: invitation.workspace, origin: invitation.origin, user: invitation.user,
                credentials: credentials)
        case .reset:
            action = .reset
        }
    }
}

extension WorkspaceStanding {
    init(_ membership: Membership) {
        switch membership {
        case .member(let workspace, let origin, let user, let state, let policy, _, _):
            self = .member(
                workspace: workspace, origin: origin, user: user, isActive: state == .active,
                policyVersion: policy.version)
        case .revoked(let workspace, let origin, _):
            self = .revoked(workspace: workspace, origin: origin)
        }
    }
}

extension Happening {
    init(_ event: Event) {
        switch event {
        case .request(let transport, let command):
            self = .request(Requester.Transport(transport), command: command)
        case .asked(_, let prompt): self = .asked(Question(prompt))
        case .consented(_, let verified): self = .consented(verified: verified)
        case .refused(_, let refusal): self = .refused(Reply.Reason(refusal))
        case .withdrawn: self = .withdrawn
        case .stopped(let notice): self = .stopped(workspace: notice.workspace, text: notice.text)
        case .answered(let transport, let command, let status):
            self = .answered(Requester.Transport(transport), command: command, status: status)
        case .membershipChanged(let membership): self = .workspaceChanged(membership.map(WorkspaceStanding.init))
        case .erased: self = .erased
        case .log(_, let text): self = .log(text)
        case .missed(let count): self = .missed(count)
        }
    }
}

extension PocketkeyError {
    /// The API's error for one of the library's.
    init(_ error: any Error) {
        switch error {
        case let error as PocketkeyError: self = error
        case CallError.Busy, RequestError.Busy, OwnerError.Busy, ActivationError.Busy, LinkError.InUse: self = .busy
        case CallError.Closed, RequestError.Closed, OwnerError.Closed, ActivationError.Closed, CheckInError.Closed,
            LinkError.Closed:
            self = .closed
        case ActivationError.Cancelled, CheckInError.Cancelled: self = .cancelled
        case RequestError.Invalid(let what): self = .invalid(what)
        case RequestError.Refused(let status, let name):
            switch status {
            case 0x19: self = .alreadyRegistered
            case 0x27: self = .declined
            case 0x2d: self = .cancelled
            case 0x2e: self = .noCredential
            case 0x2f: self = .timedOut
            default: self = .refused(status: status, name: name)
            }
        case OpenError.WrongKey: self = .open(.wrongKey)
        case OpenError.NotAStore(let path), OpenError.Truncated(let path): self = .open(.notAStore(path))
        case OpenError.NewerSchema(let found, let known): self = .open(.newerSchema(found: found, known: known))
        case OpenError.InUse: self = .open(.inUse)
        case OpenError.Io(let reason), OpenError.Damaged(let reason): self = .open(.unreadable(reason))
        case OpenError.KeyStore(let reason): self = .open(.keyStore(reason))
        case let error as OwnerError: self = .store("\(error)")
        case let error as ScanError: self = .scan("\(error)")
        case let error as ActivationError: self = .workspace("\(error)")
        case let error as CheckInError: self = .workspace("\(error)")
        default: self = .store("a fault of the library: \(error)")
        }
    }
}

/// Runs a call of the library, whose errors become the API's.
func translated<T>(_ call: () throws -> T) throws(PocketkeyError) -> T {
    do {
        return try call()
    } catch {
        throw PocketkeyError(error)
    }
}

extension Requester {
    var lowered: Client { Client(transport: transport.lowered, channel: channel) }
}
