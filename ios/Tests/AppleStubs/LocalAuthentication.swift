// Apple's declarations that this package uses, with nothing behind them: only to check types on Linux.
import Foundation

public enum LAPolicy: Sendable {
    case deviceOwnerAuthenticationWithBiometrics, deviceOwnerAuthentication
}

public enum LABiometryType: Sendable {
    case none, touchID, faceID, opticID
}

open class LAContext: NSObject {
    open var biometryType: LABiometryType { .none }
    open var interactionNotAllowed = false
    open func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool { false }
    open func evaluatePolicy(_ policy: LAPolicy, localizedReason: String) async throws -> Bool { false }
    open func invalidate() {}
}

public struct LAError: Error {
    public enum Code: Sendable {
        case authenticationFailed, userCancel, userFallback, systemCancel, passcodeNotSet, biometryNotAvailable
        case biometryNotEnrolled, biometryLockout, appCancel, invalidContext, notInteractive
    }
    public let code: Code
}
