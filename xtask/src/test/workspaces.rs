//! Running workspaces for the tests of the SDKs.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::{clients, install};
use crate::process::{Failed, root};

/// The workspaces of `tests/workspace/for_sdks.py`. They end with this value.
pub struct Workspaces {
    script: Child,
    administrator: String,
}

impl Workspaces {
    /// Starts them and waits until they are set up.
    pub fn start() -> Result<Self, Failed> {
        let mut python = Command::new(install::venv()?.join("python"));
        python.current_dir(root().join("tests").join("workspace")).arg("for_sdks.py");
        python.env("POCKETKEY", clients::phone()?).env("PYTHONDONTWRITEBYTECODE", "1");
        let mut script = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = script.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let ready: Option<Value> = serde_json::from_str(&line).ok();
        let administrator = ready.as_ref().and_then(|ready| ready.get("administrator")?.as_str());
        match administrator.map(str::to_owned) {
            Some(administrator) => Ok(Self { script, administrator }),
            None => {
                let status = script.wait()?;
                Err(Failed::Broken(format!("the workspaces for the SDKs did not start: {status}")))
            }
        }
    }

    /// Where an administrator does what a test asks for: the value of `POCKETKEY_ADMINISTRATOR`.
    pub fn administrator(&self) -> &str {
        &self.administrator
    }
}

impl Drop for Workspaces {
    fn drop(&mut self) {
        // Its end: the script ends what it has started.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}
