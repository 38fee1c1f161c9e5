//! The one data-access module: SQL for both databases, and nothing else. Each function takes the
//! transaction that it is part of.
