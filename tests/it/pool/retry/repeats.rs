//! What failed is sent again, by hand: further jobs that say which they repeat.

use inflight::control::Command;
use inflight::event::cause::Cause;
use inflight::event::outcome::{JobEnd, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{EndpointId, JobId, Micros, Offset};

use crate::pool::rig::{End, Rig, endpoint, ends, ok};
use crate::scenario::fold;

const REFUSED: Cause = Cause::Status(404);

/// An endpoint whose first three jobs are not found the first time; the last one takes a second.
fn plan() -> String {
    format!("[limits]\nconcurrency = 4\n{}", endpoint("a.test", 5))
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_sent_again_once_and_totals_grow() {
    let run = Rig::new(&plan(), |cue| match (cue.place.row, cue.n) {
        (0..=2, 1) => ends(10, End::Status(404)),
        (4, _) => ok(1_000),
        _ => ok(10),
    })
    .command(100, Command::Repeat(REFUSED))
    .command(200, Command::Repeat(REFUSED))
    .command(300, Command::Repeat(Cause::Status(500)))
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.repeats.len(), run.end().0), (8, 3, RunEnd::Finished));
    let mut of: Vec<_> = ledger.repeats.values().copied().collect();
    of.sort();
    assert_eq!(of, [JobId(1), JobId(2), JobId(3)]);
    assert!(ledger.repeats.keys().all(|job| ledger.ends[job] == JobEnd::Done));
    let model = fold(&run.events);
    assert_eq!((model.jobs, model.endpoints[0].jobs), (Some(8), Some(8)));
    assert_eq!((model.totals.jobs_done, model.totals.jobs_failed), (5, 3));
    assert_eq!((model.totals.jobs_repeated, model.totals.repeats_done), (3, 3));
    assert_eq!(model.incidents.by_cause(REFUSED).unwrap().1.left(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_fails_again_can_be_sent_again() {
    let run = Rig::new(&plan(), |cue| match cue.place.row {
        0 => ends(10, End::Status(404)),
        4 => ok(1_000),
        _ => ok(10),
    })
    .command(100, Command::Repeat(REFUSED))
    .command(200, Command::Repeat(REFUSED))
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!(ledger.repeats.len(), 2);
    assert_eq!(fold(&run.events).totals.jobs_failed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_for_what_is_sent_again() {
    let plan = format!("[limits]\nconcurrency = 2\n{}", endpoint("a.test", 30));
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0..20, 1) => ends(10, End::Status(404)),
        (29, _) => ok(1_000),
        _ => ok(10),
    })
    .command(300, Command::Repeat(REFUSED))
    .run()
    .await;
    assert_eq!((run.ledger().peak, run.ledger().repeats.len()), (2, 20));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_begins_where_it_began_before_any_redirect() {
    let run = Rig::new(&plan(), |cue| match (cue.place.row, cue.host, cue.n) {
        (0, "a.test", _) => ends(10, End::To("http://b.test/")),
        (0, "b.test", 2) => ends(10, End::Reset),
        (4, ..) => ok(1_000),
        _ => ok(10),
    })
    .with(|plan| plan.fail_fast = false)
    .command(500, Command::Repeat(Cause::Failed(Reason::Reset)))
    .run()
    .await;
    // The default retry goes on where the redirect pointed; the repetition starts over.
    let ledger = run.ledger();
    let started_over = run.arrivals_at("a.test").len() - 4;
    assert_eq!(started_over, 1 + ledger.repeats.len());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_again_once_the_run_is_drained_or_its_endpoint_skipped() {
    let script = |cue: crate::pool::rig::Cue<'_>| match cue.place.row {
        0 => ends(10, End::Status(404)),
        _ => ok(1_000),
    };
    for before in [Command::Drain, Command::SkipEndpoint(EndpointId(0))] {
        let rig = Rig::new(&plan(), script).command(100, before).command(200, Command::Repeat(REFUSED));
        assert_eq!(rig.run().await.ledger().repeats.len(), 0, "{before:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn rounds_ask_again_by_themselves() {
    let script = |cue: crate::pool::rig::Cue<'_>| if cue.n == 1 { ends(10, End::Status(404)) } else { ok(10) };
    let plan = format!("every = \"1s\"\nrounds = 2\n{}", endpoint("a.test", 2));
    let run = Rig::new(&plan, script).command(500, Command::Repeat(REFUSED)).run().await;
    assert_eq!((run.ledger().repeats.len(), run.ledger().ends.len()), (0, 4));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_over_goes_on_where_its_time_stood_still() {
    let script = |cue: crate::pool::rig::Cue<'_>| match (cue.place.row, cue.n) {
        (0..=2, 1) => ends(10, End::Status(404)),
        _ => ok(100),
    };
    let run = Rig::new(&plan(), script).again_after(3_600_000, REFUSED).run().await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.repeats.len()), (8, 3));
    // 110 ms for five jobs, four at a time; an hour that does not count; 100 ms for three more.
    assert_eq!(run.end(), (RunEnd::Finished, Offset(210_000)));
    let model = fold(&run.events);
    assert_eq!((model.totals.jobs_done, model.totals.jobs_failed, model.jobs), (5, 3, Some(8)));
    assert!(model.idle.total() <= Micros(4 * 210_000), "{:?}", model.idle);
}
