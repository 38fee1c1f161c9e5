//! Reads a file, whatever program wrote it.

use super::{MAX_IMPORT_LINES, MAX_IMPORT_SIZE, file::unguarded};
use crate::{
    model::NewUser,
    service::{FieldError, ServiceError},
};

/// A line of the file.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Where it begins in the file.
    pub(super) number: u64,
    /// What it says.
    pub(super) user: NewUser,
    /// Whether the file says anything about e-mail addresses.
    pub(super) says_email: bool,
    /// Whether the file says anything about groups.
    pub(super) says_groups: bool,
    /// Why it cannot be read.
    pub(super) error: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    UserId,
    Name,
    Email,
    UserName,
    Groups,
}

impl Column {
    /// Case, blanks and punctuation of a header do not matter.
    fn named(header: &str) -> Option<Self> {
        let name: String =
            header.chars().filter(|char| char.is_alphanumeric()).collect::<String>().to_lowercase();
        match name.as_str() {
            "userid" | "staffnumber" | "employeeid" => Some(Self::UserId),
            "name" | "fullname" | "displayname" => Some(Self::Name),
            "email" | "emailaddress" | "mail" => Some(Self::Email),
            "username" | "login" | "loginname" => Some(Self::UserName),
            "group" | "groups" => Some(Self::Groups),
            _ => None,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Name => "name",
            Self::Email => "email",
            Self::UserName => "user_name",
            Self::Groups => "groups",
        }
    }
}

fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::Invalid(vec![FieldError::new("file", message)])
}

pub(super) fn read(file: &[u8]) -> Result<Vec<Line>, ServiceError> {
    if file.len() > MAX_IMPORT_SIZE {
        let most = MAX_IMPORT_SIZE / 1024 / 1024;
        return Err(refused(format!("the file is larger than {most} MiB: split it")));
    }
    let text = std::str::from_utf8(file)
        .map_err(|_| refused("the file is not in UTF-8: save it as \u{201c}CSV UTF-8\u{201d}"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes())
        .into_records();
    let unreadable = |error: csv::Error| refused(format!("the file cannot be read: {error}"));
    let header = records.next().transpose().map_err(unreadable)?;
    let header = header.ok_or_else(|| refused("the file is empty"))?;
    let columns = columns(&header)?;
    let mut lines = Vec::new();
    for record in records {
        let record = record.map_err(unreadable)?;
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if lines.len() == MAX_IMPORT_LINES {
            let message = format!("the file has more than {MAX_IMPORT_LINES} lines: split it");
            return Err(refused(message));
        }
        lines.push(line(&columns, &record));
    }
    if lines.is_empty() {
        return Err(refused("the file has a header and nothing else"));
    }
    Ok(lines)
}

/// What separates the fields of the header: where a comma is a decimal sign, spreadsheets write
/// semicolons.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let count = |delimiter: u8| header.bytes().filter(|byte| *byte == delimiter).count();
    // Of equals the last is taken.
    b"\t;,".iter().copied().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn columns(header: &csv::StringRecord) -> Result<Vec<Option<Column>>, ServiceError> {
    let columns: Vec<_> = header.iter().map(Column::named).collect();
    for column in [Column::UserId, Column::Name, Column::UserName] {
        if !columns.contains(&Some(column)) {
            return Err(refused(format!(
                "the first line must name the columns, and none is {}: it should be \
                 user_id,name,email,user_name,groups",
                column.title()
            )));
        }
    }
    for (at, column) in columns.iter().enumerate() {
        let before = columns.iter().take(at);
        if let Some(column) = column
            && before.flatten().any(|other| other == column)
        {
            return Err(refused(format!("two columns are {}", column.title())));
        }
    }
    Ok(columns)
}

fn line(columns: &[Option<Column>], record: &csv::StringRecord) -> Line {
    let mut line = Line {
        number: record.position().map_or(0, csv::Position::line),
        says_email: columns.contains(&Some(Column::Email)),
        says_groups: columns.contains(&Some(Column::Groups)),
        ..Line::default()
    };
    if record.len() != columns.len() {
        line.error = Some(format!(
            "this line has {} fields, and the first line names {}",
            record.len(),
            columns.len()
        ));
    }
    for (column, field) in columns.iter().zip(record) {
        let field = unguarded(field.trim()).to_owned();
        let user = &mut line.user;
        match column {
            Some(Column::UserId) => user.user_id = field,
            Some(Column::Name) => user.name = field,
            Some(Column::Email) => user.email = Some(field).filter(|email| !email.is_empty()),
            Some(Column::UserName) => user.user_name = field,
            Some(Column::Groups) => {
                let groups = field.split(';').map(str::trim).filter(|group| !group.is_empty());
                user.groups = groups.map(str::to_owned).collect();
            }
            None => {}
        }
    }
    line
}
