//! A response body in a temporary file, because it is too large for memory.
//!
//! The file is deleted with its handle, unless it was moved. Start at [`BodyFile`].

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// A body in a temporary file.
#[derive(Debug)]
pub struct BodyFile {
    file: NamedTempFile,
    bytes: u64,
}

impl BodyFile {
    /// Creates an empty file in a folder.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        Ok(Self { file: temporary_file_in(folder)?, bytes: 0 })
    }

    /// Adds bytes at the end.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The number of bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads all bytes, also after it was moved.
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut file = self.file.as_file();
        file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Moves it to a path in the same folder, and replaces a file or a link there.
    pub fn move_to(&self, path: &Path) -> io::Result<()> {
        fs::rename(self.file.path(), path)
    }
}

/// A new temporary file in the folder. It is deleted unless it is renamed.
pub fn temporary_file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    // If a crash leaves the file behind, its name shows where it comes from.
    builder.prefix(".inflight-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The default for new files, which the umask then restricts.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
