//! The Kotlin SDK on a JVM.

use std::process::Command;

use crate::{
    process::{Failed, ask, root},
    test::install,
};

/// Maven in the Kotlin SDK's folder, installed where it is not there.
///
/// # Errors
/// [`Failed::Lacking`] where only root could install it.
pub fn maven() -> Result<Command, Failed> {
    if ask(Command::new("javac").arg("--version")).is_none() {
        install::debian(&["default-jdk-headless"])?;
    }
    if ask(Command::new("mvn").arg("--version")).is_none() {
        install::debian(&["maven"])?;
    }
    let mut maven = Command::new("mvn");
    maven.current_dir(root().join("android").join("sdk"));
    maven.args(["--batch-mode", "--no-transfer-progress", "--color=never"]);
    Ok(maven)
}
