//! Generated code is public by default: here it becomes internal to the module that it is compiled in.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

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

/// How the generated Kotlin says what it need not be warned of: of nothing, since a warning of the
/// compiler is an error in what is written by hand.
const SUPPRESSED: (&str, &str) =
    ("@file:Suppress(\"NAME_SHADOWING\")", "@file:Suppress(\"warnings\")");

/// Kotlin: every public top-level declaration becomes internal, and with it what is inside.
pub fn kotlin(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines() {
        let declared = line.strip_prefix("public ").unwrap_or(line);
        // A function that throws has its annotation on the same line, and is nowhere but at the top.
        let throwing = line.trim_start().strip_prefix("@Throws(");
        // One that does not throw follows the end of its comment.
        let documented = line.trim_start().strip_prefix("*/ fun ");
        if let Some((errors, function)) = throwing.and_then(|rest| rest.split_once(") fun ")) {
            out.push_str(&format!("@Throws({errors}) internal fun {function}"));
        } else if let Some(function) = documented {
            out.push_str(&format!("*/ internal fun {function}"));
        } else if KOTLIN.iter().any(|begin| declared.starts_with(begin)) {
            out.push_str("internal ");
            out.push_str(declared);
        } else if line == SUPPRESSED.0 {
            out.push_str(SUPPRESSED.1);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Swift: `public` and `open` go, which leaves internal. A module is one namespace, whose plain names are
/// for the API: a type that is generated as `Site` becomes `FfiSite`. (UniFFI's own `rename` forgets what it
/// has to register foreign traits by.)
pub fn swift(source: &str) -> String {
    let lines: Vec<_> = source.lines().map(hidden).collect();
    let types: BTreeSet<_> = lines.iter().filter_map(|(_, rest)| declared(rest)).collect();
    let mut out = String::with_capacity(source.len() + source.len() / 16);
    for (indent, rest) in &lines {
        out.push_str(indent);
        // Code may follow the end of a comment.
        if rest.starts_with(['/', '*']) && !rest.starts_with("*/") {
            out.push_str(rest);
        } else {
            prefix(rest, &types, &mut out);
        }
        out.push('\n');
    }
    out
}

/// A line's indentation, and what comes after it and the words for access.
fn hidden(line: &str) -> (&str, &str) {
    let inner = line.trim_start();
    let (indent, _) = line.split_at(line.len() - inner.len());
    let words = ["public ", "open "].iter().find_map(|word| inner.strip_prefix(word));
    (indent, words.unwrap_or(inner))
}

/// The type that a line declares, where it is none of UniFFI's own.
fn declared(line: &str) -> Option<&str> {
    let kinds = ["struct ", "enum ", "class ", "protocol "];
    let rest = kinds.iter().find_map(|kind| line.strip_prefix(kind))?;
    let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let own = ["Ffi", "Uniffi", "Rust"].iter().any(|begin| name.starts_with(begin));
    (!own && name.starts_with(|c: char| c.is_ascii_uppercase())).then_some(name)
}

/// Writes a line with every type of the set prefixed; an enumeration's case can have the same name.
fn prefix(line: &str, types: &BTreeSet<&str>, out: &mut String) {
    let mut rest = line;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if types.contains(word) && !out.ends_with('.') && !out.ends_with("case ") {
            out.push_str("Ffi");
        }
        out.push_str(word);
        let next = after.find(|c: char| c.is_alphanumeric() || c == '_').unwrap_or(after.len());
        let (between, after) = after.split_at(next);
        out.push_str(between);
        rest = after;
    }
}
