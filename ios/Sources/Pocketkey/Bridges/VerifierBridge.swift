import Foundation

/// The library, asking the person.
final class VerifierBridge: FfiUserVerifier {
    private let verifier: any UserVerifier
    private let authorizations: Authorizations
    let asking = Asking()
    let answers = Way<FfiAnswer>()

    init(_ verifier: any UserVerifier, _ authorizations: Authorizations) {
        self.verifier = verifier
        self.authorizations = authorizations
    }

    func ask(question: UInt64, prompt: FfiPrompt) throws {
        asking.start(question) {
            let answer: Answer
            do {
                answer = try await self.verifier.ask(Prompt(prompt))
            } catch {
                answer = .refuse(.declined)
            }
            self.answered(question, answer)
        }
    }

    private func answered(_ question: UInt64, _ answer: Answer) {
        guard asking.end(question) else { return }
        let lowered: FfiAnswer
        switch answer {
        case .consent(let verified, let choice, let authorization):
            // Before the answer, which the signature may follow at once.
            if let authorization { authorizations.with { $0[question] = authorization } }
            lowered = .consent(verified: verified, choice: choice.lowered, authorization: authorization != nil)
        case .refuse(let refusal):
            lowered = .refuse(refusal: refusal.lowered)
        }
        if !answers.answer(question, lowered) { forget(question) }
    }

    private func forget(_ question: UInt64) {
        authorizations.with { _ = $0.removeValue(forKey: question) }
    }

    func withdraw(question: UInt64) throws {
        forget(question)
        asking.cancel(question)
    }

    func release(question: UInt64) throws {
        forget(question)
    }

    func tell(notice: FfiNotice) throws {
        verifier.tell(Notice(notice))
    }
}
