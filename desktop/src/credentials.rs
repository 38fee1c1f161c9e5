//! `pocketkey credentials`: the accounts on the phone.

use std::error::Error;

use pocketkey_core::{Authenticator, CredentialSummary};
use serde_json::{Value, json};

use crate::cli::CredentialsCommand;
use crate::open;
use crate::output;
use crate::person::words;
use crate::text::{SHOWN, printable};

/// Lists, deletes or renames.
///
/// # Errors
/// What opening the phone or changing it gives; and an ID that names none or several.
pub fn run(command: &CredentialsCommand) -> Result<(), Box<dyn Error>> {
    match command {
        CredentialsCommand::List { state, json } => {
            let phone = open::existing(state)?;
            list(&phone.authenticator, *json)
        }
        CredentialsCommand::Delete { state, id, json } => {
            let phone = open::existing(state)?;
            let chosen = find(&phone.authenticator, id)?;
            phone.authenticator.delete_credential(&chosen.id)?;
            say(*json, "deleted", &chosen)
        }
        CredentialsCommand::Rename { state, id, name, display_name, json } => {
            let phone = open::existing(state)?;
            let mut chosen = find(&phone.authenticator, id)?;
            chosen.account.name = Some(name.clone());
            if display_name.is_some() {
                chosen.account.display_name.clone_from(display_name);
            }
            phone.authenticator.rename_credential(
                &chosen.id,
                chosen.account.name.as_deref(),
                chosen.account.display_name.as_deref(),
            )?;
            say(*json, "renamed", &chosen)
        }
    }
}

fn list(authenticator: &Authenticator, json: bool) -> Result<(), Box<dyn Error>> {
    let credentials = authenticator.credentials()?;
    for credential in &credentials {
        if json {
            output::line(object(credential))?;
        } else {
            output::line(line(credential))?;
        }
    }
    if credentials.is_empty() && !json {
        output::line("No accounts on this phone.")?;
    }
    Ok(())
}

/// So many digits of an ID have to be given: an empty variable in a script must not name an account.
const LEAST: usize = 4;

/// The one credential whose ID begins with `prefix`.
fn find(authenticator: &Authenticator, prefix: &str) -> Result<CredentialSummary, Box<dyn Error>> {
    if prefix.len() < LEAST {
        return Err(format!(
            "give at least {LEAST} digits of the account's ID; see `pocketkey credentials list`"
        )
        .into());
    }
    let prefix = prefix.to_lowercase();
    let mut found = authenticator
        .credentials()?
        .into_iter()
        .filter(|credential| hex::encode(&credential.id).starts_with(&prefix));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(format!(
            "no account has an ID that begins with {prefix}; see `pocketkey credentials list`"
        )
        .into()),
        (Some(_), Some(_)) => {
            Err(format!("several accounts have an ID that begins with {prefix}; give more of it")
                .into())
        }
    }
}

fn say(json: bool, done: &str, credential: &CredentialSummary) -> Result<(), Box<dyn Error>> {
    if json {
        let mut object = object(credential);
        if let Value::Object(members) = &mut object {
            members.insert("done".to_owned(), done.into());
        }
        output::line(object)?;
    } else {
        output::line(format!("{done}: {}", line(credential)))?;
    }
    Ok(())
}

fn object(credential: &CredentialSummary) -> Value {
    json!({
        "id": hex::encode(&credential.id),
        "site": credential.rp_id,
        "site_name": credential.rp_name,
        "user_id": hex::encode(&credential.account.id),
        "name": credential.account.name,
        "display_name": credential.account.display_name,
    })
}

fn line(credential: &CredentialSummary) -> String {
    format!(
        "{}  {}  {}",
        hex::encode(&credential.id),
        printable(&credential.rp_id, SHOWN),
        words::show_account(&credential.account),
    )
}
