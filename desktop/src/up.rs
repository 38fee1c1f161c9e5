//! `pocketkey up`: a workspace, its outbox and an emulated phone, in one process.

use std::{
    error::Error,
    fs,
    io::{self, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use pocketkey_workspace::{
    command,
    server::{self, Running},
    settings::{LogFormat, Options},
};
use serde_json::json;
use tokio::runtime::Builder;

use crate::{cli::UpArgs, phone, state};

/// Runs both until a signal ends them.
///
/// # Errors
/// Whatever keeps one of them from starting, in words that say what to do.
pub fn run(args: &UpArgs) -> Result<(), Box<dyn Error>> {
    let directory = directory(args.dir.clone())?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&directory)
        .map_err(|error| format!("{}: {error}", directory.display()))?;
    let settings = Options {
        listen: Some(args.listen),
        name: args.name.clone(),
        data_dir: Some(directory.join("workspace")),
        ..Options::default()
    }
    .check()?;
    command::start_log(LogFormat::Text);
    // The phone has this thread for itself; the workspace has threads of its own.
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let workspace = runtime.block_on(server::start(settings))?;
    let phone_state = directory.join("phone");
    say(&workspace, &phone_state, args.json)?;
    let done = phone::run(&args.phone(phone_state));
    runtime.block_on(workspace.shutdown());
    done
}

fn directory(chosen: Option<PathBuf>) -> Result<PathBuf, Box<dyn Error>> {
    match chosen {
        Some(directory) => Ok(directory),
        // Beside the phone's own: `pocketkey` becomes `pocketkey-up`.
        None => Ok(state::directory(None)?.with_file_name("pocketkey-up")),
    }
}

/// Where everything is, and what to do first.
fn say(workspace: &Running, phone: &Path, json: bool) -> io::Result<()> {
    let origin = workspace.origin();
    let outbox = workspace.settings().data.join("outbox");
    let mut out = io::stdout().lock();
    if json {
        let line = json!({
            "event": "workspace",
            "origin": origin,
            "panel": format!("{origin}/admin/users"),
            "sign_in": format!("{origin}/signin"),
            "set_up_link": workspace.set_up_link(),
            "outbox": outbox,
            "phone": phone,
        });
        writeln!(out, "{line}")?;
        return out.flush();
    }
    writeln!(out, "panel      {origin}/admin/users")?;
    if let Some(link) = workspace.set_up_link() {
        writeln!(out, "set-up     {link}")?;
        writeln!(out, "           open this first: it makes you the workspace's owner, once")?;
    }
    writeln!(out, "sign-in    {origin}/signin")?;
    writeln!(out, "outbox     {} (messages as files)", outbox.display())?;
    writeln!(out, "phone      pocketkey phone activate --state {} LINK", phone.display())?;
    out.flush()
}
