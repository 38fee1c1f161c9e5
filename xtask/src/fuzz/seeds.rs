//! The inputs that are kept: `fuzz/seeds/<target>.hex`, one a line, in hexadecimal. What real clients have
//! sent, and what was found once and must not come back, is text that can be reviewed and compared.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::{build, target::Target};
use crate::process::{Failed, root};

#[cfg(test)]
mod tests;

/// Longer inputs than this are left out when a corpus is kept: they make the file large, and shorter
/// ones reach the same but for limits, which have tests of their own.
const LONGEST_KEPT: u64 = 1536;

fn file(target: &Target) -> PathBuf {
    root().join("fuzz").join("seeds").join(format!("{}.hex", target.name))
}

/// Writes the kept inputs where the fuzzer reads its corpus.
pub fn unpack(target: &Target) -> Result<(), Failed> {
    let corpus = target.corpus();
    fs::create_dir_all(&corpus)?;
    for (number, seed) in read(&file(target))?.into_iter().enumerate() {
        fs::write(corpus.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(())
}

/// Keeps of the grown corpus what reaches as much with the fewest and shortest inputs.
pub fn keep(target: &Target) -> Result<(), Failed> {
    let corpus = target.corpus();
    let smallest = corpus.with_extension("smallest");
    if smallest.exists() {
        fs::remove_dir_all(&smallest)?;
    }
    fs::create_dir_all(&smallest)?;
    let mut merge = Command::new(build::program(target)?);
    merge
        .args(["-set_cover_merge=1", "-use_counters=0"])
        .arg(format!("-max_len={LONGEST_KEPT}"))
        .args([&smallest, &corpus]);
    let merged = merge.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !merged.success() {
        return Err(Failed::Broken(format!("{}: the corpus cannot be merged", target.name)));
    }
    let mut seeds = BTreeSet::new();
    for input in fs::read_dir(&smallest)? {
        let bytes = fs::read(input?.path())?;
        // By length first, so that the file begins with what is easy to read.
        seeds.insert((bytes.len(), bytes));
    }
    let before = fs::read_to_string(file(target)).unwrap_or_default();
    let mut text: String = head(&before).map(|line| format!("{line}\n")).collect();
    for (_, seed) in &seeds {
        for byte in seed {
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    fs::write(file(target), text)?;
    println!("{}: {} inputs kept", target.name, seeds.len());
    Ok(())
}

/// The remarks at the head of a file.
fn head(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| line.starts_with('#'))
}

fn read(path: &Path) -> Result<Vec<Vec<u8>>, Failed> {
    let Ok(text) = fs::read_to_string(path) else { return Ok(Vec::new()) };
    parse(&text).ok_or_else(|| Failed::Broken(format!("{}: not hexadecimal", path.display())))
}

fn parse(text: &str) -> Option<Vec<Vec<u8>>> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(bytes).collect()
}

fn bytes(line: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = line.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    if digits.len() % 2 == 1 {
        return None;
    }
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}
