//! Users from and to files of comma-separated values.

use std::collections::HashMap;

use serde_json::json;

use self::plan::Planned;
use super::{Change, NewEvent, ServiceError, Workspace, file, users::changed_fields};
use crate::{
    data::{
        groups,
        users::{self, folded},
    },
    db::{DbError, Transaction},
    model::{
        Action, Actor, Group, ImportPlan, ImportPreview, ImportReport, PageRequest, User, UserId,
        UserQuery, UserState,
    },
};

mod plan;
mod read;
#[cfg(test)]
mod tests;

/// The largest file that is read, in bytes.
pub const MAX_IMPORT_SIZE: usize = 8 * 1024 * 1024;

/// The most lines that are read.
pub const MAX_IMPORT_LINES: usize = 50_000;

/// From so many lines on, an import changes what the database should expect of the users.
const MANY: u64 = 1_000;

/// An import that is going on.
#[derive(Default)]
struct Import {
    /// By name, in lower case.
    groups: HashMap<String, Group>,
    /// Users to be added.
    added: Vec<User>,
    events: Vec<NewEvent>,
    report: ImportReport,
}

impl Workspace {
    /// What an import of this file would do.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] of the field `file`, where it is no such file.
    pub async fn preview_import(&self, file: &[u8]) -> Result<ImportPreview, ServiceError> {
        let lines = read::read(file)?;
        let mut preview = ImportPreview::default();
        for planned in plan::plan(&mut self.db().read().await?, &lines, false).await? {
            let counter = match planned.line.plan {
                ImportPlan::Add => &mut preview.added,
                ImportPlan::Change { .. } => &mut preview.changed,
                ImportPlan::Unchanged => &mut preview.unchanged,
                ImportPlan::Error { .. } => &mut preview.errors,
            };
            *counter += 1;
            preview.lines.push(planned.line);
        }
        Ok(preview)
    }

    /// Imports a file in one transaction, leaving out the lines that are wrong.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] of the field `file`, where it is no such file;
    /// [`ServiceError::Conflict`] where somebody changes the same users meanwhile.
    pub async fn import(&self, actor: &Actor, file: &[u8]) -> Result<ImportReport, ServiceError> {
        let lines = read::read(file)?;
        let mut tx = self.db().write().await?;
        let mut planned = plan::plan(&mut tx, &lines, false).await?;
        let names: Vec<_> = planned.iter().flat_map(Planned::groups).cloned().collect();
        let (groups, new_groups) = groups::named(&mut tx, &names, self.now()).await?;
        if self.db().is_shared() {
            // Groups are locked before users, and only what is locked stays as it was planned for.
            planned = plan::plan(&mut tx, &lines, true).await?;
        }
        let mut import = Import {
            groups: groups.into_iter().map(|group| (folded(&group.name), group)).collect(),
            events: self.groups_made(actor, &new_groups),
            ..Import::default()
        };
        for planned in planned {
            self.take(&mut tx, actor, planned, &mut import).await?;
        }
        let Import { added, mut events, report, .. } = import;
        users::insert(&mut tx, &added).await.map_err(meanwhile)?;
        let details = json!({
            "added": report.added, "changed": report.changed, "left_out": report.left_out.len(),
        });
        events.push(self.workspace_event(actor, Action::UsersImported, details));
        self.log_all(&mut tx, events).await?;
        self.commit(tx, &[Change::of_workspace(Action::UsersImported)]).await?;
        if report.added + report.changed >= MANY
            && let Err(error) = self.recount_users().await
        {
            tracing::warn!(%error, "lists of users may be slow for a minute");
        }
        Ok(report)
    }

    async fn recount_users(&self) -> Result<(), DbError> {
        let mut tx = self.db().write().await?;
        users::recount(&mut tx).await?;
        tx.commit().await
    }

    async fn take(
        &self,
        tx: &mut Transaction,
        actor: &Actor,
        planned: Planned,
        import: &mut Import,
    ) -> Result<(), ServiceError> {
        let Planned { line, existing } = planned;
        let names = line.user.groups.iter();
        let groups = names.filter_map(|name| import.groups.get(&folded(name))).cloned().collect();
        let new = &line.user;
        match (&line.plan, existing) {
            (ImportPlan::Add, _) => {
                let user = User {
                    id: UserId::new(),
                    user_id: new.user_id.clone(),
                    name: new.name.clone(),
                    email: new.email.clone(),
                    user_name: new.user_name.clone(),
                    state: UserState::NotInvited,
                    groups,
                    created_at: self.now(),
                };
                import.events.push(self.user_event(actor, Action::UserAdded, &user, json!(null)));
                import.added.push(user);
                import.report.added += 1;
            }
            (ImportPlan::Change { .. }, Some(old)) => {
                let details = json!({ "fields": changed_fields(&old, new, &groups) });
                let user = User {
                    user_id: new.user_id.clone(),
                    name: new.name.clone(),
                    email: new.email.clone(),
                    user_name: new.user_name.clone(),
                    groups,
                    ..old
                };
                users::update(tx, &user).await.map_err(meanwhile)?;
                import.events.push(self.user_event(actor, Action::UserChanged, &user, details));
                import.report.changed += 1;
            }
            (ImportPlan::Error { .. }, _) => import.report.left_out.push(line),
            (ImportPlan::Unchanged | ImportPlan::Change { .. }, _) => import.report.unchanged += 1,
        }
        Ok(())
    }

    /// The users of a query as a file, which can be imported again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn export_users(
        &self,
        actor: &Actor,
        query: &UserQuery,
    ) -> Result<Vec<u8>, ServiceError> {
        let mut csv = file::Csv::new(&file::USERS)?;
        let mut tx = self.db().read().await?;
        let counted = users::count(&mut tx, query).await?;
        let mut request = PageRequest { cursor: None, limit: 200 };
        loop {
            let page = users::list(&mut tx, query, &request, counted).await?;
            for user in &page.items {
                file::add_user(&mut csv, user)?;
            }
            request.cursor = page.next;
            if request.cursor.is_none() {
                break;
            }
        }
        drop(tx);
        let event =
            self.workspace_event(actor, Action::UsersExported, json!({ "users": counted.total }));
        let mut tx = self.db().write().await?;
        self.log(&mut tx, event).await?;
        self.commit(tx, &[Change::of_workspace(Action::UsersExported)]).await?;
        csv.finish()
    }
}

/// A line was planned for what is no longer so.
fn meanwhile(error: DbError) -> ServiceError {
    match error {
        DbError::Unique(_) => ServiceError::Conflict(
            "somebody changed the same users meanwhile, so that nothing was imported: look at the \
             preview again"
                .to_owned(),
        ),
        error => error.into(),
    }
}
