//! Where a report goes: a file, or a stream.
//!
//! Start at [`ReportTarget::open`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::output::destination;

/// Where a report goes.
#[derive(Debug)]
pub(in crate::output) enum ReportTarget {
    /// A file, which is replaced as a whole.
    File(PathBuf),
    /// A device or a pipe, which must not be replaced.
    Stream(File),
    /// Standard output.
    Stdout,
}

impl ReportTarget {
    /// Opens the target of a path. Fails if it cannot be written.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
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
}
