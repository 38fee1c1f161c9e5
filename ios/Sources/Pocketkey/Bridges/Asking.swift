import Foundation

/// The tasks that work on what the library has asked, by its numbers.
final class Asking: Sendable {
    private enum Slot {
        case starting
        case running(Task<Void, Never>)
    }

    private let open = Locked<[UInt64: Slot]>([:])

    /// How many are open.
    var count: Int { open.with { $0.count } }

    /// Starts one.
    func start(_ number: UInt64, _ work: @escaping @Sendable () async -> Void) {
        open.with { $0[number] = .starting }
        let task: Task<Void, Never>
        if #available(macOS 15, iOS 18, *) {
            task = BeginsHere.start(work)
        } else {
            task = Task(operation: work)
        }
        let isOpen = open.with { slots in
            guard slots[number] != nil else { return false }
            slots[number] = .running(task)
            return true
        }
        // It has ended already, or was cancelled before there was a task to cancel.
        if !isOpen { task.cancel() }
    }

    /// Ends one; `false` where it was cancelled before.
    func end(_ number: UInt64) -> Bool {
        open.with { $0.removeValue(forKey: number) } != nil
    }

    /// Cancels one.
    func cancel(_ number: UInt64) {
        if case .running(let task)? = open.with({ $0.removeValue(forKey: number) }) { task.cancel() }
    }
}
