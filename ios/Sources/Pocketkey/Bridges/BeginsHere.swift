import Foundation

/// Runs the beginning of a task at once, on the thread that starts it, and all after its first suspension where every
/// task runs: a prompt is shown, and one that is answered at once goes on, without a hop to another thread.
@available(macOS 15, iOS 18, *)
final class BeginsHere: TaskExecutor {
    private static let shared = BeginsHere()

    /// Where a thread says that it is about to start a task.
    private let starting: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Starts a task.
    static func start(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        pthread_setspecific(shared.starting, UnsafeRawPointer(bitPattern: 1))
        defer { pthread_setspecific(shared.starting, nil) }
        return Task(executorPreference: shared, operation: work)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        guard pthread_getspecific(starting) != nil else { return globalConcurrentExecutor.enqueue(job) }
        pthread_setspecific(starting, nil)
        UnownedJob(job).runSynchronously(on: asUnownedTaskExecutor())
    }
}
