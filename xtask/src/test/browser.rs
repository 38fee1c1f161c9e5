//! The steps in which a browser and a tester of APIs use a running workspace.

use std::process::Command;

use super::{Report, clients, install};
use crate::process::{Failed, root, run};

/// The panel in Chromium, with the emulated phone reading what is on the screen.
pub fn browser(report: &mut Report) -> Result<(), Failed> {
    install::debian(&["chromium"])?;
    let mut node = Command::new("node");
    node.current_dir(install::node()?).args(["--test", "--test-reporter=tap"]);
    node.args(["--test-concurrency=1", "browser/"]);
    tested(node, report)
}

/// Requests that schemathesis makes from the API's description.
pub fn api(report: &mut Report) -> Result<(), Failed> {
    let mut python = Command::new(install::venv()?.join("python"));
    python.current_dir(root().join("tests").join("workspace"));
    python.args(["-m", "pytest", "-p", "no:cacheprovider", "api"]);
    tested(python, report)
}

fn tested(mut tests: Command, report: &mut Report) -> Result<(), Failed> {
    tests.env("POCKETKEY", clients::phone()?);
    tests.env("PYTHON", install::venv()?.join("python"));
    tests.env("PYTHONDONTWRITEBYTECODE", "1");
    let tally = &mut report.tally;
    run(&mut tests, |line| tally.read(line))?;
    if tally.passed == 0 {
        return Err(Failed::Broken("no test ran".to_owned()));
    }
    Ok(())
}
