//! The end of a run, by hand: one job cancelled or put last, an endpoint skipped, a host put aside.

use inflight::control::Command;
use inflight::event::outcome::{JobEnd, Outcome};
use inflight::event::reasons::{RetryReason, RunEnd};
use inflight::event::{EndpointId, Fact, HostId, JobId, Offset};

use crate::pool::rig::{End, Rig, endpoint, ends, ok};

#[tokio::test(start_paused = true)]
async fn a_job_in_flight_is_cancelled_alone_and_at_once() {
    let run = Rig::new(&endpoint("a.test", 3), |cue| if cue.place.row == 1 { ends(0, End::Never) } else { ok(100) })
        .command(500, Command::CancelJob(JobId(2)))
        .run()
        .await;
    let ledger = run.ledger();
    assert_eq!(ledger.ends[&JobId(2)], JobEnd::Cancelled);
    assert_eq!((ledger.ends.len(), run.end()), (3, (RunEnd::Finished, Offset(500_000))));
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_for_its_backoff_can_be_cancelled_too() {
    let plan = format!("[retry]\nbackoff = \"60s..60s\"\nattempts = 9\n{}", endpoint("a.test", 2));
    let run = Rig::new(&plan, |cue| if cue.place.row == 0 { ends(10, End::Reset) } else { ok(100) })
        .command(2_000, Command::CancelJob(JobId(1)))
        .run()
        .await;
    let ledger = run.ledger();
    assert_eq!(ledger.ends[&JobId(1)], JobEnd::Cancelled);
    assert!(run.end().1 <= Offset(60_000_000));
}

#[tokio::test(start_paused = true)]
async fn cancelling_what_is_over_changes_nothing() {
    let run = Rig::new(&endpoint("a.test", 2), |cue| ok(100 + 900 * cue.place.row))
        .command(500, Command::CancelJob(JobId(1)))
        .command(500, Command::CancelJob(JobId(77)))
        .run()
        .await;
    assert!(run.ledger().ends.values().all(|end| *end == JobEnd::Done));
}

#[tokio::test(start_paused = true)]
async fn a_postponed_job_is_tried_again_when_everything_else_has_started() {
    let plan = format!("[limits]\nconcurrency = 1\n[retry]\nattempts = 1\n{}", endpoint("a.test", 5));
    let run = Rig::new(&plan, |cue| if (cue.place.row, cue.n) == (0, 1) { ends(0, End::Never) } else { ok(100) })
        .command(50, Command::PostponeJob(JobId(1)))
        .run()
        .await;
    let ledger = run.ledger();
    let order: Vec<_> = ledger.starts.iter().map(|start| start.attempt.job.0).collect();
    assert_eq!(order, [1, 2, 3, 4, 5, 1]);
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Done));
    let profiles =
        |event: &&inflight::event::Event| matches!(event.fact, Fact::RetryScheduled { why: RetryReason::Asked, .. });
    assert_eq!(run.events.iter().filter(profiles).count(), 1);
    assert_eq!(run.end().1, Offset(550_000));
}

#[tokio::test(start_paused = true)]
async fn a_skipped_endpoint_starts_nothing_more_and_its_jobs_are_accounted_for() {
    let plan = format!("[limits]\nconcurrency = 2\n{}{}", endpoint("a.test", 1_000), endpoint("b.test", 10));
    let run = Rig::new(&plan, |_| ok(100)).command(250, Command::SkipEndpoint(EndpointId(0))).run().await;
    let ledger = run.ledger();
    let n = |end: &JobEnd| ledger.ends.values().filter(|it| *it == end).count();
    assert_eq!((n(&JobEnd::Done), n(&JobEnd::Cancelled)), (13, 997));
    assert_eq!(run.end().0, RunEnd::Finished);
    assert!(run.arrivals_at("a.test").len() == 3 && run.arrivals_at("b.test").len() == 10);
}

#[tokio::test(start_paused = true)]
async fn a_host_put_aside_gets_nothing_until_it_is_released() {
    let plan = format!("[limits]\nper_host = 1\n{}{}", endpoint("a.test", 5), endpoint("b.test", 5));
    let run = Rig::new(&plan, |_| ok(100))
        .command(150, Command::Quarantine(HostId(0)))
        .command(60_000, Command::Release(HostId(0)))
        .run()
        .await;
    let ledger = run.ledger();
    assert_eq!(ledger.ends.len(), 10);
    let seconds = |host| run.arrivals_at(host).iter().map(|at| at.0 / 100_000).collect::<Vec<_>>();
    assert_eq!((seconds("a.test"), seconds("b.test")), (vec![0, 1, 600, 601, 602], vec![0, 1, 2, 3, 4]));
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_a_run_that_waits_for_a_host_put_aside() {
    let run = Rig::new(&endpoint("a.test", 50), |_| ok(100))
        .command(50, Command::Quarantine(HostId(0)))
        .command(5_000, Command::Drain)
        .run()
        .await;
    run.ledger();
    assert_eq!(run.end(), (RunEnd::Drained, Offset(5_000_000)));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_cut_off_by_hand_is_cancelled_and_not_failed() {
    let run =
        Rig::new(&endpoint("a.test", 1), |_| ends(0, End::Never)).command(10, Command::CancelJob(JobId(1))).run().await;
    let ends = run.events.iter().filter_map(|event| match &event.fact {
        Fact::AttemptEnded { outcome, .. } => Some(outcome.clone()),
        _ => None,
    });
    assert_eq!(ends.collect::<Vec<_>>(), [Outcome::Cancelled]);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_of_so_many_medians_ends_what_hangs_and_spares_the_rest() {
    let plan = format!(
        "[limits]\nconcurrency = 10\n[defaults]\ntimeout = \"5x median\"\n[retry]\nattempts = 1\n{}",
        endpoint("a.test", 200)
    );
    let run =
        Rig::new(
            &plan,
            |cue| if cue.place.row == 150 { ends(0, End::Never) } else { ok(100 + cue.place.row % 7 * 10) },
        )
        .run()
        .await;
    let ledger = run.ledger();
    let failed: Vec<_> = ledger.ends.iter().filter(|(_, end)| **end != JobEnd::Done).map(|(id, _)| id.0).collect();
    assert_eq!(failed, [151]);
    assert!(run.end().1 < Offset(4_000_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_job_put_last_in_a_paced_run_starts_with_the_pace_and_not_with_the_next_end() {
    let plan = format!("[limits]\nconcurrency = 4\nrate = \"1/s\"\n{}", endpoint("a.test", 3));
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(0, End::Never),
        (0, _) => ok(10),
        _ => ok(30_000),
    })
    .command(500, Command::PostponeJob(JobId(1)))
    .run()
    .await;
    let ledger = run.ledger();
    let starts: Vec<_> = ledger.starts.iter().map(|start| (start.at.0 / 1_000_000, start.attempt.job.0)).collect();
    assert_eq!(starts, [(0, 1), (1, 2), (2, 3), (3, 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_put_last_does_not_wait_for_a_host_put_aside() {
    let plan = format!("[limits]\nper_host = 1\n{}{}", endpoint("a.test", 5), endpoint("b.test", 2));
    let run = Rig::new(&plan, |cue| {
        if (cue.host, cue.n) == ("b.test", 1) && cue.place.row == 0 { ends(0, End::Never) } else { ok(100) }
    })
    .command(10, Command::Quarantine(HostId(0)))
    .command(50, Command::PostponeJob(JobId(2)))
    .command(60_000, Command::Release(HostId(0)))
    .run()
    .await;
    run.ledger();
    let last = run.arrivals_at("b.test").last().copied().unwrap();
    assert!(last < Offset(1_000_000), "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_job_held_back_longer_than_its_time_is_tried_all_the_same() {
    let plan = format!("[limits]\nconcurrency = 1\n[defaults]\njob_timeout = \"60s\"\n{}", endpoint("a.test", 5));
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(0, End::Never),
        (0, _) => ok(10),
        _ => ok(50_000),
    })
    .command(500, Command::PostponeJob(JobId(1)))
    .run()
    .await;
    assert!(run.ledger().ends.values().all(|end| *end == JobEnd::Done));
}

#[tokio::test(start_paused = true)]
async fn what_is_to_end_is_not_tried_again() {
    let run = Rig::new(&endpoint("a.test", 1), |_| ends(0, End::Never))
        .command(10, Command::CancelJob(JobId(1)))
        .command(10, Command::PostponeJob(JobId(1)))
        .run()
        .await;
    assert_eq!(run.ledger().ends[&JobId(1)], JobEnd::Cancelled);
}
