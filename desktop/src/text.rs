//! Text that strangers chose, made safe to show.
//!
//! A site chooses its own name and the account's. Shown as they come, they could move the cursor,
//! turn the line around or push the question off the screen.

#[cfg(test)]
mod tests;

/// As many characters of a stranger's text as are shown.
pub const SHOWN: usize = 80;

/// Gives at most `limit` characters of `text`, with everything that steers a terminal or the
/// direction of writing replaced by U+FFFD: the person sees that something was there.
#[must_use]
pub fn printable(text: &str, limit: usize) -> String {
    let mut characters = text.chars();
    let mut shown: String =
        characters.by_ref().take(limit).map(|c| if steers(c) { '\u{fffd}' } else { c }).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// Whether a character does something other than stand there: controls (Cc), bidirectional
/// marks and overrides, invisible characters, line separators, tags.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
