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

/// Where answers to the library go, which is known only when it is open: before anything can be asked.
final class Way<Answer: Sendable>: Sendable {
    typealias Give = @Sendable (UInt64, Answer) throws -> Void

    private let give = Locked<Give?>(nil)

    func to(_ give: @escaping Give) {
        self.give.with { $0 = give }
    }

    /// Whether somebody still waited for the answer.
    func answer(_ number: UInt64, _ answer: Answer) -> Bool {
        guard let give = give.with({ $0 }) else { return false }
        return (try? give(number, answer)) != nil
    }
}
