use super::*;

const TABLE: [(&str, &str); 2] = [("slow", "fast"), ("old", "new")];

#[test]
fn everything_slow_is_replaced_or_somebody_hears_that_it_is_not() {
    assert_eq!(replaced("slow, slow, old", &TABLE).as_deref(), Some("fast, fast, new"));
    assert_eq!(replaced("slow, slow", &TABLE), None);
    assert_eq!(replaced("old", &TABLE), None);
}

#[test]
fn swift_copies_bytes_fast_or_somebody_hears_that_it_does_not() {
    let integers =
        "let _ = withUnsafeMutableBytes(of: &value, { reader.data.copyBytes(to: $0, from: range)})";
    let bytes = "reader.data.copyBytes(to: buffer, from: range)";
    let made = swift(&format!("a\n{integers}\nb\n{bytes}\n")).unwrap();
    assert!(!made.contains("copyBytes") && made.contains("copyMemory"), "{made}");
    assert_eq!(swift(integers), None);
    assert_eq!(swift(bytes), None);
}

#[test]
fn a_callback_gets_its_arguments_without_reflection() {
    let made = callbacks::proxied(
        "before
internal interface UniffiCallbackInterfaceFree : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceKeysMethod2 : com.sun.jna.Callback {
    fun callback(`handle`: Long,`key`: RustBuffer.ByValue,`to`: RustBuffer,`time`: LongByReference,status: Pointer,)
}
after
",
    );
    let expected = "before
internal interface UniffiCallbackInterfaceFree : com.sun.jna.Callback {
    fun callback(`handle`: Long,)
}
internal interface UniffiCallbackInterfaceKeysMethod2 : UniffiProxy {
    fun callback(`handle`: Long,`key`: RustBuffer.ByValue,`to`: RustBuffer,`time`: LongByReference,status: Pointer,)
    override fun called(args: Array<Any?>) = callback(args[0] as Long, RustBuffer.Lent(args[1] as Pointer), RustBuffer(args[2] as Pointer), LongByReference().also { it.pointer = args[3] as Pointer }, args[4] as Pointer)
    override fun getParameterTypes(): Array<Class<*>> = arrayOf(Long::class.java, RustBuffer.ByValue::class.java, Pointer::class.java, Pointer::class.java, Pointer::class.java)
}
after
";
    assert_eq!(made.as_deref(), Some(expected));
}

#[test]
fn a_callback_of_another_make_is_heard_of() {
    let interface =
        "internal interface UniffiCallbackInterfaceKeysMethod2 : com.sun.jna.Callback {\n";
    let of = |method: &str| callbacks::proxied(&format!("{interface}{method}\n}}\n"));
    assert!(of("    fun callback(`handle`: Long,status: Pointer,)").is_some());
    assert_eq!(of("    fun callback(`handle`: Time,status: Pointer,)"), None);
    assert_eq!(of("    fun callback(`handle`: Long,status: Pointer,): Long"), None);
    assert_eq!(of("    fun callback(`handle`: Long,)"), None);
    assert_eq!(of("    fun callback()"), None);
    assert_eq!(callbacks::proxied(interface), None);
    assert_eq!(callbacks::proxied("no callback\n"), None);
}
