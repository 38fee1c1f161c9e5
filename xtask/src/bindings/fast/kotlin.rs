//! Kotlin that leaves out most of what JNA does for a structure: it makes one by reflection with memory of
//! its own, and copies every field there and back around each call that gets it. That was two thirds of
//! what a sign-in cost.

use super::{callbacks, replaced};

/// The status of a call into the library: the call gets the address, and the fields are read where it
/// failed. One that came back good is used again: by the same thread, and never by a call within a call.
const STATUS: [(&str, &str); 4] = [
    (
        "    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
",
        "    val good = uniffiGoodStatuses.get()
    val status = good.removeLastOrNull() ?: UniffiRustCallStatus()
    val return_value = callback(status.pointer)
    if (status.pointer.code == UNIFFI_CALL_SUCCESS) {
        good.addLast(status)
    } else {
        status.read()
        uniffiCheckCallStatus(errorHandler, status)
    }
    return return_value
",
    ),
    ("callback: (UniffiRustCallStatus) -> U", "callback: (Pointer) -> U"),
    ("completeFunc: (Long, UniffiRustCallStatus) -> F", "completeFunc: (Long, Pointer) -> F"),
    ("uniffi_out_err: UniffiRustCallStatus", "uniffi_out_err: Pointer"),
];

/// The status of a call out of the library: it is an address until something was thrown.
const STATUS_OF_CALLBACK: [(&str, &str); 1] =
    [("allStatus: UniffiRustCallStatus,", "allStatus: Pointer,")];

/// A buffer that the library gives by value is read where it lies, and keeps no address of a place that is
/// another's soon. JNA takes the constructor with nothing but an address for what the library gives: where
/// there is none, it makes a copy. A buffer that the library made to be filled is in native memory already
/// when it is passed on.
const BUFFER: [(&str, &str); 8] = [
    (
        "internal open class RustBuffer : Structure() {",
        "internal open class RustBuffer(memory: Pointer? = null) : Structure(memory) {",
    ),
    (
        "    class ByValue: RustBuffer(), Structure.ByValue
",
        "    open class ByValue protected constructor(memory: Pointer?, lent: Boolean) : RustBuffer(memory), Structure.ByValue {
        constructor() : this(null, false)
    }
    class Lent(memory: Pointer) : ByValue(Pointer(0), true) {
        init {
            setAutoSynch(false)
            if (Pointer.nativeValue(memory) != 0L) {
                capacity = memory.getLong(0)
                len = memory.getLong(8)
                data = memory.getPointer(16)
            }
        }
    }
",
    ),
    ("    ): RustBuffer.ByValue", "    ): RustBuffer.Lent"),
    (
        "buffer_alloc(`size`: Long,uniffi_out_err: Pointer, \n    ): RustBuffer.Lent",
        "buffer_alloc(`size`: Long,uniffi_out_err: Pointer, \n    ): RustBuffer.ByValue",
    ),
    (
        "        data = other.data
    }
",
        "        data = other.data
        put()
    }

    fun put() {
        pointer.setLong(0, capacity)
        pointer.setLong(8, len)
        pointer.setPointer(16, data)
    }
",
    ),
    (
        "        }.also {
            if(it.data == null) {
",
        "        }.also {
            it.setAutoWrite(false)
            if(it.data == null) {
",
    ),
    (
        "rbuf.writeField(\"len\", bbuf.position().toLong())",
        "rbuf.len = bbuf.position().toLong()
            rbuf.put()",
    ),
    (
        "internal fun free(buf: RustBuffer.ByValue) = uniffiRustCall() { status ->
",
        "internal fun free(buf: RustBuffer.ByValue) = uniffiRustCall() { status ->
            val buf = if (buf is Lent) uniffiFreed.get().also { it.setValue(buf) } else buf
",
    ),
];

/// What they make use of. What sets a callback's status is left as it is generated, and means this.
const HELPERS: &str = "
private val uniffiGoodStatuses = object : ThreadLocal<ArrayDeque<UniffiRustCallStatus>>() {
    override fun initialValue() = ArrayDeque<UniffiRustCallStatus>()
}

private val uniffiFreed = object : ThreadLocal<RustBuffer.ByValue>() {
    override fun initialValue() = RustBuffer.ByValue().also { it.setAutoWrite(false) }
}

private fun Pointer.writeStatus(field: String, value: Any) =
    Structure.newInstance(UniffiRustCallStatus::class.java, this).writeField(field, value)

internal var Pointer.code: Byte
    get() = getByte(0)
    set(value) = writeStatus(\"code\", value)

internal var Pointer.error_buf: RustBuffer.ByValue
    get() = throw UnsupportedOperationException()
    set(value) = writeStatus(\"error_buf\", value)
";

/// Kotlin that crosses the boundary faster.
pub fn kotlin(source: &str) -> Option<String> {
    let source = replaced(source, &STATUS)?;
    let source = replaced(&source, &STATUS_OF_CALLBACK)?;
    let source = replaced(&source, &BUFFER)?;
    Some(callbacks::proxied(&source)? + HELPERS + callbacks::HELPERS)
}
