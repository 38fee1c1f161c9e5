//! Imports from and exports to files.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::NewUser;

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportPreview {
    /// Each line of the file but the header, in order.
    pub lines: Vec<ImportLine>,
    /// How many lines add a user.
    pub added: u64,
    /// How many lines change a user.
    pub changed: u64,
    /// How many lines say what is so already.
    pub unchanged: u64,
    /// How many lines cannot be imported.
    pub errors: u64,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportLine {
    /// Where it begins in the file; the header is line 1.
    pub number: u64,
    /// What it says.
    pub user: NewUser,
    /// What it does.
    pub plan: ImportPlan,
}

/// What a line does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", tag = "does")]
pub enum ImportPlan {
    /// Adds a user.
    Add,
    /// Changes the user with this user ID.
    Change {
        /// What is changed: `name`, `email`, `user_name`, `groups`.
        fields: Vec<String>,
    },
    /// Nothing: it is so already.
    Unchanged,
    /// Nothing: it cannot be imported.
    Error {
        /// Why not, for people.
        reasons: Vec<String>,
    },
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct ImportReport {
    /// How many users were added.
    pub added: u64,
    /// How many users were changed.
    pub changed: u64,
    /// How many lines said what was so already.
    pub unchanged: u64,
    /// The lines that could not be imported, and were left out.
    pub left_out: Vec<ImportLine>,
}

/// What a file of events is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A JSON object on each line.
    Jsonl,
}
