//! Errors of outputs: what failed, the path, and the cause.
//!
//! Start at [`OutputError`].

use std::io::{self, ErrorKind};
use std::path::Path;

use thiserror::Error;

use crate::text::io_error::IoErrorText;
use crate::text::sanitize::sanitize;

/// An output that could not be written. The run itself continues.
#[derive(Debug, Error)]
pub enum OutputError {
    /// The report.
    #[error("cannot write report `{path}`")]
    Report {
        /// The path of the file, sanitized.
        path: String,
        /// Why.
        #[source]
        cause: IoErrorText,
    },
    /// The saved bodies.
    #[error("cannot save bodies in `{path}`")]
    Bodies {
        /// The path of the folder, sanitized.
        path: String,
        /// Why.
        #[source]
        cause: IoErrorText,
    },
    /// Two outputs have the same path, or one is inside the other's file.
    #[error("{one} and {other} cannot both go to `{path}`")]
    Conflict {
        /// The output that is a file.
        one: &'static str,
        /// The output with the same path, or with a path inside it.
        other: &'static str,
        /// The path of the file, sanitized.
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

    /// Two outputs have conflicting paths.
    pub fn conflict(one: &'static str, other: &'static str, path: &Path) -> Self {
        Self::Conflict { one, other, path: path_shown(path) }
    }

    /// The error and its cause in one line.
    pub fn sentence(&self) -> String {
        self.cause().map_or_else(|| self.to_string(), |cause| format!("{self}: {cause}"))
    }

    /// A hint on how to fix it, if there is one.
    pub fn hint(&self) -> Option<String> {
        let Some(cause) = self.cause() else { return Some("give each of them its own path".to_owned()) };
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
            (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => {
                "free some space, or choose another disk".to_owned()
            }
            _ => return None,
        })
    }

    fn cause(&self) -> Option<&IoErrorText> {
        match self {
            Self::Report { cause, .. }
            | Self::Bodies { cause, .. }
            | Self::Printed { cause, .. }
            | Self::Thread { cause } => Some(cause),
            Self::Conflict { .. } => None,
        }
    }
}

/// A path as it is displayed: sanitized.
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
    fn an_error_has_its_path_and_its_cause_once() {
        let error = OutputError::report(Path::new("x.json"), io::Error::from_raw_os_error(13));
        assert_eq!(error.to_string(), "cannot write report `x.json`");
        assert_eq!(error.source().unwrap().to_string(), "permission denied");
        assert_eq!(error.sentence(), "cannot write report `x.json`: permission denied");
        assert_eq!(error.hint().unwrap(), "choose a folder that you may write to");
    }

    #[test]
    fn a_hostile_path_is_sanitized() {
        let error = OutputError::bodies(Path::new("a\x1b[2J"), io::ErrorKind::NotFound.into());
        assert_eq!(error.to_string(), "cannot save bodies in `a␛[2J`");
    }
}
