import Foundation

/// A value behind a lock.
final class Locked<Value: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) {
        self.value = value
    }

    func with<T>(_ work: (inout Value) throws -> T) rethrows -> T {
        lock.lock()
        defer { lock.unlock() }
        return try work(&value)
    }
}

/// What consents have authorized, by the numbers of their questions.
typealias Authorizations = Locked<[UInt64: any Sendable]>

/// The library, calling a key store.
final class KeyBridge: KeyStore {
    private let keys: any KeyHolder
    private let authorizations: Authorizations

    init(_ keys: any KeyHolder, _ authorizations: Authorizations) {
        self.keys = keys
        self.authorizations = authorizations
    }

    private func translate<T>(_ call: () throws -> T) throws -> T {
        do {
            return try call()
        } catch KeyFailure.unknownKey {
            throw KeyStoreError.UnknownKey
        } catch KeyFailure.notAuthorized {
            throw KeyStoreError.NotAuthorized
        } catch {
            throw KeyStoreError.Failed(reason: "\(error)")
        }
    }

    func describe() throws -> KeyStoreDescription {
        KeyStoreDescription(
            algorithms: keys.algorithms.map { $0 == .es256 ? .es256 : .edDsa },
            hardware: keys.isHardware, secureElement: false, bindsAuthorization: false)
    }

    func generate(algorithm: Algorithm) throws -> GeneratedKey {
        try translate {
            let key = try keys.generate(algorithm == .es256 ? .es256 : .edDsa)
            return GeneratedKey(handle: key.handle, publicKey: key.publicKey)
        }
    }

    func sign(handle: Data, message: Data, authorization: UInt64?) throws -> Data {
        let held = authorization.flatMap { number in authorizations.with { $0[number] } }
        return try translate { try keys.sign(handle, message, authorization: held) }
    }

    func delete(handle: Data) throws {
        try translate { try keys.delete(handle) }
    }

    func wrap(secret: Data) throws -> Data {
        try translate { try keys.wrap(secret) }
    }

    func unwrap(wrapped: Data) throws -> Data {
        try translate { try keys.unwrap(wrapped) }
    }
}

/// The library, asking the person.
final class PersonBridge: UserVerifier {
    typealias Give = @Sendable (UInt64, Answer) throws -> Void

    private let person: any Person
    private let authorizations: Authorizations
    private let asking = Locked<[UInt64: Task<Void, Never>?]>([:])
    private let give = Locked<Give?>(nil)

    init(_ person: any Person, _ authorizations: Authorizations) {
        self.person = person
        self.authorizations = authorizations
    }

    /// Where answers go: set before anything can be asked.
    func answer(to give: @escaping Give) {
        self.give.with { $0 = give }
    }

    /// How many questions are open.
    var count: Int { asking.with { $0.count } }

    func ask(question: UInt64, prompt: Prompt) throws {
        asking.with { _ = $0.updateValue(nil, forKey: question) }
        let task = Task {
            let reply: Reply
            do {
                reply = try await person.ask(Question(prompt))
            } catch {
                reply = .refuse(.declined)
            }
            answered(question, reply)
        }
        let isOpen = asking.with { open in
            guard open.keys.contains(question) else { return false }
            open.updateValue(task, forKey: question)
            return true
        }
        _ = isOpen
    }

    private func answered(_ question: UInt64, _ reply: Reply) {
        guard asking.with({ $0.removeValue(forKey: question) }) != nil else { return }
        let answer: Answer
        switch reply {
        case .consent(let verified, let account, let authorization):
            if let authorization { authorizations.with { $0[question] = authorization } }
            let index = UInt32(clamping: account)
            answer = .consent(
                verified: verified, choice: .account(index: index), authorization: authorization != nil)
        case .older:
            answer = .consent(verified: false, choice: .older, authorization: false)
        case .refuse(let reason):
            answer = .refuse(refusal: reason.lowered)
        }
        do {
            try give.with { $0 }?(question, answer)
        } catch {
            // Too late: nobody waits any more.
            authorizations.with { _ = $0.removeValue(forKey: question) }
        }
    }

    func withdraw(question: UInt64) throws {
        authorizations.with { _ = $0.removeValue(forKey: question) }
        let task = asking.with { $0.removeValue(forKey: question) }
        if let task { task?.cancel() }
    }

    func release(question: UInt64) throws {
        authorizations.with { _ = $0.removeValue(forKey: question) }
    }

    func tell(notice: Notice) throws {
        person.tell(workspace: notice.workspace, text: notice.text)
    }
}

/// The library, telling what happens.
final class EventBridge: EventListener {
    let stream: AsyncStream<Happening>
    private let continuation: AsyncStream<Happening>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    func event(event: Event) throws {
        continuation.yield(Happening(event))
    }

    func finish() {
        continuation.finish()
    }
}
