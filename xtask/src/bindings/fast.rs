//! The few lines of generated code that cost most of a call, done in another way. Where the generator has
//! come to write them otherwise, there is no result, and somebody hears of it.

mod callbacks;
mod kotlin;
mod swift;
#[cfg(test)]
mod tests;

pub use kotlin::kotlin;
pub use swift::swift;

/// Code in which everything on the left stands on the right; none where something is not in it.
fn replaced(source: &str, all: &[(&str, &str)]) -> Option<String> {
    all.iter().try_fold(source.to_owned(), |source, (slow, fast)| {
        source.contains(slow).then(|| source.replace(slow, fast))
    })
}
