//! Jobs with a refusal or a failure of their own at a host that works: they end soon, and slow no other.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use inflight::event::outcome::{JobEnd, Outcome};
use inflight::event::{Fact, Offset};
use tokio::time::Instant;

use crate::pool::ledger::Ledger;
use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, endpoint, ends, ok};

fn plan(jobs: u32, mode: &str) -> String {
    format!("[limits]\nconcurrency = 20\nadaptive = \"{mode}\"\n{}", endpoint("a.test", jobs))
}

fn n_done(ledger: &Ledger) -> usize {
    ledger.ends.values().filter(|end| **end == JobEnd::Done).count()
}

/// When the last job was done that ended well.
fn last_done(run: &FinishedRun) -> Offset {
    let is_done = |fact: &Fact| matches!(fact, Fact::JobSettled { end: JobEnd::Done, .. });
    run.events.iter().rfind(|event| is_done(&event.fact)).map(|event| event.at).unwrap()
}

fn seconds(n: u64) -> Offset {
    Offset(n * 1_000_000)
}

/// Runs a batch in which some jobs always get this status. They must all end with it, within some seconds of the others.
async fn some_always_get(status: u16, jobs: u32, mode: &str, is_bad: impl Fn(u64) -> bool + Copy + 'static) {
    let script = move |cue: Cue<'_>| if is_bad(cue.place.row) { ends(20, End::Status(status)) } else { ok(20) };
    let run = Rig::new(&plan(jobs, mode), script).run().await;
    let ledger = run.ledger();
    let n_bad = (0..u64::from(jobs)).filter(|row| is_bad(*row)).count();
    let name = format!("{n_bad} of {jobs} get {status}, {mode}");
    assert_eq!(n_done(&ledger), jobs as usize - n_bad, "{name}");
    let has_own_answer = |end: &JobEnd| match end {
        JobEnd::Failed { last: Outcome::Answered { status: s, .. } | Outcome::Throttled { status: s, .. } } => {
            *s == status
        }
        _ => *end == JobEnd::Done,
    };
    assert!(ledger.ends.values().all(has_own_answer), "{name}: {:?}", ledger.ends);
    let (last_done, end) = (last_done(&run), run.end().1);
    assert!(last_done < seconds(12), "{name}: the others end at {last_done:?}");
    assert!(end.since(last_done).0 < 20_000_000, "{name}: {end:?} after {last_done:?}");
}

#[tokio::test(start_paused = true)]
async fn twenty_jobs_in_a_row_that_get_a_502_make_no_outage() {
    for mode in ["off", "when refused"] {
        some_always_get(502, 100, mode, |row| (40..60).contains(&row)).await;
        some_always_get(502, 100, mode, |row| row < 20).await;
    }
}

#[tokio::test(start_paused = true)]
async fn every_second_job_of_a_small_batch_gets_a_503() {
    for mode in ["off", "when refused"] {
        some_always_get(503, 20, mode, |row| row % 2 == 0).await;
    }
    some_always_get(503, 100, "when refused", |row| row % 2 == 0).await;
}

#[tokio::test(start_paused = true)]
async fn jobs_that_always_get_a_429_wait_by_themselves_until_their_time_is_over() {
    for (jobs, every, mode) in [(200, 40, "off"), (200, 40, "when refused"), (2_000, 400, "when refused")] {
        let script = move |cue: Cue<'_>| {
            if cue.place.row % every == 7 { ends(20, End::Status(429)) } else { ok(20) }
        };
        let run = Rig::new(&plan(jobs, mode), script).run().await;
        let ledger = run.ledger();
        assert_eq!(n_done(&ledger), jobs as usize - 5, "{jobs}, {mode}");
        let last_done = last_done(&run);
        assert!(last_done < seconds(8), "{jobs}, {mode}: the others end at {last_done:?}");
        let end = run.end().1;
        assert!(end > seconds(590) && end < seconds(680), "{jobs}, {mode}: {end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_job_is_lost_to_a_limit_of_one_path() {
    // Every tenth job is for a path that takes one request each five seconds.
    for mode in ["off", "when refused"] {
        let next = Cell::new(Instant::now());
        let script = move |cue: Cue<'_>| {
            if cue.place.row % 10 != 3 {
                return ok(20);
            }
            if Instant::now() < next.get() {
                return ends(3, End::Status(429));
            }
            next.set(Instant::now() + Duration::from_secs(5));
            ok(20)
        };
        let run = Rig::new(&plan(200, mode), script).run().await;
        assert_eq!(n_done(&run.ledger()), 200, "{mode}");
        assert!(run.end().1 < seconds(200), "{mode}: {:?}", run.end().1);
    }
}

/// A bucket of so many requests that gets a token every so many milliseconds.
fn bucket(size: f64, ms: f64, status: u16) -> impl Fn() -> Act {
    let state = Cell::new((size, Instant::now()));
    move || {
        let (tokens, at) = state.get();
        let now = Instant::now();
        let tokens = (tokens + (now - at).as_secs_f64() * 1000.0 / ms).min(size);
        state.set((if tokens >= 1.0 { tokens - 1.0 } else { tokens }, now));
        if tokens >= 1.0 { ok(20) } else { ends(3, End::Status(status)) }
    }
}

#[tokio::test(start_paused = true)]
async fn no_job_is_lost_to_a_bucket_or_to_a_long_window() {
    for mode in ["off", "when refused"] {
        for status in [429, 503] {
            for (size, ms) in [(5.0, 50.0), (20.0, 10.0), (10.0, 1_000.0)] {
                let serve = RefCell::new(None);
                let script = move |_: Cue<'_>| serve.borrow_mut().get_or_insert_with(|| bucket(size, ms, status))();
                let run = Rig::new(&plan(60, mode), script).run().await;
                assert_eq!(n_done(&run.ledger()), 60, "{size} and one each {ms} ms, {status}, {mode}");
            }
        }
        // The last jobs wait for most of a minute.
        let start = RefCell::new(None);
        let script = move |_: Cue<'_>| {
            let mut window = start.borrow_mut();
            let now = Instant::now();
            let (begun, used) = window.get_or_insert((now, 0));
            if now - *begun >= Duration::from_secs(60) {
                (*begun, *used) = (now, 0);
            }
            *used += 1;
            if *used <= 50 { ok(20) } else { ends(3, End::Status(429)) }
        };
        let run = Rig::new(&plan(60, mode), script).run().await;
        assert_eq!(n_done(&run.ledger()), 60, "50 each minute, {mode}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_503_of_everything_after_a_healthy_phase_is_an_outage_and_loses_no_job() {
    for mode in ["off", "when refused"] {
        for concurrency in [1, 20] {
            let plan =
                format!("[limits]\nconcurrency = {concurrency}\nadaptive = \"{mode}\"\n{}", endpoint("a.test", 300));
            let script = |cue: Cue<'_>| match cue.at.0 / 1000 {
                50..20_000 => ends(5, End::Status(503)),
                _ => ok(10),
            };
            let run = Rig::new(&plan, script).run().await;
            assert_eq!(n_done(&run.ledger()), 300, "{mode}, {concurrency}");
            let down = run.events.iter().find(|event| matches!(event.fact, Fact::HostDown { .. }));
            let at = down.map(|event| event.at).unwrap();
            assert!(at < seconds(4), "{mode}, {concurrency}: {at:?}");
            assert!(run.end().1 < seconds(30), "{mode}, {concurrency}: {:?}", run.end().1);
        }
    }
}
