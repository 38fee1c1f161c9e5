package dev.pocketkey

import dev.pocketkey.ffi.AssertionProgress
import dev.pocketkey.ffi.CreationProgress
import dev.pocketkey.ffi.MessageProgress

// What is not awaited to its end is dropped, which cancels its request.

internal suspend fun MessageProgress.answer(): ByteArray = when (this) {
    is MessageProgress.Answered -> answer
    is MessageProgress.Waiting -> rest.use { it.answer() }
}

internal suspend fun CreationProgress.answer(): dev.pocketkey.ffi.CreatedCredential = when (this) {
    is CreationProgress.Answered -> answer
    is CreationProgress.Waiting -> rest.use { it.answer() }
}

internal suspend fun AssertionProgress.answer(): dev.pocketkey.ffi.Assertion = when (this) {
    is AssertionProgress.Answered -> answer
    is AssertionProgress.Waiting -> rest.use { it.answer() }
}
