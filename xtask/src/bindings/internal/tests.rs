use super::*;

#[test]
fn kotlin_declarations_at_the_top_become_internal() {
    let source =
        "public class A {\n    fun a() {}\n}\nfun b() {}\nprivate val c = 1\ninternal fun d() {}\n";
    let expected = "internal class A {\n    fun a() {}\n}\ninternal fun b() {}\nprivate val c = 1\ninternal fun d() {}\n";
    assert_eq!(kotlin(source), expected);
}

#[test]
fn a_kotlin_function_that_throws_becomes_internal_too() {
    let source = "    @Throws(A::class) fun `a`(): B {\n        @Throws(A::class)fun b() {}\n";
    let expected =
        "@Throws(A::class) internal fun `a`(): B {\n        @Throws(A::class)fun b() {}\n";
    assert_eq!(kotlin(source), expected);
}

#[test]
fn swift_declarations_lose_what_makes_them_public() {
    let source = "public protocol A {\n}\nopen class B {\n    public let open: Bool\n}\n";
    assert_eq!(swift(source), "protocol A {\n}\nclass B {\n    let open: Bool\n}\n");
}
