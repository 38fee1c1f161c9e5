//! The few lines of generated code that cost most of a call, done in another way. Where the generator has
//! come to write them otherwise, somebody hears of it.

#[cfg(test)]
mod tests;

/// How the generated Swift copies bytes out of a buffer, and how it does it fast: on Linux, a third of the
/// time that a sign-in spent in Swift went into these two lines.
const COPIES: [(&str, &str); 2] = [
    (
        "let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})",
        "withUnsafeMutableBytes(of: &value) { to in reader.data.withUnsafeBytes { to.copyMemory(from: \
         UnsafeRawBufferPointer(rebasing: $0[range])) } }",
    ),
    (
        "reader.data.copyBytes(to: buffer, from: range)",
        "reader.data.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: \
         UnsafeRawBufferPointer(rebasing: $0[range])) }",
    ),
];

/// Swift that copies bytes faster; none where the generator has come to do it in another way.
pub fn swift(source: &str) -> Option<String> {
    COPIES.iter().try_fold(source.to_owned(), |source, (slow, fast)| {
        (source.matches(slow).count() == 1).then(|| source.replace(slow, fast))
    })
}

/// A structure for the status of each call into the library, which JNA takes 4 to 6 µs to make, of about
/// ten calls for a sign-in. One that came back good is used again: by the same thread, and never by a call
/// within a call.
const STATUS: (&str, &str) = (
    "    var status = UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    return return_value
",
    "    val good = uniffiGoodStatuses.get()
    val status = good.removeLastOrNull() ?: UniffiRustCallStatus()
    val return_value = callback(status)
    uniffiCheckCallStatus(errorHandler, status)
    good.addLast(status)
    return return_value
",
);

/// The same for calls out of the library, whose status is needed where something was thrown only.
const STATUS_OF_CALLBACK: (&str, &str) =
    ("allStatus: UniffiRustCallStatus,", "allStatus: Pointer,");

/// What the two make use of. What sets a callback's status is left as it is generated, and means this.
const STATUSES: &str = "
private val uniffiGoodStatuses = object : ThreadLocal<ArrayDeque<UniffiRustCallStatus>>() {
    override fun initialValue() = ArrayDeque<UniffiRustCallStatus>()
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

/// Kotlin that makes fewer structures; none where the generator has come to make them in another way.
pub fn kotlin(source: &str) -> Option<String> {
    let (slow, fast) = STATUS;
    let (structure, pointer) = STATUS_OF_CALLBACK;
    // Both functions that set it, and every callback.
    let found = source.matches(structure).count();
    let all = source.matches("allStatus: ").count();
    let as_known = source.matches(slow).count() == 1 && found > 2 && found == all;
    as_known.then(|| source.replace(slow, fast).replace(structure, pointer) + STATUSES)
}
