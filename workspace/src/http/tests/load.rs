//! How much a workspace takes, on each database: run by `cargo xtask bench`, which reads the lines
//! that begin with `load: `.
#![allow(clippy::print_stdout)]

mod activations;
mod lists;

use crate::testing::Site;

/// A number, for the bench.
fn tell(site: &Site, what: &str, value: f64, unit: &str) {
    let database = if site.is_postgres() { "PostgreSQL" } else { "SQLite" };
    println!("load: {database}, {what}: {value:.2} {unit}");
}
