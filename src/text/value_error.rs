//! The error of a value that the user wrote: the problem and the fix.
//!
//! Start at [`ValueError`].

use std::error::Error;
use std::fmt;

/// The error of a value that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// Completes "`timeout` is …".
    pub problem: String,
    /// What to write instead.
    pub fix: String,
}

impl ValueError {
    /// Returns an error.
    pub fn new(problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { problem: problem.into(), fix: fix.into() }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.problem, self.fix)
    }
}

impl Error for ValueError {}
