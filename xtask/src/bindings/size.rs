//! How large the library is, what takes the space, and what it may take.

use std::{collections::BTreeMap, fs, path::Path};

use super::{Bindings, Parts, library_name};
use crate::process::{Failed, ask, root};

/// Where the budget stands: a number of bytes, and comments.
const BUDGET: &str = "bindings/size-budget.txt";

/// Checks the stripped library against its budget.
///
/// # Errors
/// Where it is too large.
pub fn check(library: &Path) -> Result<(), Failed> {
    let size = fs::metadata(library)?.len();
    let budget = budget()?;
    println!("{}: {size} bytes of {budget}", library.display());
    if size > budget {
        return Err(Failed::Broken(format!(
            "the stripped library has {size} bytes, {} more than {BUDGET} allows",
            size - budget
        )));
    }
    Ok(())
}

fn budget() -> Result<u64, Failed> {
    let text = fs::read_to_string(root().join(BUDGET))?;
    let number =
        text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    number
        .and_then(|number| number.replace('_', "").parse().ok())
        .ok_or_else(|| Failed::Broken(format!("{BUDGET} names no number of bytes")))
}

/// What takes the space: the code of each part, by its symbols, in a library that is not stripped.
///
/// # Errors
/// Where `nm` cannot read it.
pub fn table(unstripped: &Path) -> Result<Vec<(String, u64)>, Failed> {
    let mut nm = std::process::Command::new("nm");
    nm.args(["--demangle", "--print-size", "--size-sort", "--defined-only"]).arg(unstripped);
    let symbols =
        ask(&mut nm).ok_or_else(|| Failed::Lacking("nm: apt-get install binutils".to_owned()))?;
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    for line in symbols.lines() {
        let mut words = line.splitn(4, ' ');
        let (_, size, _, name) = (words.next(), words.next(), words.next(), words.next());
        let Some((size, name)) = size.zip(name) else { continue };
        let Ok(size) = u64::from_str_radix(size, 16) else { continue };
        *parts.entry(part(name).to_owned()).or_default() += size;
    }
    let mut table: Vec<_> = parts.into_iter().collect();
    table.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    Ok(table)
}

/// Which part a symbol belongs to.
fn part(symbol: &str) -> &'static str {
    let name = symbol.trim_start_matches(['<', '&', '*', '(', '[']);
    let name = name.strip_prefix("dyn ").unwrap_or(name);
    let known = [
        ("pocketkey_core", "pocketkey-core"),
        ("pocketkey_ffi", "bindings"),
        ("uniffi", "UniFFI's runtime and scaffolding"),
        ("ffi_pocketkey", "UniFFI's runtime and scaffolding"),
        ("UNIFFI_META", "UniFFI's runtime and scaffolding"),
        ("sqlite3", "SQLite and other C"),
        ("rusqlite", "rusqlite"),
        ("ring", "ring"),
        ("p256", "p256, aes and their parts"),
        ("elliptic_curve", "p256, aes and their parts"),
        ("primeorder", "p256, aes and their parts"),
        ("primefield", "p256, aes and their parts"),
        ("crypto_bigint", "p256, aes and their parts"),
        ("aes", "p256, aes and their parts"),
        ("cbc", "p256, aes and their parts"),
        ("rqrr", "reading QR codes"),
        ("g2p", "reading QR codes"),
        ("serde", "serde_json"),
        ("rustls", "rustls, hyper, tokio and theirs"),
        ("webpki", "rustls, hyper, tokio and theirs"),
        ("hyper", "rustls, hyper, tokio and theirs"),
        ("http", "rustls, hyper, tokio and theirs"),
        ("tokio", "rustls, hyper, tokio and theirs"),
        ("mio", "rustls, hyper, tokio and theirs"),
        ("std", "Rust's standard library"),
        ("core", "Rust's standard library"),
        ("alloc", "Rust's standard library"),
        ("gimli", "Rust's standard library"),
        ("addr2line", "Rust's standard library"),
        ("rustc_demangle", "Rust's standard library"),
        ("miniz_oxide", "Rust's standard library"),
    ];
    known
        .iter()
        .find(|(prefix, _)| name.starts_with(prefix))
        // What has no Rust path comes from C: SQLite, whose functions are its own file's.
        .map_or(if name.contains("::") { "others" } else { "SQLite and other C" }, |(_, part)| part)
}

/// Prints the table.
///
/// # Errors
/// Where a file cannot be read.
pub fn print(made: &Bindings) -> Result<(), Failed> {
    let parts = table(&made.unstripped)?;
    let whole = fs::metadata(&made.library)?.len();
    let named: u64 = parts.iter().map(|(_, size)| size).sum();
    println!("{:<36} {:>9} {:>6}", "part", "bytes", "%");
    let rest = ("tables, relocations, unwinding".to_owned(), whole.saturating_sub(named));
    for (part, size) in parts.iter().chain([&rest]) {
        println!("{part:<36} {size:>9} {:>6.1}", percent(*size, whole));
    }
    println!("{:<36} {whole:>9} {:>6.1}", "the stripped library", 100.0);
    Ok(())
}

/// Builds the library with each choice of its optional parts, and prints how large it is.
///
/// # Errors
/// Where one does not build.
pub fn combinations() -> Result<(), Failed> {
    let choices: [(&str, bool, &[&str]); 5] = [
        ("nothing optional", true, &[]),
        ("ble", true, &["ble"]),
        ("ble, software (default)", false, &[]),
        ("ble, network", true, &["ble", "network"]),
        ("ble, software, network", false, &["network"]),
    ];
    let mut sizes = Vec::new();
    for (name, no_default_features, features) in choices {
        let features = features.iter().map(|&feature| feature.to_owned()).collect();
        let built = super::build(&Parts { features, no_default_features })?;
        let stripped = root().join("target").join("bindings").join("sizes").join(library_name());
        super::strip(&built, &stripped)?;
        sizes.push((name, fs::metadata(&stripped)?.len()));
    }
    println!("{:<28} {:>9}", "optional parts", "bytes");
    for (name, size) in sizes {
        println!("{name:<28} {size:>9}");
    }
    Ok(())
}

fn percent(size: u64, whole: u64) -> f64 {
    let per_mille = size.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    f64::from(u32::try_from(per_mille).unwrap_or(u32::MAX)) / 10.0
}
