package dev.pocketkey

import org.junit.jupiter.api.Assertions.assertInstanceOf

/** Expects that this throws, and what. */
inline fun <reified T : Throwable> fails(work: () -> Unit): T =
    assertInstanceOf(T::class.java, runCatching { work() }.exceptionOrNull())
