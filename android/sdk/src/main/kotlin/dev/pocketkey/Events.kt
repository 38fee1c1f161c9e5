package dev.pocketkey

/** Something that has happened. None of it is secret; accounts and sites are personal. */
public sealed class Event {
    /**
     * A request has begun.
     *
     * @property transport by which it came
     * @property command its first byte (CTAP 2.3 §6), or for U2F the instruction
     */
    public data class Request(val transport: Transport, val command: Int) : Event()

    /**
     * The person is asked.
     *
     * @property question its number, never used twice
     * @property prompt what is asked
     */
    public class Asked(public val question: Long, public val prompt: Prompt) : Event()

    /**
     * The person has agreed.
     *
     * @property question the question's number
     * @property verified whether the person was verified
     */
    public data class Consented(val question: Long, val verified: Boolean) : Event()

    /**
     * The person has not agreed.
     *
     * @property question the question's number
     * @property reason why
     */
    public data class Refused(val question: Long, val reason: Refusal) : Event()

    /**
     * A prompt was taken away before it was answered.
     *
     * @property question the question's number
     */
    public data class Withdrawn(val question: Long) : Event()

    /**
     * The workspace's rules have stopped a request.
     *
     * @property notice what the person is told
     */
    public data class Stopped(val notice: Notice) : Event()

    /**
     * A request was answered.
     *
     * @property transport by which it came
     * @property command as in [Request]
     * @property status the answer's first byte, 0 for success (CTAP 2.3 §8.2); for U2F the status word's first
     */
    public data class Answered(val transport: Transport, val command: Int, val status: Int) : Event()

    /**
     * How the phone stands with its workspace has changed: joined, other rules, suspended, revoked.
     *
     * @property membership how it stands now; `null` where it belongs to none
     */
    public data class MembershipChanged(val membership: Membership?) : Event()

    /** Everything was erased. */
    public data object Erased : Event()

    /**
     * Something for the app's log.
     *
     * @property level how bad it is
     * @property text English, for developers
     */
    public data class Log(val level: LogLevel, val text: String) : Event()

    /**
     * The collector was too slow.
     *
     * @property count how many events were left out before this one
     */
    public data class Missed(val count: Long) : Event()
}

/** How much is logged. */
public enum class LogLevel {
    /** Nothing. */
    OFF,

    /** What failed. */
    ERROR,

    /** And what is odd: who came while another request ran, what was answered that nobody had asked. */
    WARNING,

    /** And how each request was answered. */
    DEBUG,
}
