//! Where a report goes: a file, or a stream.
//!
//! Start at [`ReportTarget::open`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::output::{atomic_file, destination};
use crate::text::io_error;

/// Where a report goes.
#[derive(Debug)]
pub enum ReportTarget {
    /// A file, which is replaced as a whole.
    File(PathBuf),
    /// A device or a pipe, which must not be replaced.
    Stream(File),
    /// Standard output.
    Stdout,
}

impl ReportTarget {
    /// Opens the target of a path. Fails if it cannot be written.
    pub fn open(path: &Path) -> io::Result<Self> {
        if destination::is_stdout(path) {
            return Ok(Self::Stdout);
        }
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound && path.file_name().is_some() => {
                return destination::check_file_name(path).map(|()| Self::File(path.to_owned()));
            }
            Err(error) => return Err(error),
        };
        if found.is_dir() {
            return Err(ErrorKind::IsADirectory.into());
        }
        // Opening the file fails if it is read-only; such a file must not be replaced.
        let file = OpenOptions::new().append(true).open(path)?;
        // A symbolic link is kept, and the file that it points to is replaced.
        if destination::is_replaced(path, &found) {
            fs::canonicalize(path).map(Self::File)
        } else {
            Ok(Self::Stream(file))
        }
    }

    /// Writes the whole content.
    pub fn write(self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::File(path) => atomic_file::write_durably(&path, |to| fill(to)),
            Self::Stream(stream) => {
                let mut to = BufWriter::new(stream);
                fill(&mut to)?;
                to.flush()
            }
            Self::Stdout => {
                let mut to = BufWriter::new(io::stdout().lock());
                fill(&mut to).and_then(|()| to.flush()).or_else(|error| {
                    // A reader that closed the pipe has what it wanted.
                    if io_error::is_closed_pipe(&error) { Ok(()) } else { Err(error) }
                })
            }
        }
    }
}
