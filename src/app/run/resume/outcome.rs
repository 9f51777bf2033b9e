//! What becomes of the kept results at the end of a run, and the exit code of one that went on.
//!
//! Start at [`KeptOutcome::settle`].

use std::fs;
use std::path::PathBuf;

use crate::app::run::resume::{KeptRun, ResultFiles};
use crate::event::reasons::RunEnd;
use crate::model::{Model, Stage};
use crate::output::exit;
use crate::output::report::counts::Counts;

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
}

impl KeptOutcome {
    /// The outcome of a run that has not ended.
    pub(in crate::app::run) fn of_run(kept: &KeptRun) -> Self {
        let (files, jobs) = (kept.files.clone(), kept.jobs);
        Self { files, jobs, is_resumed: kept.left_out.is_some(), recording: None }
    }

    /// The name of the results for a recording in another place: their absolute path.
    pub(in crate::app::run) fn name_of_results(&self) -> String {
        let path = &self.files.results;
        fs::canonicalize(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned()
    }

    /// Removes the files if no job is left, which `counts` of all results show.
    pub(in crate::app::run) fn settle(&self, model: &Model, counts: Option<Counts>, has_troubles: bool) {
        let is_finished = model.stage == Stage::Ended(RunEnd::Finished);
        let is_complete = counts.is_some_and(|counts| {
            counts.failed + counts.cancelled == 0 && self.jobs.is_none_or(|jobs| counts.settled() >= jobs)
        });
        if is_finished && is_complete && !has_troubles {
            self.files.remove();
        }
    }

    /// The exit code of all parts together, of which `code` is that of the last one.
    pub(in crate::app::run) fn exit_code(&self, code: u8, counts: Option<Counts>) -> u8 {
        let has_failed = counts.is_some_and(|counts| counts.failed + counts.cancelled > 0);
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
