#if canImport(CryptoKit) && canImport(LocalAuthentication)
    import Foundation
    import Pocketkey

    /// What an app brings.
    protocol PromptScreen: Sendable {
        func choice(for prompt: Prompt) async -> Choice?
    }

    func firstLines(on file: URL, with promptScreen: some PromptScreen) throws -> Authenticator {
        // README: on an iPhone
        let verifier = LocalAuthenticationVerifier(
            screen: { prompt in await promptScreen.choice(for: prompt) },  // nil: the person said no
            reason: { prompt in "Sign in" })
        let authenticator = try Authenticator(
            at: file, keyStore: SecureEnclaveKeyStore(), verifier: verifier, status: LocalAuthenticationVerifier.status,
            courier: URLSessionCourier())
        // README: end
        return authenticator
    }
#endif
