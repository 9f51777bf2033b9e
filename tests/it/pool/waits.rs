//! What each job waited for: one reason at a time, exact to the microsecond.

use std::cell::Cell;

use inflight::control::Command;
use inflight::event::waits::WaitTimes;
use inflight::event::{Fact, JobId, Micros, Offset};

use crate::pool::rig::{Act, End, FinishedRun, Rig, endpoint, ends, ok};

impl FinishedRun {
    /// What each attempt waited for, in the order of their starts.
    fn waits(&self) -> Vec<WaitTimes> {
        let waited = self.events.iter().filter_map(|event| match &event.fact {
            Fact::AttemptStarted { waited, .. } => Some(*waited),
            _ => None,
        });
        waited.collect()
    }
}

fn ms(n: u64) -> Micros {
    Micros(n * 1000)
}

#[tokio::test(start_paused = true)]
async fn the_next_in_line_waits_for_a_slot_and_those_behind_it_do_not_count_yet() {
    let run = Rig::new(&format!("[limits]\nconcurrency = 1\n{}", endpoint("a.test", 3)), |_| ok(100)).run().await;
    run.ledger();
    let slot = |n| WaitTimes { slot: ms(n), ..WaitTimes::NONE };
    assert_eq!(run.waits(), [slot(0), slot(100), slot(100)]);
}

#[tokio::test(start_paused = true)]
async fn a_host_at_its_limit_and_a_host_with_a_gap_say_so() {
    let plan = format!(
        "[limits]\nper_host = 1\n[host.\"b.test\"]\ngap = \"300ms\"\n{}{}",
        endpoint("a.test", 2),
        endpoint("b.test", 2)
    );
    let run = Rig::new(&plan, |_| ok(100)).run().await;
    run.ledger();
    assert_eq!(
        run.waits(),
        [
            WaitTimes::NONE,
            WaitTimes::NONE,
            WaitTimes { host_limit: ms(100), ..WaitTimes::NONE },
            WaitTimes { host_limit: ms(100), gap: ms(200), ..WaitTimes::NONE },
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_rate_of_the_run_is_a_reason_of_its_own() {
    let run = Rig::new(&format!("[limits]\nrate = \"10/s\"\n{}", endpoint("a.test", 3)), |_| ok(10)).run().await;
    run.ledger();
    let rate = |n| WaitTimes { rate: ms(n), ..WaitTimes::NONE };
    assert_eq!(run.waits(), [rate(0), rate(100), rate(100)]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_job_waits_for_the_cooldown_and_goes_before_the_next_in_line() {
    let plan = format!("[limits]\nconcurrency = 1\n{}", endpoint("a.test", 2));
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(50, End::Throttled("2")),
        _ => ok(100),
    })
    .run()
    .await;
    run.ledger();
    let waits = run.waits();
    assert_eq!(waits.len(), 3);
    let refused = WaitTimes { cooldown: ms(2_000), ..WaitTimes::NONE };
    let next_in_line = WaitTimes { slot: ms(150), cooldown: ms(2_000), ..WaitTimes::NONE };
    assert_eq!(waits, [WaitTimes::NONE, refused, next_in_line]);
}

#[tokio::test(start_paused = true)]
async fn backoff_and_the_wait_for_a_slot_after_it_are_separate() {
    let plan = format!("[limits]\nconcurrency = 1\n[retry]\nbackoff = \"1s..1s\"\n{}", endpoint("a.test", 2));
    let run = Rig::new(&plan, |cue| match (cue.place.row, cue.n) {
        (0, 1) => ends(10, End::Reset),
        (0, _) => ok(10),
        _ => ok(5_000),
    })
    .run()
    .await;
    run.ledger();
    let [first, second, again] = run.waits()[..] else { panic!("three attempts") };
    assert_eq!((first, second), (WaitTimes::NONE, WaitTimes { slot: ms(10), ..WaitTimes::NONE }));
    assert_eq!(again.total(), ms(5_000));
    assert_eq!(again, WaitTimes { backoff: again.backoff, slot: ms(5_000) - again.backoff, ..WaitTimes::NONE });
    assert!(again.backoff <= ms(1_000));
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_waited_for_by_the_next_job() {
    let plan = format!("[limits]\nconcurrency = 1\n{}", endpoint("a.test", 2));
    let run = Rig::new(&plan, |_| ok(100)).command(50, Command::Pause).command(60_100, Command::Resume).run().await;
    run.ledger();
    assert_eq!(run.waits()[1], WaitTimes { slot: ms(50), paused: ms(60_050), ..WaitTimes::NONE });
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_cancelled_while_it_waits_has_waited_until_then() {
    let plan = format!("[retry]\nbackoff = \"60s..60s\"\n{}", endpoint("a.test", 1));
    let run = Rig::new(&plan, |_| ends(10, End::Reset)).command(40, Command::CancelJob(JobId(1))).run().await;
    let ledger = run.ledger();
    assert_eq!(ledger.waited[&JobId(1)], WaitTimes { backoff: ms(30), ..WaitTimes::NONE });
}

/// A server that serves 30 requests in each 5 s, and refuses the rest without a hint.
fn thirty_per_five_seconds(at: Offset, window: &Cell<(u64, u32)>) -> Act {
    let (number, used) = window.get();
    let this = at.0 / 5_000_000;
    let used = if number == this { used } else { 0 };
    window.set((this, used + 1));
    if used < 30 { ok(100) } else { ends(30, End::Status(429)) }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_waits_for_its_window_for_a_second_or_more_is_reported_once_for_each_wait() {
    let plan = format!("[limits]\nadaptive = \"when refused\"\nconcurrency = 20\n{}", endpoint("a.test", 120));
    let window = Cell::new((0, 0));
    let run = Rig::new(&plan, move |cue| thirty_per_five_seconds(cue.at, &window)).run().await;
    run.ledger();
    let mut waits = Vec::new();
    for (i, event) in run.events.iter().enumerate() {
        let Fact::HostWaits { until, .. } = event.fact else { continue };
        assert!(until.since(event.at) >= ms(1_000), "too short to report: {event:?}");
        let start = run.events[i..].iter().find(|later| matches!(later.fact, Fact::AttemptStarted { .. })).unwrap();
        assert!(start.at >= until, "an attempt started at {:?}, before {until:?}", start.at);
        waits.push(until);
    }
    assert!(waits.len() >= 3, "120 jobs need the waits between four windows: {waits:?}");
    assert!(waits.is_sorted_by(|a, b| a < b), "each wait is reported once: {waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_never_held_back_reports_no_wait() {
    let plan = format!("[limits]\nadaptive = \"when refused\"\nconcurrency = 20\n{}", endpoint("a.test", 120));
    let run = Rig::new(&plan, |_| ok(100)).run().await;
    assert!(!run.events.iter().any(|event| matches!(event.fact, Fact::HostWaits { .. })));
}
