//! A folder that is gone when the demo is over.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, which nobody else can look into.
    ///
    /// # Errors
    /// What the system says.
    pub fn new() -> io::Result<Self> {
        let name = ring::rand::generate::<[u8; 8]>(&ring::rand::SystemRandom::new())
            .map_err(|_| io::Error::other("this machine has no randomness to give"))?
            .expose();
        let path = std::env::temp_dir().join(format!("pocketkey-demo-{}", hex::encode(name)));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to clean up.
        let _ = fs::remove_dir_all(&self.0);
    }
}
