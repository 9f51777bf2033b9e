//! What becomes of the kept results at the end of a run, and the exit code of one that went on.
//!
//! Start at [`KeptOutcome::settle`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::run::resume::{KeptRun, ResultFiles};
use crate::event::reasons::RunEnd;
use crate::model::{Model, Stage};
use crate::output::exit;
use crate::output::report::counts::Counts;
use crate::output::summary::extras::LeftOver;

/// The kept results of a run that is over.
#[derive(Clone, Debug)]
pub(in crate::app::run) struct KeptOutcome {
    pub(in crate::app::run) files: ResultFiles,
    /// The number of all jobs, if it is known.
    pub(in crate::app::run) jobs: Option<u64>,
    /// Whether it went on with an earlier run.
    pub(in crate::app::run) is_resumed: bool,
    /// The recording of this run.
    pub(in crate::app::run) recording: Option<PathBuf>,
    /// What a later run can do, once this one is over.
    pub(in crate::app::run) left: Option<LeftOver>,
}

impl KeptOutcome {
    /// The outcome of a run that has not ended.
    pub(in crate::app::run) fn of_run(kept: &KeptRun) -> Self {
        let (files, jobs) = (kept.files.clone(), kept.jobs);
        Self { files, jobs, is_resumed: kept.left_out.is_some(), recording: None, left: None }
    }

    /// The name of the results for a recording in another place: their absolute path.
    pub(in crate::app::run) fn name_of_results(&self) -> String {
        let path = &self.files.results;
        fs::canonicalize(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned()
    }

    /// Removes the files if no job is left, which `counts` of all results show.
    pub(in crate::app::run) fn settle(&mut self, model: &Model, counts: Option<Counts>, has_troubles: bool) {
        let is_finished = model.stage == Stage::Ended(RunEnd::Finished);
        let counts = counts.filter(|_| is_finished && !has_troubles);
        let all_settled =
            |counts: &Counts| counts.cancelled == 0 && self.jobs.is_none_or(|jobs| counts.settled() >= jobs);
        self.left = match counts.filter(all_settled) {
            None => Some(LeftOver::Unsettled),
            Some(counts) if counts.failed > 0 => Some(LeftOver::Failed(counts.failed)),
            Some(_) => None,
        };
        if self.left.is_none() {
            self.files.remove();
        }
    }

    /// What a later run can do, and the recording from which it goes on.
    pub(in crate::app::run) fn left_over(&self) -> Option<(&Path, LeftOver)> {
        Some((self.recording.as_deref()?, self.left?))
    }

    /// The exit code of all parts together, of which `code` is that of the last one. The plan may tolerate a share of
    /// failures.
    pub(in crate::app::run) fn exit_code(&self, code: u8, counts: Option<Counts>, failed_below: Option<f64>) -> u8 {
        let has_failed = counts.is_some_and(|counts| match failed_below {
            Some(below) => counts.failed as f64 >= below * counts.settled() as f64 && counts.failed > 0,
            None => counts.failed + counts.cancelled > 0,
        });
        match code {
            // The last part had nothing left to do, which is fine.
            exit::OK | exit::NOTHING_TO_DO if self.is_resumed => {
                if has_failed {
                    exit::FAILED
                } else {
                    exit::OK
                }
            }
            code => code,
        }
    }
}
