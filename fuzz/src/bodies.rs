//! The workspace's server: whatever anybody sends it, over the real router, on a real database.
//!
//! An input is a conversation: up to [`MOST_REQUESTS`] requests as they stand on the wire, each begun by
//! who asks (see [`parse`]), with names in braces for what only the workspace knows. It always begins
//! with the same workspace.

#[path = "bodies/parse.rs"]
mod parse;
#[path = "bodies/promises.rs"]
mod promises;
#[path = "bodies/scene.rs"]
mod scene;
#[path = "bodies/server.rs"]
mod server;

use crate::memory;
use parse::Asked;
use promises::Ledger;
use server::Server;

/// More of them find nothing that fewer do not.
const MOST_REQUESTS: usize = 6;

/// What a conversation may take: a page or an export, its parts, and what a form of the input's length
/// becomes. Passwords are hashed on another thread, within what their cost says.
const LIMIT: usize = 8 << 20;

/// The input is a conversation.
pub fn run(data: &[u8]) {
    let mut server = Server::start();
    let mut ledger = Ledger::new(server.database());
    memory::within(LIMIT, || {
        for (who, text) in parse::requests(data).take(MOST_REQUESTS) {
            let filled = server.fill(who, text);
            let Some(asked) = Asked::parse(who, &filled) else { continue };
            let answer = server.ask(&asked);
            promises::of_an_answer(&asked, &answer, data);
            ledger.look(&asked);
            server.learn(&asked, &answer);
        }
    });
    if ledger.has_changed() {
        ledger.log_is(server.verify_log());
    } else {
        server.keep();
    }
}
