use std::{fs, path::Path};

use clap::Parser;

use super::{CONFIG, WorkspaceArgs, run, settings};
use crate::{
    model::{Action, ActorKind, EventQuery, PageRequest, Timestamp},
    server,
    service::{NewOwner, Password},
    settings::Options,
};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: WorkspaceArgs,
}

fn args(words: &[&str]) -> WorkspaceArgs {
    Command::try_parse_from([&["workspace"], words].concat()).unwrap().args
}

fn verify(data: &Path) -> Result<bool, String> {
    let data = data.to_str().unwrap();
    run(&args(&["verify-log", "--data-dir", data])).map_err(|error| error.to_string())
}

/// A workspace that has begun, and stopped.
fn workspace(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = Options {
            listen: Some("127.0.0.1:0".parse().unwrap()),
            data_dir: Some(data.to_owned()),
            ..Options::default()
        };
        server::start(options.check().unwrap()).await.unwrap().shutdown().await;
    });
}

#[test]
fn the_settings_file_is_named_by_a_flag_or_else_by_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| {
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, format!("name = '{name}'\ndata-dir = '/nowhere'\n")).unwrap();
        path.display().to_string()
    };
    let (by_flag, by_variable) = (file("flag"), file("variable"));
    let variable = |name: &str| (name == CONFIG).then(|| by_variable.clone());
    let name = |words: &[&str]| settings(&args(words).serve, variable).unwrap().name;
    assert_eq!(name(&[]), "variable");
    assert_eq!(name(&["--config", &by_flag]), "flag");
    assert_eq!(name(&["--config", &by_flag, "--name", "said"]), "said");
}

#[test]
fn a_settings_file_that_is_not_there_is_an_error_that_names_it() {
    let error = settings(&args(&["--config", "/nowhere/x.toml"]).serve, |_| None).unwrap_err();
    assert!(error.to_string().contains("/nowhere/x.toml"), "{error}");
}

#[test]
fn an_untouched_log_is_intact_and_a_changed_entry_shows() {
    let data = tempfile::tempdir().unwrap();
    workspace(data.path());
    assert_eq!(verify(data.path()), Ok(true));
    let database = rusqlite::Connection::open(data.path().join("workspace.db")).unwrap();
    database.execute("UPDATE events SET subject_name = 'Another' WHERE sequence = 1", []).unwrap();
    drop(database);
    assert_eq!(verify(data.path()), Ok(false));
}

#[test]
fn a_directory_without_a_workspace_is_not_made_one_by_looking() {
    let data = tempfile::tempdir().unwrap();
    assert!(verify(data.path()).unwrap_err().contains("there is no workspace"));
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn an_administrator_who_lost_the_password_gets_a_link_by_which_to_choose_another() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().to_str().unwrap();
    let recover = |name: &str| run(&args(&["recover", name, "--data-dir", folder, "--json"]));
    let told = |name: &str| recover(name).unwrap_err().to_string();
    assert!(told("owner").contains("there is no workspace"));
    workspace(data.path());
    assert!(told("owner").contains("no owner yet"));

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let settings = settings(&args(&["--data-dir", folder]).serve, |_| None).unwrap();
    let open = || server::open(&settings, None, std::sync::Arc::new(Timestamp::now));
    runtime.block_on(async {
        let workspace = open().await.unwrap();
        let link = workspace.new_set_up_link().await.unwrap().unwrap();
        let (user_name, name) = ("Owner".to_owned(), "The Owner".to_owned());
        let password = Password::from("correct horse battery");
        workspace.set_up(&link, &NewOwner { user_name, name, password }).await.unwrap();
    });
    assert!(told("somebody").contains("owners are: Owner"));
    assert!(recover(" owner ").unwrap());
    runtime.block_on(async {
        let workspace = open().await.unwrap();
        let page = PageRequest::default();
        let events = workspace.events(&EventQuery::default(), &page).await.unwrap().items;
        let newest = events.first().unwrap();
        assert_eq!(
            (newest.action, newest.actor.kind),
            (Action::AdministratorChanged, ActorKind::Workspace,)
        );
    });
    assert_eq!(verify(data.path()), Ok(true));
}
