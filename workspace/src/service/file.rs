//! Files for spreadsheets and programs.
//!
//! A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, which may do
//! anything; some do so for the wide forms of these signs too. Such a field gets an apostrophe before it, as does one that begins with apostrophes
//! and goes on like that; reading takes the apostrophe away again.

use crate::{
    model::{Event, ExportFormat, User},
    service::ServiceError,
};

/// A field that no spreadsheet takes for a formula.
pub(super) fn guarded(field: &str) -> String {
    if looks_like_formula(field) { format!("'{field}") } else { field.to_owned() }
}

/// What [`guarded`] was given.
pub(super) fn unguarded(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest,
        _ => field,
    }
}

fn looks_like_formula(field: &str) -> bool {
    const BEGINNINGS: [char; 11] =
        ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    field.trim_start_matches('\'').starts_with(BEGINNINGS)
}

fn failed(error: &dyn std::fmt::Display) -> ServiceError {
    ServiceError::Internal(format!("the file could not be written: {error}"))
}

/// A file of comma-separated values, in UTF-8 with a mark that tells spreadsheets so.
pub(super) struct Csv(csv::Writer<Vec<u8>>);

impl Csv {
    pub(super) fn new(header: &[&str]) -> Result<Self, ServiceError> {
        let mut csv = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer("\u{feff}".as_bytes().to_vec());
        csv.write_record(header).map_err(|error| failed(&error))?;
        Ok(Self(csv))
    }

    pub(super) fn add(&mut self, fields: &[&str]) -> Result<(), ServiceError> {
        let fields = fields.iter().map(|field| guarded(field));
        self.0.write_record(fields).map_err(|error| failed(&error))
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, ServiceError> {
        self.0.into_inner().map_err(|error| failed(&error))
    }
}

/// The columns of a file of users; an import knows them too.
pub(super) const USERS: [&str; 6] = ["user_id", "name", "email", "user_name", "groups", "state"];

pub(super) fn add_user(csv: &mut Csv, user: &User) -> Result<(), ServiceError> {
    let groups: Vec<_> = user.groups.iter().map(|group| group.name.as_str()).collect();
    csv.add(&[
        &user.user_id,
        &user.name,
        user.email.as_deref().unwrap_or_default(),
        &user.user_name,
        &groups.join("; "),
        user.state.name(),
    ])
}

/// A file of events.
pub(super) enum Events {
    Csv(Box<Csv>),
    Jsonl(Vec<u8>),
}

const EVENTS: [&str; 14] = [
    "sequence",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "action",
    "subject_kind",
    "subject_id",
    "subject_name",
    "user",
    "key",
    "details",
    "hash",
    "signature",
];

pub(super) fn events(format: ExportFormat) -> Result<Events, ServiceError> {
    Ok(match format {
        ExportFormat::Csv => Events::Csv(Box::new(Csv::new(&EVENTS)?)),
        ExportFormat::Jsonl => Events::Jsonl(Vec::new()),
    })
}

impl Events {
    pub(super) fn add(&mut self, event: &Event) -> Result<(), ServiceError> {
        match self {
            Self::Csv(csv) => csv.add(&[
                &event.sequence.to_string(),
                &event.at.to_string(),
                event.actor.kind.name(),
                &event.actor.id,
                &event.actor.name,
                event.action.name(),
                &event.subject.kind,
                &event.subject.id,
                &event.subject.name,
                &event.user.map(|user| user.to_string()).unwrap_or_default(),
                &event.key.map(|key| key.to_string()).unwrap_or_default(),
                &event.details.to_string(),
                &event.hash,
                &event.signature,
            ]),
            Self::Jsonl(lines) => {
                serde_json::to_writer(&mut *lines, event).map_err(|error| failed(&error))?;
                lines.push(b'\n');
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> Result<Vec<u8>, ServiceError> {
        match self {
            Self::Csv(csv) => csv.finish(),
            Self::Jsonl(lines) => Ok(lines),
        }
    }
}
