import Foundation

extension Status {
    init(_ status: FfiStatus) {
        let protection = status.protection
        pin = PINStatus(
            isSet: protection.pinIsSet, retries: Int(protection.pinRetries), isBlocked: protection.pinIsBlocked,
            minLength: Int(protection.minPinLength), mustChange: protection.pinMustChange)
        uvRetries = Int(protection.uvRetries)
        alwaysUV = protection.alwaysUv
        servesU2F = status.servesU2f
        membership = status.membership.map(Membership.init)
    }
}

extension Membership {
    init(_ membership: FfiMembership) {
        switch membership {
        case .member(let workspace, let origin, let user, let state, let policy, let grant, let lastCheckIn):
            self = .member(
                Member(
                    workspace: workspace, origin: origin, user: user, state: Member.KeyState(state),
                    policyVersion: policy.version, rules: Rules(policy.rules), grant: grant.map(Member.Grant.init),
                    lastCheckIn: Date(seconds: lastCheckIn)))
        case .revoked(let workspace, let origin, let at):
            self = .revoked(workspace: workspace, origin: origin, at: Date(seconds: at))
        }
    }
}

extension Date {
    fileprivate init(seconds: UInt64) {
        self.init(timeIntervalSince1970: TimeInterval(seconds))
    }
}

extension Member.KeyState {
    init(_ state: FfiKeyState) {
        switch state {
        case .active: self = .active
        case .suspended: self = .suspended
        case .revoked: self = .revoked
        }
    }
}

extension Member.Grant {
    init(_ grant: FfiGrantStatus) {
        self.init(left: Int(grant.left), until: Date(seconds: grant.until))
    }
}

extension Rules {
    init(_ rules: FfiRules) {
        bluetoothProximity = rules.bluetoothProximity
        offlineLogin = rules.offlineLogin.map { OfflineLogin(uses: Int($0.uses), days: Int($0.days)) }
        switch rules.verification {
        case .onPhone: verification = .onPhone
        case .readerTapAndPin: verification = .readerTapAndPIN
        }
    }
}

extension WorkspaceInvitation {
    init(_ invitation: FfiWorkspaceInvitation) {
        self.init(workspace: invitation.workspace, origin: invitation.origin, user: invitation.user)
    }
}
