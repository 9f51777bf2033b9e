//! The error of a plan that cannot be run.
//!
//! It contains all mistakes of the plan, not only the first. Start at [`PlanError`].

use crate::plan::Plan;
use crate::text::diagnostics::{Mistake, Mistakes};
use crate::text::sanitize::sanitize;

/// The file name of a plan that is read from standard input.
pub(super) const STDIN: &str = "standard input";

/// A plan that cannot be run.
#[derive(Debug, thiserror::Error)]
#[error("{mistakes}")]
pub struct PlanError {
    mistakes: Mistakes,
    has_no_jobs: bool,
}

impl Plan {
    /// Returns a mistake in the value of a key such as `limits.concurrency`, found after the plan was read.
    pub fn mistake_at(&self, key: &str, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake::in_file(&self.file, message).with_help(help).at_line(self.line_of(key))
    }
}

impl PlanError {
    /// Returns an error with these mistakes.
    pub fn new(mistakes: Vec<Mistake>) -> Self {
        Self { mistakes: Mistakes::new(mistakes), has_no_jobs: false }
    }

    /// Returns an error that concerns a whole file.
    pub(super) fn in_file(file: &str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(vec![Mistake::in_file(file, message).with_help(help)])
    }

    /// Returns the error of a valid plan without jobs.
    pub(super) fn no_jobs(file: &str, help: impl Into<String>) -> Self {
        let message = format!("{} has no jobs", describe_file(file));
        Self { has_no_jobs: true, ..Self::in_file(file, message, help) }
    }

    /// Every mistake, in the order of the file.
    pub fn mistakes(&self) -> &[Mistake] {
        self.mistakes.list()
    }

    /// Whether the plan is valid but has no jobs.
    pub fn has_no_jobs(&self) -> bool {
        self.has_no_jobs
    }

    /// The mistakes as text for a terminal of this width. Colour adds no information.
    pub fn render(&self, colour: bool, width: usize) -> String {
        self.mistakes.render(colour, width)
    }
}

/// Returns the name of a plan file for messages.
pub(super) fn describe_file(file: &str) -> String {
    match file {
        STDIN => "standard input".to_owned(),
        file => format!("plan `{}`", sanitize(file)),
    }
}

/// Describes a system error, without its number.
pub(super) fn io_reason(why: &std::io::Error) -> String {
    use std::io::ErrorKind;
    match why.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let words = why.to_string();
            words.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}
