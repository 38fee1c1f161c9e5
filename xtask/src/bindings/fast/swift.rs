//! Swift that copies bytes at once.

use super::replaced;

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

/// Swift that copies bytes faster.
pub fn swift(source: &str) -> Option<String> {
    replaced(source, &COPIES)
}
