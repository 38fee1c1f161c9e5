import Foundation

// A request that was begun is answered at once, or waits for somebody.

extension FfiMessageProgress {
    var answer: Data {
        get async throws {
            switch self {
            case .answered(let answer): answer
            case .waiting(let rest): try await rest.answer()
            }
        }
    }
}

extension FfiCreationProgress {
    var answer: FfiCreatedCredential {
        get async throws {
            switch self {
            case .answered(let answer): answer
            case .waiting(let rest): try await rest.answer()
            }
        }
    }
}

extension FfiAssertionProgress {
    var answer: FfiAssertion {
        get async throws {
            switch self {
            case .answered(let answer): answer
            case .waiting(let rest): try await rest.answer()
            }
        }
    }
}
