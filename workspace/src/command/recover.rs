//! `pocketkey workspace recover`: for an administrator who cannot sign in any more, and has nobody to
//! ask in the panel. Whoever runs it can read the workspace's key, and so is trusted with more.

use std::{
    error::Error,
    io::{self, Write},
    sync::Arc,
};

use clap::Args;
use serde_json::json;

use super::CommandArgs;
use crate::{
    model::{Actor, Role, Timestamp},
    server,
    settings::Settings,
};

/// Who is let in again, and to which workspace.
#[derive(Debug, Clone, Args)]
pub struct RecoverArgs {
    /// Their user name
    #[arg(value_name = "USER_NAME")]
    pub user_name: String,

    /// Which workspace: the settings that its server has.
    #[command(flatten)]
    pub workspace: CommandArgs,
}

/// Prints a one-time link by which they choose a new password.
pub(super) async fn run(
    settings: &Settings,
    user_name: &str,
    json: bool,
) -> Result<(), Box<dyn Error>> {
    if settings.origin.ends_with(":0") {
        return Err("--listen must have the port of the server, or --origin its address".into());
    }
    let workspace = server::open(settings, None, Arc::new(Timestamp::now)).await?;
    let everybody = workspace.administrators().await?;
    let wanted = user_name.trim().to_lowercase();
    let found = everybody.iter().find(|one| one.user_name.to_lowercase() == wanted);
    let Some(found) = found else {
        let owners = everybody.iter().filter(|one| one.role == Role::Owner);
        let owners: Vec<_> = owners.map(|one| one.user_name.as_str()).collect();
        return Err(if owners.is_empty() {
            "the workspace has no owner yet: its server prints a link at start".into()
        } else {
            format!("no administrator is {user_name:?}; owners are: {}", owners.join(", ")).into()
        });
    };
    let (invited, link) = workspace.invite_again(&Actor::workspace(), found.id).await?;
    let link = server::one_time_link(&settings.origin, &link);
    let mut out = io::stdout().lock();
    if json {
        let line = json!({
            "event": "recovery",
            "user_name": invited.user_name,
            "role": invited.role,
            "link": link.as_str(),
        });
        writeln!(out, "{line}")?;
    } else {
        writeln!(out, "Whoever opens this link chooses the password of {}:", invited.user_name)?;
        writeln!(out, "  {}", link.as_str())?;
        writeln!(out, "It works once, for three days, and their passkeys stay.")?;
    }
    Ok(out.flush()?)
}
