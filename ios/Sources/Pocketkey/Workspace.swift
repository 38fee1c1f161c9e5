import Foundation

/// The phone and its workspace.
extension Authenticator {
    /// Becomes a key of a workspace by an activation link; the person is asked. Where an answer was lost on the way,
    /// the same link goes on.
    ///
    /// - Parameters:
    ///   - link: What ``readActivationCode(_:)`` gave, or what the owner opened. It is a secret until it is used.
    ///   - deviceName: What the workspace's panel will call the phone, cut to 64 characters.
    /// - Throws: ``PocketkeyError/workspace(_:)`` above all.
    public func activate(_ link: String, deviceName: String) async throws(PocketkeyError) -> Membership {
        try await call { [core] number in
            Membership(try await core.activate(call: number, link: link, deviceName: deviceName))
        }
    }

    /// Sends an enrolment once more whose answer was lost.
    public func resumeActivation() async throws(PocketkeyError) -> Membership {
        try await call { [core] number in Membership(try await core.resumeActivation(call: number)) }
    }

    /// The enrolment that was sent and has not been answered; `nil` where there is none. Reads the disk, on the
    /// caller's thread.
    public func pendingActivation() throws(PocketkeyError) -> WorkspaceInvitation? {
        try translated { try core.pendingActivation() }.map(WorkspaceInvitation.init)
    }

    /// Asks the workspace how the phone stands, and puts the answer in force: for the app's start, and from time to
    /// time. Where the phone is revoked, everything is erased when this returns.
    public func checkIn() async throws(PocketkeyError) -> Membership {
        try await call { [core] number in Membership(try await core.checkIn(call: number)) }
    }

    /// Finds the activation link in a camera's picture, on the caller's thread. One of 1280 × 720 takes some tens of
    /// milliseconds, without a code up to some hundreds: not for the main actor.
    ///
    /// - Throws: ``PocketkeyError/scan(_:)``.
    public static func readActivationCode(_ picture: LuminancePlane) throws(PocketkeyError) -> String {
        try translated { try Pocketkey.readActivationCode(picture: picture.lowered) }
    }
}
