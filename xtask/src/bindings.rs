//! `cargo xtask bindings`: the library of the SDKs, and the Kotlin and Swift code that calls it.
//!
//! What is generated goes into `target/bindings` and is never committed. It is nobody's API: the
//! hand-written code of `android/sdk` and `ios/` is, and all that is generated becomes internal to it.

pub mod disk;
mod fast;
mod internal;
pub mod kotlin;
pub mod size;
pub mod swift;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::process::{Failed, cargo, root, run as run_command};

/// The Kotlin package of the generated code, as `uniffi.toml` names it.
const KOTLIN_PACKAGE: &str = "dev.pocketkey.ffi";
/// The Swift module for the C header, as `uniffi.toml` names it.
const SWIFT_C_MODULE: &str = "CPocketkey";
/// The Swift file, named after its module in `uniffi.toml`.
const SWIFT_FILE: &str = "PocketkeyFFI.swift";

/// What was built and generated.
pub struct Bindings {
    /// The library for this machine, as cargo linked it.
    pub unstripped: PathBuf,
    /// The stripped library for this machine.
    pub library: PathBuf,
    /// The folder of Kotlin sources, with their package's folders in it.
    pub kotlin: PathBuf,
    /// The folder of `PocketkeyFFI.swift`, and of `include/`, the header and its module map.
    pub swift: PathBuf,
}

/// What `cargo xtask bindings` can be told.
#[derive(clap::Args)]
pub struct Args {
    /// Say also what takes the space in the library
    #[arg(long)]
    size: bool,
    /// Say instead how large the library is with each choice of its optional parts, which takes minutes
    #[arg(long, conflicts_with_all = ["size", "features", "no_default_features"])]
    sizes: bool,
    #[command(flatten)]
    parts: Parts,
}

/// Which of its optional parts the library has (docs/adr/0011-optional-parts.md).
#[derive(clap::Args, Clone, Default)]
pub struct Parts {
    /// Optional parts besides the default ones: ble, network, software
    #[arg(long, value_name = "PARTS", value_delimiter = ',')]
    pub features: Vec<String>,
    /// Leave the default parts out
    #[arg(long)]
    pub no_default_features: bool,
}

/// Builds and generates everything.
pub fn run(args: &Args) -> ExitCode {
    if args.sizes {
        return match size::combinations() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failed) => {
                eprintln!("{failed}");
                ExitCode::FAILURE
            }
        };
    }
    let made = make_with(&args.parts).and_then(|made| {
        if args.size {
            size::print(&made)?;
        }
        Ok(made)
    });
    match made {
        Ok(made) => {
            println!("library  {}", made.library.display());
            println!("Kotlin   {}  (package {KOTLIN_PACKAGE})", made.kotlin.display());
            println!("Swift    {}  (C module {SWIFT_C_MODULE})", made.swift.display());
            ExitCode::SUCCESS
        }
        Err(failed) => {
            eprintln!("{failed}");
            ExitCode::FAILURE
        }
    }
}

/// The same for a step that needs it, with the default parts. Cargo knows what has to be built again.
///
/// # Errors
/// Where something does not build, or comes out under another name.
pub fn make() -> Result<Bindings, Failed> {
    make_with(&Parts::default())
}

fn make_with(parts: &Parts) -> Result<Bindings, Failed> {
    let built = build(parts)?;
    let folder = root().join("target").join("bindings");
    let made = Bindings {
        unstripped: built.clone(),
        library: folder.join("lib").join(library_name()),
        kotlin: folder.join("kotlin"),
        swift: folder.join("swift"),
    };
    // Generated from the library as it was linked: stripping would take the descriptions out.
    for (language, place) in [("kotlin", &made.kotlin), ("swift", &made.swift)] {
        if place.exists() {
            fs::remove_dir_all(place)?;
        }
        generate(language, &built, place)?;
    }
    check_kotlin(&made.kotlin)?;
    check_swift(&made.swift)?;
    strip(&built, &made.library)?;
    Ok(made)
}

/// SQLite without what a phone does not use: full text, R-trees, statistics, extensions. The workspace
/// does use some of it, so that these flags are for the SDKs' library alone. Gradle reads them too.
fn sqlite_flags() -> String {
    let flags: Vec<_> =
        include_str!("../../bindings/sqlite-flags.txt").split_whitespace().collect();
    flags.join(" ")
}

/// The library for this machine, as cargo linked it.
fn build(parts: &Parts) -> Result<PathBuf, Failed> {
    let mut build = cargo_for_the_library("rustc");
    if parts.no_default_features {
        build.arg("--no-default-features");
    }
    if !parts.features.is_empty() {
        build.arg("--features").arg(parts.features.join(","));
    }
    run_command(build.args(["--crate-type", "cdylib"]), |_| {})?;
    Ok(build_folder().join("sdk").join(library_name()))
}

/// Cargo for the bindings as they are shipped: in a folder of their own, because their SQLite is not that
/// of other programs.
pub fn cargo_for_the_library(command: &str) -> Command {
    let mut cargo = cargo([command, "--profile", "sdk", "--package", "pocketkey-ffi", "--lib"]);
    cargo.arg("--target-dir").arg(build_folder()).env("LIBSQLITE3_FLAGS", sqlite_flags());
    cargo
}

fn build_folder() -> PathBuf {
    root().join("target").join("bindings").join("build")
}

fn generate(language: &str, library: &Path, place: &Path) -> Result<(), Failed> {
    let arguments = ["run", "--quiet", "--package", "pocketkey-ffi", "--features", "bindgen"];
    let mut bindgen = cargo(arguments);
    bindgen.args(["--bin", "uniffi-bindgen", "--", "generate", "--no-format"]);
    bindgen.args(["--metadata-no-deps", "--language", language, "--config"]);
    bindgen.arg(root().join("uniffi.toml")).arg("--out-dir").arg(place).arg(library);
    run_command(&mut bindgen, |_| {})
}

/// A copy without what only a debugger reads.
pub fn strip(from: &Path, to: &Path) -> Result<(), Failed> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    // A running program may have the old one open: it keeps it.
    let _ = fs::remove_file(to);
    fs::copy(from, to)?;
    let mut strip = Command::new("strip");
    if cfg!(target_os = "macos") {
        strip.arg("-x");
    }
    run_command(strip.arg(to), |_| {})
}

/// The file name of the library on this machine.
pub fn library_name() -> String {
    format!("{}pocketkey_ffi{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX)
}

fn check_kotlin(place: &Path) -> Result<(), Failed> {
    let folders = KOTLIN_PACKAGE.replace('.', "/");
    let file = place.join(folders).join("pocketkey_ffi.kt");
    let source = read(&file)?;
    if !source.lines().any(|line| line.trim() == format!("package {KOTLIN_PACKAGE}")) {
        return Err(Failed::Broken(format!("{} is in another package", file.display())));
    }
    let source = fast::kotlin(&internal::kotlin(&source)).ok_or_else(|| other_way("Kotlin"))?;
    fs::write(file, source)?;
    Ok(())
}

fn check_swift(place: &Path) -> Result<(), Failed> {
    let source = read(&place.join(SWIFT_FILE))?;
    if !source.contains(&format!("import {SWIFT_C_MODULE}")) {
        return Err(Failed::Broken(format!("the Swift code imports no {SWIFT_C_MODULE}")));
    }
    let map = place.join(format!("{SWIFT_C_MODULE}.modulemap"));
    if !read(&map)?.contains(&format!("module {SWIFT_C_MODULE} ")) {
        return Err(Failed::Broken(format!("{} names another module", map.display())));
    }
    let source = fast::swift(&internal::swift(&source)).ok_or_else(|| other_way("Swift"))?;
    fs::write(place.join(SWIFT_FILE), source)?;
    let include = place.join("include");
    fs::create_dir_all(&include)?;
    fs::rename(map, include.join("module.modulemap"))?;
    let header = format!("{SWIFT_C_MODULE}.h");
    fs::rename(place.join(&header), include.join(header))?;
    Ok(())
}

fn other_way(language: &str) -> Failed {
    Failed::Broken(format!("the {language} code does in another way what fast.rs makes fast"))
}

fn read(file: &Path) -> Result<String, Failed> {
    fs::read_to_string(file).map_err(|error| Failed::Broken(format!("{}: {error}", file.display())))
}
