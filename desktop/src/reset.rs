//! `pocketkey reset`: the owner erases the phone.

use std::error::Error;
use std::io::{self, BufRead, IsTerminal, Write};

use crate::cli::ResetArgs;
use crate::open;
use crate::output;

/// Erases everything, after asking.
///
/// # Errors
/// What opening or erasing gives; and that nobody could be asked.
pub fn run(args: &ResetArgs) -> Result<(), Box<dyn Error>> {
    let phone = open::existing(&args.state)?;
    let place = phone.directory.path().display();
    let count = phone.authenticator.credentials()?.len();
    if !args.yes
        && !confirmed(&format!("Erase {count} accounts, the PIN and all settings of {place}?"))?
    {
        return Err("nothing was erased".into());
    }
    phone.authenticator.factory_reset()?;
    Ok(output::line(format!("Erased: {place} is a new phone."))?)
}

fn confirmed(question: &str) -> Result<bool, Box<dyn Error>> {
    if !io::stdin().is_terminal() {
        return Err("nothing was erased: nobody is there to confirm it; --yes does without".into());
    }
    eprint!("{question} Type `erase`: ");
    io::stderr().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim() == "erase")
}
