//! Files that only their owner may read.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

/// Makes a file (mode 0600, durable), and never replaces one.
///
/// # Errors
/// What the system says; [`io::ErrorKind::AlreadyExists`] where there is one.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()?;
    match path.parent() {
        Some(parent) => {
            fs::File::open(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?
                .sync_all()
        }
        None => Ok(()),
    }
}

/// Makes a directory (mode 0700) and those above it, where there is none.
///
/// # Errors
/// What the system says.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
