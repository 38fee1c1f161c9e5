//! Kotlin that the library calls without reflection: JNA hands a `CallbackProxy` the arguments as they come.

/// How the generated code begins and ends the name of a method's interface, in its own line.
const INTERFACE: (&str, &str) =
    ("internal interface UniffiCallbackInterface", " : com.sun.jna.Callback {");

/// How the method begins and ends, in the line after.
const METHOD: (&str, &str) = ("    fun callback(", ",)");

/// What the interfaces have in common. Nothing may be thrown into native code, where a call that said nothing has
/// succeeded: the last argument is its status.
pub(super) const HELPERS: &str = "
internal interface UniffiProxy : com.sun.jna.CallbackProxy {
    fun called(args: Array<Any?>)

    override fun callback(args: Array<Any?>): Any? {
        try {
            called(args)
        } catch (error: Throwable) {
            (args.last() as Pointer).setByte(0, UNIFFI_CALL_UNEXPECTED_ERROR)
            Native.getCallbackExceptionHandler().uncaughtException(this, error)
        }
        return null
    }

    override fun getReturnType(): Class<*> = Void.TYPE
}
";

/// Kotlin whose callbacks are proxies; none where there is none to be made, or a parameter of a kind that is
/// not known.
pub(super) fn proxied(source: &str) -> Option<String> {
    let mut out = String::with_capacity(source.len());
    let mut lines = source.lines();
    let mut found = false;
    while let Some(line) = lines.next() {
        let name = line.strip_prefix(INTERFACE.0).and_then(|rest| rest.strip_suffix(INTERFACE.1));
        match name.filter(|name| name.contains("Method")) {
            Some(name) => {
                let method = lines.next()?;
                let parameters = method.strip_prefix(METHOD.0)?.strip_suffix(METHOD.1)?;
                out.push_str(&format!(
                    "{}{name} : UniffiProxy {{\n{method}\n{}",
                    INTERFACE.0,
                    proxy(parameters)?
                ));
                found = true;
            }
            None => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    found.then_some(out)
}

/// What hands the arguments on, and says of what kinds they are.
fn proxy(parameters: &str) -> Option<String> {
    let kinds = parameters.split(',').map(|parameter| Some(parameter.split_once(": ")?.1));
    let kinds = kinds.collect::<Option<Vec<_>>>()?;
    (kinds.last() == Some(&"Pointer")).then_some(())?;
    let mut given = Vec::new();
    let mut native = Vec::new();
    for (at, kind) in kinds.into_iter().enumerate() {
        let argument = format!("args[{at}] as ");
        // What is not by value comes as an address.
        let (value, class) = match kind {
            "Byte" | "Short" | "Int" | "Long" => (argument + kind, kind),
            "Pointer" => (argument + "Pointer", kind),
            "RustBuffer.ByValue" => (format!("RustBuffer.Lent({argument}Pointer)"), kind),
            "RustBuffer" => (format!("RustBuffer({argument}Pointer)"), "Pointer"),
            "LongByReference" => {
                (format!("LongByReference().also {{ it.pointer = {argument}Pointer }}"), "Pointer")
            }
            _ => return None,
        };
        given.push(value);
        native.push(format!("{class}::class.java"));
    }
    Some(format!(
        "    override fun called(args: Array<Any?>) = callback({})
    override fun getParameterTypes(): Array<Class<*>> = arrayOf({})
",
        given.join(", "),
        native.join(", ")
    ))
}
