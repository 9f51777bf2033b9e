//! Jobs that are tried again, and how long for.

use std::num::NonZeroU32;
use std::time::Duration;

use inflight::event::outcome::{JobEnd, Outcome, Phase};
use inflight::event::reasons::RetryReason;
use inflight::event::{Event, Fact, JobId, Offset};
use inflight::plan::rules::Rules;
use inflight::plan::source::Overrides;

use crate::pool::rig::{Cue, End, FinishedRun, Rig, endpoint, ends, ok};

/// When each failed attempt had ended, and how long it was to wait.
fn waits(run: &FinishedRun) -> Vec<(u32, u64)> {
    let wait = |event: &Event| match event.fact {
        Fact::RetryScheduled { attempt, until, why: RetryReason::Backoff } => Some((attempt.n, until.0 - event.at.0)),
        _ => None,
    };
    run.events.iter().filter_map(wait).collect()
}

#[tokio::test(start_paused = true)]
async fn backoff_spreads_over_the_whole_of_a_doubling_range() {
    let plan = "
        [limits]
        concurrency = 500
        [retry]
        attempts = 5
        budget = \"100%\"
        backoff = \"1s..4s\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 500
    ";
    let run = Rig::new(plan, |_| ends(10, End::TimedOut)).run().await;
    assert_eq!(run.ledger().starts.len(), 2500);
    for (n, ceiling) in [(1, 1), (2, 2), (3, 4), (4, 4)] {
        let waits: Vec<u64> = waits(&run).into_iter().filter(|wait| wait.0 == n).map(|wait| wait.1).collect();
        let mean = waits.iter().sum::<u64>() / waits.len() as u64;
        let (half, tenth) = (ceiling * 500_000, ceiling * 100_000);
        assert!(waits.iter().all(|&wait| wait <= ceiling * 1_000_000), "try {n}");
        assert!((half - tenth..half + tenth).contains(&mean), "try {n}: mean {mean}");
        assert!(waits.iter().min().unwrap() < &tenth, "try {n}: none comes early");
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_that_were_tried_before_go_first_and_in_turn() {
    // Five fail at once and wait for one slot; each comes before fresh jobs, the first before the last.
    let plan = "
        [limits]
        concurrency = 5
        per_host = 5
        [retry]
        backoff = \"1ms..1ms\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 30
    ";
    let run = Rig::new(plan, |cue| match (cue.place.row, cue.n) {
        (row @ 0..5, 1) => ends(100 + 5 * row, End::Reset),
        (5.., 1) => ok(1000),
        _ => ok(10),
    })
    .run()
    .await;
    let ledger = run.ledger();
    let second: Vec<u64> =
        ledger.starts.iter().filter(|start| start.attempt.n == 2).map(|start| start.attempt.job.0).collect();
    assert_eq!(second, [1, 2, 3, 4, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_jobs_time_ends_even_an_attempt_that_is_on_its_way() {
    let plan = "[defaults]\njob_timeout = \"2500ms\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 3\n";
    let run = Rig::new(plan, |_| ends(0, End::Never)).run().await;
    let ledger = run.ledger();
    let last = Outcome::TimedOut { phase: Phase::Job };
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Failed { last: last.clone() }));
    assert_eq!((ledger.ends.len(), run.end().1), (3, Offset(2_500_000)));
}

#[tokio::test(start_paused = true)]
async fn no_retry_is_scheduled_past_the_jobs_time() {
    let plan = "
        [defaults]
        job_timeout = \"10s\"
        [retry]
        attempts = 1000
        backoff = \"1s..2s\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 20
    ";
    let run = Rig::new(plan, |_| ends(300, End::TimedOut)).run().await;
    let ledger = run.ledger();
    assert_eq!(ledger.ends.len(), 20);
    assert!(ledger.starts.len() > 60);
    assert!(run.end().1 <= Offset(10_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_its_lane_holds_too_long_times_out_as_a_job() {
    let plan = "
        [defaults]
        job_timeout = \"5s\"
        [limits]
        concurrency = 2
        [retry]
        backoff = \"1s..1s\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 2
    ";
    let run = Rig::new(plan, |cue| match cue.place.row {
        0 => ends(100, End::Reset),
        _ => ends(50, End::Throttled("30")),
    })
    .run()
    .await;
    let ends: Vec<_> = run.ledger().ends.into_values().collect();
    let timed_out = JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::Job } };
    assert_eq!(ends[0], timed_out);
    assert!(
        matches!(&ends[1], JobEnd::Failed { last: Outcome::Throttled { .. } }),
        "the wait profiles for is too long"
    );
}

#[tokio::test(start_paused = true)]
async fn waiting_in_line_costs_a_job_nothing_of_its_time() {
    let urls: Vec<String> = (0..50).map(|i| format!("http://a.test/{i}")).collect();
    let rules = Rules { job_timeout: Some(Duration::from_secs(3)), ..Rules::default() };
    let run = Rig::list(&urls, |_| ok(1000))
        .with(|plan| {
            plan.limits.per_host = NonZeroU32::new(1);
            plan.override_requests(&Overrides { rules, ..Overrides::default() });
        })
        .run()
        .await;
    let ledger = run.ledger();
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Done));
    assert_eq!((ledger.ends.len(), run.end().1), (50, Offset(50_000_000)));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_wire_costs_one_attempt() {
    let plan = "[limits]\nconcurrency = 3\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 10\n";
    let run = Rig::new(plan, |cue| if cue.place.row == 4 { ends(10, End::Panic) } else { ok(10) }).run().await;
    let ledger = run.ledger();
    let n_done = ledger.ends.values().filter(|end| **end == JobEnd::Done).count();
    assert_eq!((ledger.ends.len(), n_done), (10, 9));
    assert!(run.events.iter().any(|event| matches!(event.fact, Fact::Warned { .. })));
}

#[tokio::test(start_paused = true)]
async fn without_a_budget_retries_slow_down_and_none_is_lost() {
    let plan = "[limits]\nconcurrency = 50\n[retry]\nattempts = 3\n".to_owned() + &endpoint("a.test", 2000);
    let run = Rig::new(&plan, |cue| if cue.n < 3 { ends(10, End::TimedOut) } else { ok(10) }).run().await;
    let ledger = run.ledger();
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Done));
    assert_eq!(ledger.starts.len(), 6000);
    let is_slow = |wait: &&(u32, u64)| wait.1 >= 15_000_000;
    let (all, slow) = (waits(&run), waits(&run).iter().filter(is_slow).count());
    // Two thirds of all attempts are retries, and a fifth of them may be fast.
    assert_eq!(all.len(), 4000);
    assert!((2500..=3500).contains(&slow), "{slow}");
    let warnings = run.events.iter().filter(|event| matches!(event.fact, Fact::Warned { .. })).count();
    assert_eq!(warnings, 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_an_error_asks_for_is_kept_by_its_job_and_not_by_the_host() {
    let plan = "[limits]\nconcurrency = 2\n".to_owned() + &endpoint("a.test", 20);
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(10, End::Asked(502, "3")),
        _ => ok(10),
    })
    .run()
    .await;
    let ledger = run.ledger();
    let again = ledger.starts.iter().find(|start| start.attempt.n == 2).unwrap();
    assert!(again.at >= Offset(3_010_000), "{again:?}");
    assert_eq!(ledger.starts.iter().filter(|start| start.at < Offset(1_000_000)).count(), 20);
}

#[tokio::test(start_paused = true)]
async fn states_that_pass_are_retried_and_other_errors_only_if_the_plan_lists_them() {
    for (on, retried) in [("", [408, 425, 502, 503, 504].as_slice()), ("on = [500, \"4xx\"]", &[500, 404, 408, 425])] {
        for status in [404, 408, 425, 500, 502, 503, 504] {
            // The others are answered, so the host is not down.
            let plan = format!("[limits]\nconcurrency = 1\n[retry]\n{on}\n{}", endpoint("a.test", 500));
            let script = move |cue: Cue<'_>| if cue.place.row == 9 { ends(10, End::Status(status)) } else { ok(10) };
            let ledger = Rig::new(&plan, script).run().await.ledger();
            let n = ledger.starts.iter().filter(|start| start.attempt.job == JobId(10)).count();
            // A bare 503 may be a refusal at first, if refusals are retried.
            let is_met = if on.is_empty() && status == 503 {
                (3..=8).contains(&n)
            } else {
                n == if retried.contains(&status) { 3 } else { 1 }
            };
            assert!(is_met, "{status} with `{on}`: {n}");
        }
    }
}
