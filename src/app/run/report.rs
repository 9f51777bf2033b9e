//! The result of a run: its summary, what could not be written, and its exit code.
//!
//! Start at [`Batch::report`].

use std::path::PathBuf;

use crate::app::run::resume::outcome::KeptOutcome;
use crate::app::run::{Batch, recording};
use crate::app::wakeups::Wakeups;
use crate::error::Error;
use crate::model::{Model, expectation};
use crate::output::collector::Collected;
use crate::output::destination::is_stdout;
use crate::output::exit::{self, OwnFailures};
use crate::output::output_error::OutputError;
use crate::output::streams;
use crate::output::summary::extras::Extras;
use crate::output::summary::json::summary_json;
use crate::output::summary::text::summary_text;
use crate::pump::Follow;
use crate::text::console::Console;

/// The outcome of a run.
pub(super) struct BatchOutcome {
    pub(super) follow: Follow,
    pub(super) collected: Option<Collected>,
    pub(super) own_failures: OwnFailures,
    /// The results that are kept for a later run.
    pub(super) kept: Option<KeptOutcome>,
    /// The internal error, if a thread panicked.
    pub(super) broken: Option<Error>,
    /// The recording, if there is one and it is complete.
    pub(super) recording: Option<PathBuf>,
    /// Whether the user wants to run the whole batch again.
    pub(super) wants_rerun: bool,
    /// The exit code of the signal that ended the run.
    pub(super) exit_code: Option<u8>,
    /// The queue of wake-ups, kept for a rerun.
    pub(super) wakeups: Option<Wakeups>,
}

impl BatchOutcome {
    /// This outcome with the failures of earlier runs, which a later run does not undo.
    pub(super) fn after(mut self, last: Option<&Self>) -> Self {
        let before = last.map_or_else(OwnFailures::default, |last| last.own_failures);
        self.own_failures.broken |= before.broken;
        self.own_failures.unwritten |= before.unwritten;
        self
    }

    /// Reports what could not be written.
    pub(super) fn report_troubles(&self) {
        for error in self.collected.iter().flat_map(|collected| &collected.troubles) {
            streams::say(&format!("error: {}", error.sentence()));
            if let Some(hint) = error.hint() {
                streams::say(&format!("hint: {hint}"));
            }
        }
    }
}

impl Batch<'_> {
    /// Prints the result; returns the exit code.
    pub(super) fn report(&self, outcome: &BatchOutcome) -> u8 {
        let model = outcome.follow.model();
        let checked = expectation::check(&model, &self.plan.expect);
        let recording = outcome.recording.as_deref();
        let left_over = outcome.kept.as_ref().and_then(KeptOutcome::left_over);
        let extras = Extras {
            checked: &checked,
            collected: outcome.collected.as_ref(),
            recording,
            left_over,
            ..Extras::default()
        };
        let written = self.print_summary(&model, &extras);
        outcome.report_troubles();
        if let Some(error) = &outcome.broken {
            streams::say(error.render(self.console.stderr).trim_end());
        }
        let mut own_failures = outcome.own_failures;
        if let Err(error) = written {
            streams::say(Error::from(error).render(self.console.stderr).trim_end());
            own_failures.unwritten = true;
        }
        let code = exit::exit_code(&model, &checked, own_failures);
        let counts = outcome.collected.as_ref().and_then(|collected| collected.counts);
        let code =
            outcome.kept.as_ref().map_or(code, |kept| kept.exit_code(code, counts, self.plan.expect.failed_below));
        // An internal error outranks the signal that may have ended the run because of it.
        outcome.exit_code.filter(|_| outcome.broken.is_none()).unwrap_or(code)
    }

    /// Prints the summary on standard output, unless another result is printed there.
    fn print_summary(&self, model: &Model, extras: &Extras<'_>) -> Result<(), OutputError> {
        let Console { stdout, stderr, .. } = self.console;
        let now = model.last;
        let prints_report = self.plan.output.report.as_deref().is_some_and(is_stdout);
        let prints_events = self.results.events.as_deref().is_some_and(recording::is_stdout);
        let has_other_result = self.results.json || prints_events || prints_report;
        if !has_other_result {
            return streams::print("the summary", &summary_text(model, now, extras, stdout));
        }
        if stderr.is_terminal() {
            streams::say(summary_text(model, now, extras, stderr).trim_end());
        }
        // Standard output holds only one result.
        if !self.results.json || prints_report {
            return Ok(());
        }
        streams::print_document("the summary", &summary_json(model, now, extras))
    }
}
