package dev.pocketkey

import com.sun.jna.Callback
import com.sun.jna.Memory
import com.sun.jna.Native
import dev.pocketkey.ffi.UNIFFI_CALL_UNEXPECTED_ERROR
import dev.pocketkey.ffi.UniffiProxy
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Test

class CallbackTest {
    @Test
    fun `what escapes a call out of the library fails it`() {
        val proxy = object : UniffiProxy {
            override fun called(args: Array<Any?>): Unit = throw StackOverflowError()

            override fun getParameterTypes(): Array<Class<*>> = emptyArray()
        }
        val status = Memory(32).apply { clear() }
        val before = Native.getCallbackExceptionHandler()
        var told: Callback? = null
        Native.setCallbackExceptionHandler { callback, _ -> told = callback }
        try {
            proxy.callback(arrayOf(1L, status))
        } finally {
            Native.setCallbackExceptionHandler(before)
        }
        assertEquals(UNIFFI_CALL_UNEXPECTED_ERROR, status.getByte(0))
        assertSame(proxy, told)
    }
}
