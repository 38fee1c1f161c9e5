//! `cargo xtask package`: what a developer gets, in archives under `target/package`, with a list of their
//! hashes. Each is unpacked again and used before it counts.

mod archive;
mod smoke;
#[cfg(test)]
mod tests;

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::{
    bindings::{self, Bindings},
    process::{Failed, ask, root, run as run_command},
};

/// What no machine but those with their tools can make.
const ELSEWHERE: &str = "\
What this machine cannot make, and the commands that make it where they can run:

  Android (an AAR), with the Android SDK and NDK r28 or newer:
    rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android
    cargo install cargo-ndk
    cargo xtask bindings
    gradle -p android :sdk:assembleRelease

  Apple's systems (a framework for the Swift package), on a Mac with Xcode:
    rustup target add aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin
    export LIBSQLITE3_FLAGS=\"$(cat bindings/sqlite-flags.txt)\"
    export IPHONEOS_DEPLOYMENT_TARGET=17.0 MACOSX_DEPLOYMENT_TARGET=14.0
    for target in aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios aarch64-apple-darwin x86_64-apple-darwin; do
      cargo rustc --profile sdk --package pocketkey-ffi --lib --crate-type staticlib --target $target
    done
    mkdir -p target/apple/simulator target/apple/macos
    lipo -create -output target/apple/simulator/libpocketkey_ffi.a \\
      target/aarch64-apple-ios-sim/sdk/libpocketkey_ffi.a target/x86_64-apple-ios/sdk/libpocketkey_ffi.a
    lipo -create -output target/apple/macos/libpocketkey_ffi.a \\
      target/aarch64-apple-darwin/sdk/libpocketkey_ffi.a target/x86_64-apple-darwin/sdk/libpocketkey_ffi.a
    cargo xtask bindings
    rm -rf ios/CPocketkey.xcframework
    xcodebuild -create-xcframework -output ios/CPocketkey.xcframework \\
      -library target/aarch64-apple-ios/sdk/libpocketkey_ffi.a -headers target/bindings/swift/include \\
      -library target/apple/simulator/libpocketkey_ffi.a -headers target/bindings/swift/include \\
      -library target/apple/macos/libpocketkey_ffi.a -headers target/bindings/swift/include
    cp target/bindings/swift/PocketkeyFFI.swift ios/Sources/Pocketkey/Generated.swift
";

/// What `cargo xtask package` can be told.
#[derive(clap::Args)]
pub struct Args {}

/// Makes everything that this machine can.
pub fn run(_: &Args) -> ExitCode {
    match make() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            eprintln!("{failed}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<(), Failed> {
    let made = bindings::make()?;
    bindings::size::check(&made.library)?;
    let folder = root().join("target").join("package");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let target = host()?;
    let mut archives = vec![library(&made, &folder, &target)?, swift(&made, &folder)?];
    smoke::library(&archives[0], &folder)?;
    smoke::swift(&archives[1], &folder)?;
    let mut left_out = Vec::new();
    match kotlin(&folder)
        .and_then(|jars| smoke::kotlin(&jars, &archives[0], &folder).map(|()| jars))
    {
        Ok(jars) => archives.extend(jars),
        Err(Failed::Lacking(what)) => left_out.push(what),
        Err(failed) => return Err(failed),
    }
    let sums = archive::hashes(&folder, &archives)?;
    println!("\n{sums}");
    for what in left_out {
        println!("!!! {what}");
    }
    println!("{ELSEWHERE}");
    Ok(())
}

/// The version that all packages have.
fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

fn host() -> Result<String, Failed> {
    let told = ask(Command::new("rustc").arg("-vV")).unwrap_or_default();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failed::Broken("rustc names no host".to_owned()))
}

/// The stripped library with its C header.
fn library(made: &Bindings, folder: &Path, target: &str) -> Result<PathBuf, Failed> {
    let name = format!("pocketkey-ffi-{}-{target}", version());
    let place = folder.join("tree").join(&name);
    fs::create_dir_all(place.join("include"))?;
    copy(&made.library, &place)?;
    for file in ["CPocketkey.h", "module.modulemap"] {
        copy(&made.swift.join("include").join(file), &place.join("include"))?;
    }
    licences(&place)?;
    archive::pack(folder, &name)
}

/// The Swift package, complete but for the library: a framework on Apple's systems, the one above on Linux.
fn swift(made: &Bindings, folder: &Path) -> Result<PathBuf, Failed> {
    let name = format!("pocketkey-swift-{}", version());
    let place = folder.join("tree").join(&name);
    fs::create_dir_all(&place)?;
    let ios = root().join("ios");
    let mut copied = Command::new("cp");
    copied
        .arg("-r")
        .args(["Package.swift", "README.md", "Sources", "Tests"].map(|part| ios.join(part)));
    run_command(copied.arg(&place), |_| {})?;
    let generated = place.join("Sources").join("Pocketkey").join("Generated.swift");
    fs::copy(made.swift.join("PocketkeyFFI.swift"), generated)?;
    copy(
        &made.swift.join("include").join("CPocketkey.h"),
        &place.join("Sources").join("CPocketkey"),
    )?;
    licences(&place)?;
    archive::pack(folder, &name)
}

/// The Kotlin SDK for a JVM: its classes, and its sources with what is generated.
fn kotlin(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    if ask(Command::new("mvn").arg("--version")).is_none() {
        return Err(Failed::Lacking(
            "no Kotlin jar: it needs Maven and a JDK (apt-get install maven default-jdk-headless)"
                .to_owned(),
        ));
    }
    let sdk = root().join("android").join("sdk");
    // Maven leaves what was compiled from sources that are no longer there.
    let built = root().join("target").join("kotlin");
    match fs::remove_dir_all(built.join("classes")) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut maven = Command::new("mvn");
    maven.current_dir(&sdk).args(["--batch-mode", "--no-transfer-progress", "--color=never"]);
    run_command(maven.args(["-DskipTests", "package"]), |_| {})?;
    let jar = format!("sdk-jvm-{}.jar", version());
    let classes = folder.join(format!("pocketkey-sdk-jvm-{}.jar", version()));
    fs::copy(built.join(jar), &classes)?;
    let sources = folder.join(format!("pocketkey-sdk-jvm-{}-sources.jar", version()));
    let mut jar = Command::new("jar");
    jar.args(["--create", "--date=2000-01-01T00:00:00Z", "--file"]).arg(&sources);
    for part in ["main", "android"] {
        jar.arg("-C").arg(sdk.join("src").join(part).join("kotlin")).arg(".");
    }
    jar.arg("-C").arg(root().join("target").join("bindings").join("kotlin")).arg(".");
    run_command(&mut jar, |_| {})?;
    Ok(vec![classes, sources])
}

fn licences(place: &Path) -> Result<(), Failed> {
    for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
        copy(&root().join(file), place)?;
    }
    Ok(())
}

fn copy(file: &Path, folder: &Path) -> Result<(), Failed> {
    let name = file.file_name().unwrap_or_default();
    fs::copy(file, folder.join(name))
        .map(drop)
        .map_err(|error| Failed::Broken(format!("{}: {error}", file.display())))
}
