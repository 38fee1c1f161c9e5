//! The `pocketkey` command.
fn main() {}
