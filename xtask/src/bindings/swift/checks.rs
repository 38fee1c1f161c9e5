//! What is checked of the package beside its tests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::Package;
use crate::process::{Failed, root, run};

/// The modules of Apple's that the package imports, in the order in which they need each other.
const APPLE: &[&str] = &["Security", "LocalAuthentication", "CryptoKit"];

/// Checks that every public item says what it is, by what the build of the tests has left; how many there
/// are.
///
/// # Errors
/// With the names of those that do not.
pub fn documentation(package: &Package) -> Result<usize, Failed> {
    let file = package.symbols().join("Pocketkey.symbols.json");
    let text = fs::read_to_string(&file)
        .map_err(|error| Failed::Broken(format!("{}: {error}", file.display())))?;
    let graph: Value =
        serde_json::from_str(&text).map_err(|error| Failed::Broken(error.to_string()))?;
    let symbols = public(&graph);
    let silent: Vec<_> =
        symbols.iter().filter(|(_, says)| !says).map(|(name, _)| name.as_str()).collect();
    if symbols.is_empty() || !silent.is_empty() {
        let silent = silent.join(", ");
        return Err(Failed::Broken(format!("public Swift items without documentation: {silent}")));
    }
    Ok(symbols.len())
}

/// The public symbols of a graph that somebody wrote, and whether they have a comment.
fn public(graph: &Value) -> Vec<(String, bool)> {
    let symbols = graph.get("symbols").and_then(Value::as_array);
    let written = symbols.into_iter().flatten().filter(|symbol| {
        let identifier = symbol.pointer("/identifier/precise").and_then(Value::as_str);
        // What the compiler derives, such as `!=`, stands nowhere in the source.
        let derived = identifier.is_none_or(|identifier| identifier.contains("::SYNTHESIZED::"))
            || symbol.get("location").is_none();
        !derived && symbol.get("accessLevel").and_then(Value::as_str) == Some("public")
    });
    written
        .map(|symbol| {
            let path = symbol.get("pathComponents").and_then(Value::as_array);
            let path = path.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
            (path.join("."), symbol.get("docComment").is_some())
        })
        .collect()
}

/// Checks the types of what only Apple's systems compile, and of what the tests have for them alone, against
/// `Tests/AppleStubs`, which declares what is used of Apple's modules. It shows that the parts fit
/// together, and nothing about Apple's.
///
/// # Errors
/// Where the compiler finds any.
pub fn apple_parts(package: &Package) -> Result<(), Failed> {
    let modules = package.place.join(".build").join("apple");
    fs::create_dir_all(&modules)?;
    let modules = package.inside(&modules);
    let swiftc = || {
        let mut swiftc = package.command(&[]);
        swiftc.args(["swiftc", "-swift-version", "6", "-warnings-as-errors", "-I"]).arg(&modules);
        swiftc
    };
    let module_file = |name: &str| modules.join(format!("{name}.swiftmodule"));
    let stubs = root().join("ios").join("Tests").join("AppleStubs");
    for name in APPLE {
        let mut module = swiftc();
        module.args(["-parse-as-library", "-emit-module", "-module-name", name, "-o"]);
        module.arg(module_file(name));
        module.arg(package.inside(&stubs.join(format!("{name}.swift"))));
        run(&mut module, |_| {})?;
    }
    let check = |name: &str, folder: &Path, emit: bool| {
        let mut check = swiftc();
        check.args(["-module-name", name, "-I"]);
        check.arg(package.inside(&package.place).join("Sources").join("CPocketkey"));
        for source in swift_files(folder)? {
            check.arg(package.inside(&source));
        }
        if emit {
            check.args(["-parse-as-library", "-emit-module", "-o"]).arg(module_file(name));
        } else {
            check.arg("-typecheck");
        }
        run(&mut check, |_| {})
    };
    let sources = package.place.join("Sources").join("Pocketkey");
    check("Pocketkey", &sources, false)?;
    // Emitting a module need not look into the bodies of functions: it is for what imports it.
    check("Pocketkey", &sources, true)?;
    let tests = package.place.join("Tests").join("PocketkeyTests").join("Apple");
    check("PocketkeyTests", &tests, false)
}

fn swift_files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(swift_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "swift") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_public_and_silent_is_found() {
        let symbol = |name: &str, access: &str, comment: bool| {
            let mut symbol = json!({
                "identifier": { "precise": format!("s:{name}") }, "pathComponents": ["A", name],
                "accessLevel": access, "location": {},
            });
            if comment {
                symbol["docComment"] = json!({ "lines": [] });
            }
            symbol
        };
        let mut derived = symbol("!=", "public", false);
        derived["identifier"]["precise"] = json!("s:x::SYNTHESIZED::y");
        let symbols = [symbol("b", "public", true), symbol("c", "public", false), derived];
        let graph = json!({ "symbols": symbols });
        assert_eq!(public(&graph), [("A.b".to_owned(), true), ("A.c".to_owned(), false)]);
    }
}
