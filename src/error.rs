//! The errors of `inflight` itself, and the exit code of each.
//!
//! A failed attempt is data, and never one of these. Start at [`Error`].

use std::io;

use crate::config::theme_catalog::ThemeError;
use crate::import::error::ImportError;
use crate::output::collector::CollectorPanicked;
use crate::output::exit;
use crate::output::output_error::OutputError;
use crate::plan::error::PlanError;
use crate::pump::PumpError;
use crate::source::pool::Broken;
use crate::text::console::StreamStyle;
use crate::text::diagnostics::Mistakes;
use crate::text::sanitize::sanitize;

/// Exit codes that do not depend on a run's result; those that do are in [`exit`].
pub mod code {
    /// Wrong usage.
    pub const USAGE: u8 = 2;
    /// Plan, theme or settings are not valid.
    pub const INVALID: u8 = 3;
    /// The program to watch cannot be started.
    pub const NO_START: u8 = 126;
    /// There is no program to watch of that name.
    pub const NO_PROGRAM: u8 = 127;
    /// The terminal went away: 128 + SIGHUP.
    pub const HUNG_UP: u8 = 129;
    /// Stopped by Ctrl-C: 128 + SIGINT.
    pub const INTERRUPTED: u8 = 130;
    /// Stopped by SIGTERM: 128 + 15.
    pub const TERMINATED: u8 = 143;

    /// The meaning of every exit code, for the README and the manual page.
    pub const MEANINGS: [(&str, &str); 10] = [
        ("0", "every job done, every expectation met"),
        ("1", "jobs failed, an expectation was not met, or not every job was done"),
        ("2", "wrong usage"),
        ("3", "the plan, a theme or the settings are not valid"),
        ("4", "nothing to do"),
        ("5", "no upstream could be reached at all"),
        ("70", "an internal error: a thread of inflight panicked or could not start"),
        ("74", "a result, a report or a recording could not be written"),
        ("126, 127", "`watch` cannot start the program, or there is none; otherwise its exit code is the program's"),
        ("129, 130, 143", "the terminal went away, Ctrl-C, SIGTERM"),
    ];
}

/// Why `inflight` could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The plan is not valid, or has no jobs.
    #[error("the plan is not valid")]
    Plan(#[from] PlanError),
    /// A theme or the settings are not valid.
    #[error("a theme or the settings are not valid")]
    Invalid(#[from] Mistakes),
    /// There is no theme of that name.
    #[error("there is no theme `{name}`")]
    NoTheme {
        /// The requested name; foreign text.
        name: String,
        /// A suggestion: `did you mean …?`
        near: Option<String>,
    },
    /// The arguments contradict each other.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// A result cannot be written; detected before anything is sent.
    #[error("{message}")]
    Unwritable {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// A recording cannot be read.
    #[error("{message}")]
    Recording {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// A file of another tool cannot be imported.
    #[error("{message}")]
    Import {
        /// What is wrong.
        message: String,
        /// What to do instead.
        hint: Option<String>,
        /// The file is valid and has nothing to import.
        is_empty: bool,
    },
    /// The program to watch could not be started.
    #[error("{message}")]
    NotStarted {
        /// What is wrong.
        message: String,
        /// There is no such program.
        is_missing: bool,
    },
    /// The system refused something that `inflight` cannot work without.
    #[error("cannot {what}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// A thread of the pool panicked, or could not be started.
    #[error("the pool broke")]
    Pool(#[from] Broken),
    /// The thread that applies and records events panicked.
    #[error("cannot follow the run")]
    Pump(#[from] PumpError),
    /// The thread that writes results panicked.
    #[error("cannot write every result")]
    Collector(#[from] CollectorPanicked),
}

impl From<ThemeError> for Error {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Missing { name, suggestion } => Self::NoTheme { name, near: suggestion },
            ThemeError::Invalid(mistakes) => Self::Invalid(mistakes),
        }
    }
}

impl From<ImportError> for Error {
    fn from(error: ImportError) -> Self {
        Self::Import { message: error.message, hint: error.hint, is_empty: error.has_no_requests }
    }
}

impl From<OutputError> for Error {
    fn from(error: OutputError) -> Self {
        Self::Unwritable { message: error.sentence(), hint: error.hint() }
    }
}

impl Error {
    /// The exit code of this error.
    pub fn code(&self) -> u8 {
        match self {
            Self::Plan(error) if error.has_no_jobs() => exit::NOTHING_TO_DO,
            Self::Import { is_empty: true, .. } => exit::NOTHING_TO_DO,
            Self::Plan(_) | Self::Import { .. } | Self::Invalid(_) | Self::NoTheme { .. } | Self::Recording { .. } => {
                code::INVALID
            }
            Self::Usage { .. } => code::USAGE,
            Self::NotStarted { is_missing: true, .. } => code::NO_PROGRAM,
            Self::NotStarted { .. } => code::NO_START,
            Self::Unwritable { .. } => exit::UNWRITTEN,
            Self::System { .. } | Self::Pool(_) | Self::Pump(_) | Self::Collector(_) => exit::BROKEN,
        }
    }

    /// The message for the user: what failed, on what, and why; then what to do.
    pub fn render(&self, style: StreamStyle) -> String {
        match self {
            Self::Plan(error) => return error.render(style.colour, style.line_width()),
            Self::Invalid(mistakes) => return mistakes.render(style.colour, style.line_width()),
            _ => {}
        }
        let mut text = style.error(&format!("error: {}", sanitize(&self.sentence())));
        if let Some(hint) = self.hint() {
            text = format!("{text}\nhint: {hint}");
        }
        text.push('\n');
        text
    }

    /// The error and its causes in one line, with foreign text not yet sanitized.
    pub fn sentence(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    }

    /// What to do instead, where that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoTheme { near: Some(near), .. } => Some(near.clone()),
            Self::NoTheme { near: None, .. } => Some("run `inflight theme list`, or give a path of your own".into()),
            Self::Usage { hint, .. } => Some(hint.clone()),
            Self::Unwritable { hint, .. } | Self::Recording { hint, .. } | Self::Import { hint, .. } => hint.clone(),
            Self::NotStarted { is_missing: true, .. } => Some("give a path, or a program that `PATH` finds".into()),
            Self::Plan(_)
            | Self::Invalid(_)
            | Self::NotStarted { .. }
            | Self::System { .. }
            | Self::Pool(_)
            | Self::Pump(_)
            | Self::Collector(_) => None,
        }
    }
}
