//! The error of a value that a user wrote, in two halves: the problem and the fix.
//!
//! Start at [`ValueError`].

use std::error::Error;
use std::fmt;

/// Why a value is refused, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// Completes "`timeout` is …".
    pub problem: String,
    /// What to write instead.
    pub fix: String,
}

impl ValueError {
    /// An error with both halves.
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
