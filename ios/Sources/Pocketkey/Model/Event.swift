import Foundation

/// Something that has happened. None of it is secret; accounts and sites are personal.
public enum Event: Sendable, Equatable {
    /// A request has begun; `command` is its first byte (CTAP 2.3 §6), or for U2F the instruction.
    case request(Transport, command: UInt8)
    /// The person is asked. The number of a question is never used twice.
    case asked(question: UInt64, Prompt)
    /// The person has agreed.
    case consented(question: UInt64, verified: Bool)
    /// The person has not agreed.
    case refused(question: UInt64, Refusal)
    /// A prompt was taken away before it was answered.
    case withdrawn(question: UInt64)
    /// The workspace's rules have stopped a request.
    case stopped(Notice)
    /// A request was answered; `status` is the answer's first byte: 0 is success (CTAP 2.3 §8.2).
    case answered(Transport, command: UInt8, status: UInt8)
    /// How the phone stands with its workspace has changed.
    case membershipChanged(Membership?)
    /// Everything was erased.
    case erased
    /// Something for the app's log, in English.
    case log(LogLevel, String)
    /// The reader was too slow: so many were left out here.
    case missed(UInt64)
}

/// How much is logged.
public enum LogLevel: Sendable, Equatable {
    /// Nothing.
    case off
    /// What failed.
    case error
    /// And what is odd: who came while another request ran, what was answered that nobody had asked.
    case warning
    /// And how each request was answered.
    case debug
}
