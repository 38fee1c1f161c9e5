//! The Swift package on Linux: put together in `target`, and built with this machine's Swift or one in a
//! folder of its own.

mod checks;
mod toolchain;

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    Bindings,
    disk::{self, SmallDisk},
};
use crate::process::{Failed, root, run};
use toolchain::Toolchain;

pub use checks::{apple_parts, documentation};

/// What compiles a package that lies under `target`; none where this machine has no Swift yet.
pub fn compiler(package: &Path) -> Option<Command> {
    let toolchain = Toolchain::ready()?;
    let mut swift = toolchain.command(package, &[]);
    swift.args(["swift", "build", "-c", "release", "--target", "Pocketkey", "--package-path"]);
    swift.arg(toolchain.path(package));
    Some(swift)
}

/// The package with what is generated, in `target/bindings/package`, and what builds it.
pub struct Package {
    place: PathBuf,
    /// The folder of the library.
    library: PathBuf,
    toolchain: Toolchain,
}

impl Package {
    /// Puts it together.
    ///
    /// # Errors
    /// [`Failed::Lacking`] where there is no Swift and none can be had.
    pub fn assemble(made: &Bindings) -> Result<Self, Failed> {
        let place = root().join("target").join("bindings").join("package");
        for part in ["Sources", "Tests"] {
            let old = place.join(part);
            if old.exists() {
                fs::remove_dir_all(old)?;
            }
        }
        fs::create_dir_all(&place)?;
        let mut copy = Command::new("cp");
        copy.arg("--recursive").arg("--preserve=timestamps").arg(root().join("ios").join("."));
        run(copy.arg(&place), |_| {})?;
        let sources = place.join("Sources");
        let generated = sources.join("Pocketkey").join("Generated.swift");
        fs::copy(made.swift.join(super::SWIFT_FILE), generated)?;
        let header = format!("{}.h", super::SWIFT_C_MODULE);
        let include = made.swift.join("include").join(&header);
        fs::copy(include, sources.join(super::SWIFT_C_MODULE).join(header))?;
        let library = made.library.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { place, library, toolchain: Toolchain::find()? })
    }

    /// Runs the package's tests, all or those that match; `environment` is theirs, and the disk where
    /// there is one. A warning is an error.
    ///
    /// # Errors
    /// Where one fails, or nothing builds.
    pub fn test(
        &self,
        only: Option<&str>,
        environment: &[(&str, OsString)],
        disk: Option<&SmallDisk>,
        listen: impl FnMut(&str),
    ) -> Result<(), Failed> {
        let mut environment = environment.to_vec();
        environment.extend(disk.map(|disk| (disk::NAME, self.inside(disk.folder()).into())));
        let symbols = self.symbols();
        if symbols.exists() {
            fs::remove_dir_all(&symbols)?;
        }
        fs::create_dir_all(&symbols)?;
        let mut swift = self.command(&environment);
        swift
            .args(["swift", "test", "-c", "release", "--package-path"])
            .arg(self.inside(&self.place));
        swift.args(["-Xswiftc", "-enable-testing", "-Xswiftc", "-warnings-as-errors"]);
        swift.args(["-Xswiftc", "-emit-symbol-graph", "-Xswiftc", "-emit-symbol-graph-dir"]);
        swift.arg("-Xswiftc").arg(self.inside(&symbols));
        swift.arg("-Xlinker").arg(format!("-L{}", self.inside(&self.library).display()));
        if let Some(only) = only {
            swift.args(["--filter", only]);
        }
        if let Some(disk) = disk {
            swift = disk.around(&swift);
        }
        // XCTest's lines go to standard output, those of the compiler too.
        run(&mut swift, listen)
    }

    /// Where building leaves what is known of the public items.
    fn symbols(&self) -> PathBuf {
        self.place.join(".build").join("symbols")
    }

    /// Where a folder or file of the repository is for the package's programs.
    pub fn inside(&self, path: &Path) -> PathBuf {
        self.toolchain.path(path)
    }

    /// Runs a program of the toolchain, which finds the library.
    fn command(&self, environment: &[(&str, OsString)]) -> Command {
        self.toolchain.command(&self.library, environment)
    }
}
