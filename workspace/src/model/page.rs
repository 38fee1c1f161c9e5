//! Pages of long lists: by key, not by offset, so that the last page costs what the first does.

use serde::{Deserialize, Serialize};

/// Which page is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PageRequest {
    /// What [`Page::next`] or [`Page::previous`] said; none: the first page.
    pub cursor: Option<String>,
    /// How many rows, 1 to 200; 0: 50.
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// The cursor of the page after this one.
    pub next: Option<String>,
    /// The cursor of the page before this one.
    pub previous: Option<String>,
    /// How many rows there are in all, of this query; more than that where `total_is_exact` is false.
    pub total: u64,
    /// Whether it is known how many there are: of a long list that no index counts, only that it is long.
    pub total_is_exact: bool,
}
