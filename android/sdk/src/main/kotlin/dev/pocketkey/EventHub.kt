package dev.pocketkey

import dev.pocketkey.ffi.Event as FfiEvent
import dev.pocketkey.ffi.EventListener as FfiEventListener
import java.util.concurrent.CopyOnWriteArrayList
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** The library's listener, which tells every collector what it hears, and waits for none. */
internal class EventHub : FfiEventListener {
    private class Collector {
        val waiting = Channel<Event>(CAPACITY)
        private var missed = 0L

        /** Called by one thread, the library's own. */
        fun hear(event: Event) {
            if (missed > 0 && waiting.trySend(Event.Missed(missed)).isSuccess) missed = 0
            if (missed > 0 || !waiting.trySend(event).isSuccess) missed += if (event is Event.Missed) event.count else 1
        }
    }

    // No lock is held while a collector is told: it may run at once, in here.
    private val collectors = CopyOnWriteArrayList<Collector>()

    @Volatile
    private var closed = false

    /** From when it is collected, until the authenticator is closed. */
    val events: Flow<Event> = flow {
        val collector = Collector()
        collectors += collector
        // Closing may have missed this one.
        if (closed) collector.waiting.close()
        try {
            for (event in collector.waiting) emit(event)
        } finally {
            collectors -= collector
        }
    }

    override fun event(event: FfiEvent): Unit = guarded {
        val heard = event.toApi()
        collectors.forEach { it.hear(heard) }
    }

    /** Collectors end with what they have not had yet. */
    fun close() {
        closed = true
        collectors.forEach { it.waiting.close() }
    }

    private companion object {
        /** How many events wait for a collector. */
        const val CAPACITY = 256
    }
}
