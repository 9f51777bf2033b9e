//! A finished run that goes on, because failed jobs are sent again.

use inflight::control::Command;
use inflight::event::cause::Cause;
use inflight::event::reasons::RunEnd;
use inflight::model::{Model, Stage};

use super::batch::Batch;
use crate::pool::ledger::Ledger;
use crate::scenario::fold;

/// Refuses the first requests, because there are too many; accepts them later.
const PLAN: &str = r#"
    [limits]
    concurrency = 20
    [retry]
    attempts = 1
    [upstream]
    [[endpoint]]
    url = "practice://a/limit?concurrent=5&delay=300ms&id={id}"
    each = { id = "1..=20" }
"#;
const REFUSED: Cause = Cause::Throttled(429);

fn is_over(model: &Model) -> bool {
    model.stage == Stage::Ended(RunEnd::Finished)
}

#[test]
fn failed_jobs_are_sent_again_after_the_end_and_the_run_ends_again() {
    let batch = Batch::lingering(PLAN);
    batch.until_model(|model| is_over(model) && model.totals.settled() == 20);
    // Fifteen are refused if all twenty arrive at once.
    let refused = batch.read(|model| model.totals.jobs_failed);
    assert!((1..=15).contains(&refused), "{refused}");
    batch.send(Command::Repeat(REFUSED));
    batch.until_model(|model| is_over(model) && model.totals.settled() > 20);
    batch.send(Command::Repeat(Cause::Status(404)));
    let (model, tally, events) = batch.end_recorded();
    let totals = model.totals;
    assert_eq!((model.jobs, totals.settled(), totals.jobs_repeated), (Some(20 + refused), 20 + refused, refused));
    assert_eq!(totals.jobs_failed, refused + (refused - totals.repeats_done));
    assert_eq!((totals.started, tally.requests), (20 + refused, 20 + refused));
    let ledger = Ledger::read(&events);
    assert_eq!((ledger.repeats.len() as u64, fold(&events) == model), (refused, true));
}

#[test]
fn a_lingering_pool_ends_when_it_can_receive_no_command() {
    let (model, tally) = Batch::lingering(PLAN).end();
    assert!(is_over(&model) && tally.requests == 20);
}
