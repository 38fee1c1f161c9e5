//! Generated code is public by default: here it becomes internal to the module that it is compiled in.

#[cfg(test)]
mod tests;

/// What a top-level declaration begins with.
const KOTLIN: &[&str] = &[
    "abstract ",
    "annotation ",
    "class ",
    "const ",
    "data ",
    "enum ",
    "fun ",
    "inline ",
    "interface ",
    "object ",
    "open ",
    "sealed ",
    "suspend ",
    "typealias ",
    "val ",
    "var ",
    "fun<",
];

/// Kotlin: every public top-level declaration becomes internal, and with it what is inside.
pub fn kotlin(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        let declared = line.strip_prefix("public ").unwrap_or(line);
        // A function that throws has its annotation on the same line, and is nowhere but at the top.
        let throwing = line.trim_start().strip_prefix("@Throws(");
        if let Some((errors, function)) = throwing.and_then(|rest| rest.split_once(") fun ")) {
            out.push_str(&format!("@Throws({errors}) internal fun {function}"));
        } else if KOTLIN.iter().any(|begin| declared.starts_with(begin)) {
            out.push_str("internal ");
            out.push_str(declared);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Swift: `public` and `open` go, which leaves internal.
pub fn swift(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        let inner = line.trim_start();
        let (indent, _) = line.split_at(line.len() - inner.len());
        let words = ["public ", "open "].iter().find_map(|word| inner.strip_prefix(word));
        out.push_str(indent);
        out.push_str(words.unwrap_or(inner));
        out.push('\n');
    }
    out
}
