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

    /// A function that is a generic value by itself is wrapped anew each time that it is looked at, and the wrappings
    /// stay: calls get slower, and in the end there is no stack for them.
    private struct Giver {
        let give: Give
    }

    private let giver = Locked<Giver?>(nil)

    func to(_ give: @escaping Give) {
        giver.with { $0 = Giver(give: give) }
    }

    /// Whether somebody still waited for the answer.
    func answer(_ number: UInt64, _ answer: Answer) -> Bool {
        guard let giver = giver.with({ $0 }) else { return false }
        return (try? giver.give(number, answer)) != nil
    }
}
