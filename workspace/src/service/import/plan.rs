//! What each line of a file does.

use std::collections::HashMap;

use super::{super::users::check, read::Line};
use crate::{
    data::users::{self, folded},
    db::Transaction,
    model::{ImportLine, ImportPlan, NewUser, User},
    service::ServiceError,
};

/// A line, and the user whom it changes.
pub(super) struct Planned {
    pub(super) line: ImportLine,
    pub(super) existing: Option<User>,
}

impl Planned {
    /// The groups that must be there for the line to be taken.
    pub(super) fn groups(&self) -> &[String] {
        match self.line.plan {
            ImportPlan::Add | ImportPlan::Change { .. } => &self.line.user.groups,
            ImportPlan::Unchanged | ImportPlan::Error { .. } => &[],
        }
    }
}

/// Those who are there already.
struct There {
    users: Vec<User>,
    by_user_id: HashMap<String, usize>,
    by_user_name: HashMap<String, usize>,
}

impl There {
    async fn look(tx: &mut Transaction, lines: &[Line], lock: bool) -> Result<Self, ServiceError> {
        let of = |text: fn(&NewUser) -> &str| -> Vec<_> {
            lines.iter().map(|line| folded(text(&line.user))).collect()
        };
        let user_ids = of(|user| &user.user_id);
        let user_names = of(|user| &user.user_name);
        let users = users::any_of(tx, &user_ids, &user_names, lock).await?;
        let by = |text: fn(&User) -> &str| -> HashMap<_, _> {
            users.iter().enumerate().map(|(at, user)| (folded(text(user)), at)).collect()
        };
        let (by_user_id, by_user_name) = (by(|user| &user.user_id), by(|user| &user.user_name));
        Ok(Self { users, by_user_id, by_user_name })
    }

    fn with_user_id(&self, user_id: &str) -> Option<&User> {
        self.by_user_id.get(&folded(user_id)).and_then(|at| self.users.get(*at))
    }

    fn with_user_name(&self, name: &str) -> Option<&User> {
        self.by_user_name.get(&folded(name)).and_then(|at| self.users.get(*at))
    }
}

/// Plans each line. With `lock`, the users that are there do not change before the transaction ends.
pub(super) async fn plan(
    tx: &mut Transaction,
    lines: &[Line],
    lock: bool,
) -> Result<Vec<Planned>, ServiceError> {
    let there = There::look(tx, lines, lock).await?;
    let (mut user_ids, mut user_names) = (HashMap::new(), HashMap::new());
    let mut plans = Vec::with_capacity(lines.len());
    for line in lines {
        let existing = there.with_user_id(&line.user.user_id);
        let mut reasons: Vec<_> = line.error.iter().cloned().collect();
        let mut user = line.user.clone();
        if let Some(existing) = existing {
            // What the file has no column for stays as it is.
            if !line.says_email {
                user.email.clone_from(&existing.email);
            }
            if !line.says_groups {
                user.groups = existing.groups.iter().map(|group| group.name.clone()).collect();
            }
        }
        if reasons.is_empty() {
            match check(&user) {
                Ok(checked) => user = checked,
                Err(ServiceError::Invalid(errors)) => reasons.extend(
                    errors.iter().map(|error| format!("{}: {}", error.field, error.message)),
                ),
                Err(error) => return Err(error),
            }
        }
        if reasons.is_empty() {
            let mut once = |seen: &mut HashMap<String, u64>, field: &str, value: &str| {
                let first = *seen.entry(folded(value)).or_insert(line.number);
                if first != line.number {
                    reasons.push(format!("{field}: line {first} has the same"));
                }
            };
            once(&mut user_ids, "user_id", &user.user_id);
            once(&mut user_names, "user_name", &user.user_name);
            let holder = there.with_user_name(&user.user_name);
            if holder.is_some_and(|holder| Some(holder.id) != existing.map(|user| user.id)) {
                reasons.push("user_name: another user has this user name".to_owned());
            }
        }
        let plan = if reasons.is_empty() {
            existing.map_or(ImportPlan::Add, |existing| changes(existing, &user))
        } else {
            ImportPlan::Error { reasons }
        };
        let line = ImportLine { number: line.number, user, plan };
        plans.push(Planned { line, existing: existing.cloned() });
    }
    Ok(plans)
}

fn changes(old: &User, new: &NewUser) -> ImportPlan {
    let mut fields = Vec::new();
    let mut compare = |field: &str, is_changed| {
        if is_changed {
            fields.push(field.to_owned());
        }
    };
    compare("user_id", old.user_id != new.user_id);
    compare("name", old.name != new.name);
    compare("email", old.email != new.email);
    compare("user_name", old.user_name != new.user_name);
    compare("groups", {
        let mut old: Vec<_> = old.groups.iter().map(|group| folded(&group.name)).collect();
        let mut new: Vec<_> = new.groups.iter().map(|group| folded(group)).collect();
        old.sort();
        new.sort();
        old != new
    });
    if fields.is_empty() { ImportPlan::Unchanged } else { ImportPlan::Change { fields } }
}
