import Foundation

/// The library, asking the person.
final class VerifierBridge: FfiUserVerifier {
    private let verifier: any UserVerifier
    private let authorizations: Authorizations
    let asking = Asking()
    let answers = Way<Answer>()

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
        // Before the answer, which the signature may follow at once.
        if case .consent(_, _, let authorization?) = answer { authorizations.with { $0[question] = authorization } }
        if !answers.answer(question, answer) { forget(question) }
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
