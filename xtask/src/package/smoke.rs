//! What is packed is unpacked and used: by a C program, from Kotlin's classes, and by the Swift compiler.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::archive::unpack;
use crate::{
    bindings::{library_name, swift},
    process::{Failed, run},
};

/// Asks the library for the version of UniFFI's contract, through its own header.
const C: &str = "#include <stdio.h>
#include \"CPocketkey.h\"
int main(void) {
    printf(\"the library speaks version %u of its contract\\n\", ffi_pocketkey_ffi_uniffi_contract_version());
    return 0;
}
";

/// Asks the library what it is, through Kotlin's generated classes, which check that both fit together.
const JAVA: &str = "public class Smoke {
    public static void main(String[] arguments) {
        System.out.println(dev.pocketkey.ffi.Pocketkey_ffiKt.libraryInfo());
    }
}
";

/// Links a program with the packed library and runs it.
///
/// # Errors
/// Where it does not link, load or run.
pub fn library(archive: &Path, folder: &Path) -> Result<(), Failed> {
    let place = unpack(archive, folder)?;
    let source = folder.join("unpacked").join("smoke.c");
    let program = source.with_extension("");
    fs::write(&source, C)?;
    let mut compiler = Command::new("cc");
    // Clang's words for Swift, which GCC does not know.
    compiler.args(["-D_Nonnull=", "-D_Nullable="]);
    compiler.arg("-I").arg(place.join("include")).arg("-o").arg(&program).arg(&source);
    run(compiler.arg(place.join(library_name())), |_| {})?;
    run(Command::new(&program).env("LD_LIBRARY_PATH", &place), |_| {})
}

/// Loads the packed library from the packed classes.
///
/// # Errors
/// Where there is no JDK, or something does not load.
pub fn kotlin(jars: &[PathBuf], archive: &Path, folder: &Path) -> Result<(), Failed> {
    let place = unpack(archive, folder)?;
    let source = folder.join("unpacked").join("Smoke.java");
    fs::write(&source, JAVA)?;
    let repository =
        env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".m2/repository");
    let mut classes = jars.first().cloned().unwrap_or_default().into_os_string();
    for (group, name) in [
        ("org/jetbrains/kotlin", "kotlin-stdlib"),
        ("org/jetbrains/kotlinx", "kotlinx-coroutines-core-jvm"),
        ("net/java/dev/jna", "jna"),
    ] {
        for jar in jars_in(&repository.join(group).join(name))? {
            classes.push(":");
            classes.push(jar);
        }
    }
    let mut library_path = std::ffi::OsString::from("-Djna.library.path=");
    library_path.push(&place);
    let mut java = Command::new("java");
    java.arg(library_path).arg("--class-path").arg(classes).arg(source);
    let mut told = false;
    run(&mut java, |line| told |= line.contains(&format!("version={}", super::version())))?;
    if told {
        Ok(())
    } else {
        Err(Failed::Broken("the packed classes did not reach the packed library".to_owned()))
    }
}

/// The jars of each version of a library that Maven has fetched.
fn jars_in(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut jars = Vec::new();
    for version in fs::read_dir(folder)? {
        for file in fs::read_dir(version?.path())? {
            let file = file?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.ends_with(".jar") && !name.contains("sources") {
                jars.push(file);
            }
        }
    }
    jars.sort();
    Ok(jars)
}

/// Has the Swift compiler parse the packed package, where this machine has one.
///
/// # Errors
/// Where it is not a package.
pub fn swift(archive: &Path, folder: &Path) -> Result<(), Failed> {
    let place = unpack(archive, folder)?;
    let Some(mut compiler) = swift::compiler(&place) else {
        println!("!!! the Swift package was packed and not compiled: there is no Swift here yet");
        return Ok(());
    };
    run(&mut compiler, |_| {})
}
