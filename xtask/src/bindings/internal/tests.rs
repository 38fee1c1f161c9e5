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
fn a_kotlin_function_that_throws_nothing_becomes_internal_too() {
    let source =
        "        /**\n         * What it does.\n         */ fun `a`(): B {\n    fun `b`()\n";
    let expected =
        "        /**\n         * What it does.\n*/ internal fun `a`(): B {\n    fun `b`()\n";
    assert_eq!(kotlin(source), expected);
}

#[test]
fn swift_declarations_lose_what_makes_them_public() {
    let source = "public protocol FfiA {\n}\nopen func b() {\n    public let open: Bool\n}\n";
    assert_eq!(swift(source), "protocol FfiA {\n}\nfunc b() {\n    let open: Bool\n}\n");
}

#[test]
fn swift_types_are_prefixed_and_what_is_only_called_like_them_is_not() {
    let source = "public enum Site {\n    // Site\n    case Site(a: [Site])\n}\n\
        func a(site: Site?) -> SiteB { .Site(FfiConverterTypeSite.b) }\n";
    let expected = "enum FfiSite {\n    // Site\n    case Site(a: [FfiSite])\n}\n\
        func a(site: FfiSite?) -> SiteB { .Site(FfiConverterTypeSite.b) }\n";
    assert_eq!(swift(source), expected);
}
