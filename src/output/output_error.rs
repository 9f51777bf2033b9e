//! What can go wrong with an output, in words that say what failed, on what, and why.
//!
//! Start at [`OutputError`].

use std::io::{self, ErrorKind};
use std::path::Path;

use thiserror::Error;

use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// An output that could not be written. The run is none the worse for it.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The report.
    #[error("cannot write report `{path}`")]
    Report {
        /// Which file, safe to show.
        path: String,
        /// Why.
        #[source]
        cause: IoErrorText,
    },
    /// The saved bodies.
    #[error("cannot save bodies in `{path}`")]
    Bodies {
        /// Which folder, safe to show.
        path: String,
        /// Why.
        #[source]
        cause: IoErrorText,
    },
    /// Two results would lie in one place.
    #[error("cannot keep {one} and {other} apart: both would go to `{path}`")]
    Taken {
        /// What is one file.
        one: &'static str,
        /// What would be the same, or lie in it.
        other: &'static str,
        /// Which file, safe to show.
        path: String,
    },
    /// Standard output.
    #[error("cannot write {what} to standard output")]
    Printed {
        /// The result, such as `the summary`.
        what: &'static str,
        /// Why.
        #[source]
        cause: IoErrorText,
    },
    /// The thread that collects results.
    #[error("cannot collect results")]
    Thread {
        /// Why.
        #[source]
        cause: IoErrorText,
    },
}

impl OutputError {
    /// The report could not be written.
    pub fn report(path: &Path, cause: io::Error) -> Self {
        Self::Report { path: path_shown(path), cause: IoErrorText(cause) }
    }

    /// A body could not be saved.
    pub fn bodies(path: &Path, cause: io::Error) -> Self {
        Self::Bodies { path: path_shown(path), cause: IoErrorText(cause) }
    }

    /// Two results would lie in one place.
    pub fn taken(one: &'static str, other: &'static str, path: &Path) -> Self {
        Self::Taken { one, other, path: path_shown(path) }
    }

    /// The error and its cause in one line.
    pub fn sentence(&self) -> String {
        self.cause().map_or_else(|| self.to_string(), |cause| format!("{self}: {cause}"))
    }

    /// What to do about it, where there is something to do.
    pub fn hint(&self) -> Option<String> {
        let Some(cause) = self.cause() else { return Some("give each of them a place of its own".to_owned()) };
        Some(match (cause.0.kind(), self) {
            (ErrorKind::NotFound, _) => "create the folder first; only the folder for bodies is created".to_owned(),
            (ErrorKind::IsADirectory, Self::Report { path, .. }) => {
                format!("name a file in it, such as `{}/report.json`", path.trim_end_matches('/'))
            }
            (ErrorKind::NotADirectory | ErrorKind::AlreadyExists, Self::Bodies { .. }) => {
                "name a folder, new or existing".to_owned()
            }
            (ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem, _) => {
                "choose a folder that you may write to".to_owned()
            }
            (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => "make room, or choose another disk".to_owned(),
            _ => return None,
        })
    }

    fn cause(&self) -> Option<&IoErrorText> {
        match self {
            Self::Report { cause, .. }
            | Self::Bodies { cause, .. }
            | Self::Printed { cause, .. }
            | Self::Thread { cause } => Some(cause),
            Self::Taken { .. } => None,
        }
    }
}

/// A path as people may see it.
pub fn path_shown(path: &Path) -> String {
    sanitize(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use std::error::Error;
    use std::io;
    use std::path::Path;

    use super::OutputError;

    #[test]
    fn an_error_says_what_failed_on_what_and_why_and_the_cause_only_once() {
        let error = OutputError::report(Path::new("x.json"), io::Error::from_raw_os_error(13));
        assert_eq!(error.to_string(), "cannot write report `x.json`");
        assert_eq!(error.source().unwrap().to_string(), "permission denied");
        assert_eq!(error.sentence(), "cannot write report `x.json`: permission denied");
        assert_eq!(error.hint().unwrap(), "choose a folder that you may write to");
    }

    #[test]
    fn a_hostile_path_is_shown_not_obeyed() {
        let error = OutputError::bodies(Path::new("a\x1b[2J"), io::ErrorKind::NotFound.into());
        assert_eq!(error.to_string(), "cannot save bodies in `a␛[2J`");
    }
}
