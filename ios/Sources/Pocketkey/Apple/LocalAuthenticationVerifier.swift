#if canImport(LocalAuthentication)
    import Foundation
    import LocalAuthentication

    /// A context that has verified the owner: what ``SecureEnclaveKeyStore`` needs to see before it signs.
    public struct LocalAuthorization: @unchecked Sendable {
        /// The context. It is used by one request, on one thread at a time.
        public let context: LAContext
    }

    /// Shows prompts with the app's own screen, and verifies the owner by Face ID, Touch ID or the passcode.
    public struct LocalAuthenticationVerifier: UserVerifier {
        /// Shows a prompt, with its accounts where there are several, and waits for the person's choice; `nil`: no. The
        /// task is cancelled when nobody waits any more. What the prompt needs besides follows by itself.
        public typealias Screen = @Sendable (Prompt) async throws -> Choice?

        private let screen: Screen
        private let reason: @Sendable (Prompt) -> String
        private let told: @Sendable (Notice) -> Void

        /// - Parameters:
        ///   - screen: The app's own. LocalAuthentication shows one line, and lets nobody choose.
        ///   - reason: That line, in the person's language.
        ///   - told: Shows that the workspace's rules have stopped a request.
        public init(
            screen: @escaping Screen, reason: @escaping @Sendable (Prompt) -> String,
            told: @escaping @Sendable (Notice) -> Void = { _ in }
        ) {
            self.screen = screen
            self.reason = reason
            self.told = told
        }

        /// What can be verified now: for opening an authenticator, and for `set(_:)` when the app comes to the front.
        public static var status: VerifierStatus {
            let context = LAContext()
            guard context.canEvaluatePolicy(.deviceOwnerAuthentication, error: nil) else {
                return VerifierStatus(builtIn: false, modality: 0)
            }
            // USER_VERIFY_PASSCODE_INTERNAL, and with it FINGERPRINT_INTERNAL or FACEPRINT_INTERNAL.
            var modality: UInt32 = 0x4
            if context.canEvaluatePolicy(.deviceOwnerAuthenticationWithBiometrics, error: nil) {
                switch context.biometryType {
                case .touchID: modality |= 0x2
                case .faceID: modality |= 0x10
                default: break
                }
            }
            return VerifierStatus(builtIn: true, modality: modality)
        }

        public func ask(_ prompt: Prompt) async throws -> Answer {
            guard let choice = try await screen(prompt) else { return .refuse(.declined) }
            guard choice != .older, prompt.needsVerification || prompt.operation.signs else {
                return .consent(verified: false, choice: choice)
            }
            let authorization = LocalAuthorization(context: LAContext())
            do {
                try await withTaskCancellationHandler {
                    _ = try await authorization.context.evaluatePolicy(
                        .deviceOwnerAuthentication, localizedReason: reason(prompt))
                } onCancel: {
                    authorization.context.invalidate()
                }
            } catch let error as LAError {
                return .refuse(Refusal(error))
            }
            return .consent(verified: true, choice: choice, authorization: authorization)
        }

        public func tell(_ notice: Notice) {
            told(notice)
        }
    }

    extension Prompt.Operation {
        /// Whether a key of the Secure Enclave signs afterwards, which wants the owner whatever the site wants.
        fileprivate var signs: Bool {
            switch self {
            case .register, .signIn, .joinWorkspace: true
            case .alreadyRegistered, .noCredential, .select, .allowToken, .reset: false
            }
        }
    }

    extension Refusal {
        fileprivate init(_ error: LAError) {
            switch error.code {
            case .authenticationFailed: self = .notVerified
            case .biometryLockout, .passcodeNotSet, .biometryNotAvailable, .biometryNotEnrolled: self = .locked
            default: self = .declined
            }
        }
    }
#endif
