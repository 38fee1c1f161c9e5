import Foundation

extension Prompt {
    init(_ prompt: FfiPrompt) {
        operation = Operation(prompt.operation)
        transport = Transport(prompt.transport)
        needsVerification = prompt.needs == .verification
        timeout = .milliseconds(Int64(clamping: prompt.timeoutMs))
    }
}

extension Prompt.Operation {
    init(_ operation: FfiOperation) {
        switch operation {
        case .register(let site, let account, let key):
            self = .register(at: Site(site), account: account.map(Account.init), key: key)
        case .alreadyRegistered(let site):
            self = .alreadyRegistered(at: Site(site))
        case .signIn(let site, let accounts, let notListed, let keys):
            self = .signIn(at: Site(site), accounts: accounts.map(Account.init), notListed: notListed, keys: keys)
        case .noCredential(let site):
            self = .noCredential(at: Site(site))
        case .select:
            self = .select
        case .allowToken(let permissions, let site):
            self = .allowToken(permissions: permissions, at: site.map(Site.init))
        case .joinWorkspace(let invitation, let rules, let credentials, let key):
            self = .joinWorkspace(
                WorkspaceInvitation(invitation), rules: Rules(rules), credentials: credentials, key: key)
        case .reset:
            self = .reset
        }
    }
}

extension FfiAuthenticator {
    func give(_ answer: Answer, to question: UInt64) throws {
        switch answer {
        case .consent(let verified, .listed(let index), let authorization):
            // A place that no list has denies the request.
            try consent(
                question: question, verified: verified, authorization: authorization != nil,
                account: UInt32(exactly: index) ?? .max)
        case .consent(let verified, .older, let authorization):
            try listOlder(question: question, verified: verified, authorization: authorization != nil)
        case .refuse(let refusal):
            try refuse(question: question, refusal: refusal.lowered)
        }
    }
}

extension Refusal {
    var lowered: FfiRefusal {
        switch self {
        case .declined: .declined
        case .timedOut: .timedOut
        case .notVerified: .notVerified
        case .locked: .locked
        }
    }

    init(_ refusal: FfiRefusal) {
        switch refusal {
        case .declined: self = .declined
        case .timedOut: self = .timedOut
        case .notVerified: self = .notVerified
        case .locked: self = .locked
        }
    }
}

extension Notice {
    init(_ notice: FfiNotice) {
        workspace = notice.workspace
        text = notice.text
        switch notice.reason {
        case .suspended: reason = .suspended
        case .revoked: reason = .revoked
        case .unreachable: reason = .unreachable
        case .grantUsedUp: reason = .grantUsedUp
        case .grantExpired: reason = .grantExpired
        case .notNear: reason = .notNear
        case .readerOnly: reason = .readerOnly
        case .noTap: reason = .noTap
        case .verificationNotSetUp: reason = .verificationNotSetUp
        case .rulesChanged: reason = .rulesChanged
        }
    }
}

extension Event {
    init(_ event: FfiEvent) {
        switch event {
        case .request(let transport, let command): self = .request(Transport(transport), command: command)
        case .asked(let question, let prompt): self = .asked(question: question, Prompt(prompt))
        case .consented(let question, let verified): self = .consented(question: question, verified: verified)
        case .refused(let question, let refusal): self = .refused(question: question, Refusal(refusal))
        case .withdrawn(let question): self = .withdrawn(question: question)
        case .stopped(let notice): self = .stopped(Notice(notice))
        case .answered(let transport, let command, let status):
            self = .answered(Transport(transport), command: command, status: status)
        case .membershipChanged(let membership): self = .membershipChanged(membership.map(Membership.init))
        case .erased: self = .erased
        case .log(let level, let text): self = .log(LogLevel(level), text)
        case .missed(let count): self = .missed(count)
        }
    }
}
