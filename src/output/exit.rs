//! The exit code of a run.
//!
//! Pure. Signals (130, 143), usage (2) and unreadable plans (3) are decided by the caller. Start at [`exit_code`].

use crate::event::cause::Cause;
use crate::event::outcome::Reason;
use crate::event::reasons::RunEnd;
use crate::model::expectation::{Checked, Measure};
use crate::model::{Model, Stage};
use crate::output::failure_kind;

/// Every job done, every expectation met.
pub const OK: u8 = 0;
/// Jobs failed, an expectation was not met, or not every job was done.
pub const FAILED: u8 = 1;
/// The plan held no job.
pub const NOTHING_TO_DO: u8 = 4;
/// No connection to any host was ever established.
pub const OUT_OF_REACH: u8 = 5;
/// An internal error: a thread of inflight panicked or could not start.
pub const BROKEN: u8 = 70;
/// A report could not be written.
pub const UNWRITTEN: u8 = 74;

/// Failures of inflight itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnFailures {
    /// A thread panicked.
    pub broken: bool,
    /// A report, a recording or a body could not be written.
    pub unwritten: bool,
}

/// The exit code of a run that was not ended by a signal. The most severe failure decides.
pub fn exit_code(model: &Model, checked: &[Checked], own_failures: OwnFailures) -> u8 {
    let has_panicked = model.incidents.jobs_where(|cause| cause == Cause::Failed(Reason::Panicked)) > 0;
    // Failures are accepted only below a share that the plan sets.
    let tolerates_some = checked.iter().any(|checked| checked.what == Measure::Failed);
    let has_failed = model.totals.jobs_failed > 0 && !tolerates_some;
    let has_missed = checked.iter().any(|checked| !checked.holds);
    let is_finished = model.stage == Stage::Ended(RunEnd::Finished) && model.totals.jobs_cancelled == 0;
    if own_failures.broken || has_panicked {
        BROKEN
    } else if own_failures.unwritten {
        UNWRITTEN
    } else if is_finished && model.totals.settled() == 0 && model.jobs.unwrap_or(0) == 0 {
        NOTHING_TO_DO
    } else if is_out_of_reach(model) {
        OUT_OF_REACH
    } else if has_failed || has_missed || !is_finished {
        FAILED
    } else {
        OK
    }
}

/// Whether no attempt was ever answered, and every job failed because it had no connection.
fn is_out_of_reach(model: &Model) -> bool {
    let totals = &model.totals;
    let answered = totals.expected + totals.unexpected + totals.throttled + totals.redirected;
    let out_of_reach = model.incidents.jobs_where(failure_kind::is_out_of_reach);
    // A job that timed out between tries had failed for another cause before.
    let out_of_time = model.incidents.jobs_where(failure_kind::is_out_of_time);
    // Those that were never sent failed for the same host.
    let unsent = model.incidents.jobs_where(|cause| cause == Cause::Failed(Reason::GivenUp));
    let explained = out_of_reach + out_of_time + unsent;
    answered == 0 && totals.jobs_done == 0 && out_of_reach > 0 && explained == totals.jobs_failed
}

/// Jobs that were never drawn from the plan, if known.
pub fn not_started(model: &Model) -> Option<u64> {
    model.jobs.map(|jobs| jobs.saturating_sub(model.totals.settled()))
}

#[cfg(test)]
mod tests {
    use super::{BROKEN, FAILED, NOTHING_TO_DO, OK, OUT_OF_REACH, OwnFailures, UNWRITTEN, exit_code};
    use crate::event::Offset;
    use crate::event::outcome::{Outcome, Phase, Reason};
    use crate::event::reasons::RunEnd;
    use crate::model::expectation::check;
    use crate::model::{Model, Stage};
    use crate::plan::Expect;

    /// A finished run with `done` successful jobs and these failed ones.
    fn run(done: u64, failed: &[Outcome]) -> Model {
        let mut model = Model::default();
        model.stage = Stage::Ended(RunEnd::Finished);
        model.jobs = Some(done + failed.len() as u64);
        model.totals.jobs_done = done;
        model.totals.expected = done;
        for last in failed {
            model.totals.jobs_failed += 1;
            model.totals.unexpected += u64::from(matches!(last, Outcome::Answered { .. }));
            model.incidents.count(Offset::ZERO, 0, last, None);
        }
        model
    }

    fn status(status: u16) -> Outcome {
        Outcome::Answered { status, bytes: 0, expected: false }
    }

    fn lost(reason: Reason) -> Outcome {
        Outcome::Failed { reason, detail: None, expected: None }
    }

    #[track_caller]
    fn code(model: &Model) -> u8 {
        exit_code(model, &[], OwnFailures::default())
    }

    #[track_caller]
    fn code_with_one_percent_allowed(model: &Model) -> u8 {
        let expect = Expect { failed_below: Some(0.01), p95_below: None };
        exit_code(model, &check(model, &expect), OwnFailures::default())
    }

    #[test]
    fn the_exit_code_reports_how_the_run_went() {
        let (connect, job) = (Outcome::TimedOut { phase: Phase::Connect }, Outcome::TimedOut { phase: Phase::Job });
        let cases = vec![
            (run(3, &[]), OK),
            (run(0, &[]), NOTHING_TO_DO),
            (run(3, &[status(500)]), FAILED),
            (run(0, &[status(500)]), FAILED),
            (run(0, &[lost(Reason::Dns), lost(Reason::Refused), connect]), OUT_OF_REACH),
            (run(0, &[lost(Reason::Unreachable), job.clone()]), OUT_OF_REACH),
            (run(0, &[lost(Reason::Refused), lost(Reason::GivenUp)]), OUT_OF_REACH),
            (run(0, &[status(502), lost(Reason::GivenUp)]), FAILED),
            (run(0, &[job]), FAILED),
            (run(0, &[lost(Reason::Refused), lost(Reason::Reset)]), FAILED),
            (run(1, &[lost(Reason::Refused)]), FAILED),
            (run(0, &[lost(Reason::Refused), status(500)]), FAILED),
            (run(9, &[lost(Reason::Panicked)]), BROKEN),
        ];
        for (i, (model, expected)) in cases.iter().enumerate() {
            assert_eq!(code(model), *expected, "case {i}");
        }
    }

    #[test]
    fn failures_below_the_allowed_share_are_fine() {
        assert_eq!(code_with_one_percent_allowed(&run(999, &[status(500)])), OK);
        assert_eq!(code_with_one_percent_allowed(&run(99, &[status(500)])), FAILED);
    }

    #[test]
    fn a_run_that_stopped_early_has_failed() {
        for how in [RunEnd::Drained, RunEnd::Cancelled, RunEnd::FailedFast, RunEnd::GivenUp] {
            let mut model = run(999, &[]);
            model.stage = Stage::Ended(how);
            assert_eq!(code_with_one_percent_allowed(&model), FAILED, "{how:?}");
        }
        let mut model = run(3, &[]);
        model.totals.jobs_cancelled = 1;
        assert_eq!(code(&model), FAILED);
    }

    #[test]
    fn own_failures_outrank_those_of_the_upstream() {
        let model = run(0, &[lost(Reason::Refused)]);
        let with = |broken, unwritten| exit_code(&model, &[], OwnFailures { broken, unwritten });
        assert_eq!(with(false, true), UNWRITTEN);
        assert_eq!(with(true, true), BROKEN);
    }
}
