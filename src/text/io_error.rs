//! The text of system errors, for the user.
//!
//! Start at [`IoErrorText`].

use std::fmt;
use std::io::{self, ErrorKind};

/// A system error in plain words, without its number.
#[derive(Debug)]
pub struct IoErrorText(pub io::Error);

impl std::error::Error for IoErrorText {}

impl fmt::Display for IoErrorText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind() {
            ErrorKind::StorageFull => "disk is full",
            ErrorKind::QuotaExceeded => "disk quota is used up",
            ErrorKind::FileTooLarge => "file would be larger than allowed",
            ErrorKind::PermissionDenied => "permission denied",
            ErrorKind::NotFound => "no such file or folder",
            ErrorKind::ReadOnlyFilesystem => "disk is read-only",
            ErrorKind::IsADirectory => "it is a folder",
            ErrorKind::NotADirectory => "part of the path is not a folder",
            ErrorKind::BrokenPipe => "the reader has closed it",
            _ => {
                let words = self.0.to_string();
                let words = words.split(" (os error").next().unwrap_or_default();
                let mut rest = words.chars();
                let first = rest.next().map(|c| c.to_ascii_lowercase());
                return first.into_iter().chain(rest).try_for_each(|c| write!(f, "{c}"));
            }
        })
    }
}

/// An error with the same meaning, for a second report of it.
pub fn copy_of(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

/// Whether a write failed because the reader closed the pipe, which is a normal end.
pub fn is_closed_pipe(error: &io::Error) -> bool {
    error.kind() == ErrorKind::BrokenPipe
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{IoErrorText, is_closed_pipe};

    #[test]
    fn no_error_number_is_shown() {
        for number in 1..130 {
            let words = IoErrorText(io::Error::from_raw_os_error(number)).to_string();
            assert!(!words.contains("os error"), "{words}");
        }
    }

    #[test]
    fn only_a_broken_pipe_is_a_closed_pipe() {
        assert!(is_closed_pipe(&io::ErrorKind::BrokenPipe.into()));
        assert!(!is_closed_pipe(&io::ErrorKind::StorageFull.into()));
    }
}
