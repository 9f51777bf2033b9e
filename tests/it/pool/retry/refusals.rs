//! What counts as a refusal, what it costs, and how its host waits.

use std::cell::Cell;
use std::time::Duration;

use inflight::event::outcome::{JobEnd, Outcome};
use inflight::event::{Fact, Offset};
use tokio::time::Instant;

use crate::pool::ledger::Ledger;
use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, endpoint, ends, ok};

/// A server that serves so many at once, in so many milliseconds each, and answers the rest at once with a status.
fn sheds(limit: usize, ms: u64, status: u16) -> impl Fn() -> Act {
    let busy = std::cell::RefCell::new(Vec::new());
    move || {
        let (now, mut busy) = (Instant::now(), busy.borrow_mut());
        busy.retain(|until| *until > now);
        if busy.len() >= limit {
            return ends(1, End::Status(status));
        }
        busy.push(now + Duration::from_millis(ms));
        ok(ms)
    }
}

/// A window of so many requests each second, and a status for the rest.
fn windows(quota: u32, status: u16) -> impl Fn() -> Act {
    let window = Cell::new((0, 0));
    let start = Instant::now();
    move || {
        let now = start.elapsed().as_secs();
        let used = if window.get().0 == now { window.get().1 } else { 0 };
        window.set((now, used + 1));
        if used < quota { ok(20) } else { ends(2, End::Status(status)) }
    }
}

fn n_done(ledger: &Ledger) -> usize {
    ledger.ends.values().filter(|end| **end == JobEnd::Done).count()
}

fn recognized(run: &FinishedRun) -> Vec<u16> {
    let status = |fact: &Fact| match fact {
        Fact::RefusalRecognized { status, why, .. } => {
            assert!(why.contains(' '), "a sentence: {why}");
            Some(*status)
        }
        _ => None,
    };
    run.events.iter().filter_map(|event| status(&event.fact)).collect()
}

fn n_refused(run: &FinishedRun) -> usize {
    let refused = |fact: &Fact| matches!(fact, Fact::AttemptEnded { outcome: Outcome::Throttled { .. }, .. });
    run.events.iter().filter(|event| refused(&event.fact)).count()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_costs_no_try_and_no_budget() {
    let plan = "[retry]\nattempts = 2\nbudget = \"0%\"\nbackoff = \"10ms..100ms\"\n".to_owned();
    let plan = plan + &endpoint("a.test", 100);
    let run = Rig::new(&plan, |cue| if cue.n <= 5 { ends(5, End::Status(429)) } else { ok(5) }).run().await;
    let ledger = run.ledger();
    assert_eq!((n_done(&ledger), ledger.starts.len()), (100, 600));
    assert!(!run.events.iter().any(|event| matches!(event.fact, Fact::Warned { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_closed_window_is_not_hammered() {
    for status in [429, 503] {
        let serve = windows(20, status);
        let run = Rig::new(&endpoint("a.test", 200), move |_| serve()).run().await;
        let (refused, ledger) = (n_refused(&run), run.ledger());
        assert_eq!(n_done(&ledger), 200, "{status}");
        // One flight at the end of each window, and some single attempts.
        assert!(refused <= 200, "{refused} of {status}");
        assert!(run.end().1 <= Offset(20_000_000), "{status} took {:?}", run.end().1);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_pause_a_single_attempt_starts_first_and_then_twice_as_many() {
    let plan = "[retry]\nbackoff = \"1s..1s\"\n".to_owned() + &endpoint("a.test", 100);
    let run = Rig::new(&plan, |cue| if cue.n == 1 && cue.place.row < 20 { ends(5, End::Status(429)) } else { ok(100) })
        .run()
        .await;
    let starts: Vec<Offset> = run.ledger().starts.iter().map(|start| start.at).skip(20).collect();
    let first = starts[0];
    assert!((505_000..=1_005_000).contains(&first.0), "{first:?}");
    let n_at = |ms: u64| starts.iter().filter(|at| at.0 == first.0 + ms * 1000).count();
    assert_eq!([n_at(0), n_at(100), n_at(200), n_at(300), n_at(400), n_at(500)], [1, 2, 4, 8, 16, 20]);
}

#[tokio::test(start_paused = true)]
async fn a_503_while_others_are_answered_is_a_refusal_and_is_recognized_once() {
    let serve = sheds(5, 100, 503);
    let run = Rig::new(&endpoint("a.test", 300), move |_| serve()).run().await;
    assert_eq!((n_done(&run.ledger()), recognized(&run)), (300, vec![503]));
}

#[tokio::test(start_paused = true)]
async fn only_the_first_503s_of_a_host_that_sheds_are_doubted() {
    let serve = sheds(8, 1_000, 503);
    let run = Rig::new(&endpoint("a.test", 80), move |_| serve()).run().await;
    assert_eq!((n_done(&run.ledger()), recognized(&run)), (80, vec![503]));
    let doubted = Outcome::Answered { status: 503, bytes: 0, expected: false };
    let is_doubted = |fact: &Fact| matches!(fact, Fact::AttemptEnded { outcome, .. } if *outcome == doubted);
    assert_eq!(run.events.iter().filter(|event| is_doubted(&event.fact)).count(), 3);
    assert!(n_refused(&run) >= 2, "the limit was probed");
}

#[tokio::test(start_paused = true)]
async fn a_503_of_everything_is_no_refusal() {
    let plan = "[limits]\nconcurrency = 1\n".to_owned() + &endpoint("a.test", 5);
    let run = Rig::new(&plan, |_| ends(5, End::Status(503))).run().await;
    run.ledger();
    assert_eq!((n_refused(&run), recognized(&run)), (0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_always_answers_503_fails_after_its_tries_and_slows_no_other() {
    let plan = format!("{}[[endpoint]]\nurl = \"http://a.test/bad\"\nrepeat = 10\n", endpoint("a.test", 2_000));
    let run = Rig::new(&plan, |cue| if cue.place.source == 1 { ends(5, End::Status(503)) } else { ok(50) }).run().await;
    let ledger = run.ledger();
    assert_eq!(n_done(&ledger), 2_000);
    let last = Outcome::Answered { status: 503, bytes: 0, expected: false };
    assert_eq!(ledger.ends.values().filter(|end| **end == JobEnd::Failed { last: last.clone() }).count(), 10);
    // 5 s is the time at the whole limit.
    assert!(run.end().1 <= Offset(20_000_000), "{:?}", run.end().1);
}

#[tokio::test(start_paused = true)]
async fn single_jobs_that_are_always_refused_slow_no_other() {
    for status in [503, 429] {
        let plan = "[defaults]\njob_timeout = \"60s\"\n".to_owned() + &endpoint("a.test", 2_000);
        let run =
            Rig::new(&plan, move |cue| if cue.place.row % 400 == 7 { ends(5, End::Status(status)) } else { ok(50) })
                .run()
                .await;
        assert_eq!(n_done(&run.ledger()), 1_995, "{status}");
        let done = run.events.iter().rfind(|event| matches!(event.fact, Fact::JobSettled { end: JobEnd::Done, .. }));
        // 5 s is the time at the whole limit.
        let last = done.unwrap().at;
        assert!(last <= Offset(15_000_000), "{status}: {last:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_before_the_moment_that_a_server_named() {
    let plan = "[defaults]\njob_timeout = \"1h\"\n".to_owned() + &endpoint("a.test", 50);
    let run = Rig::new(&plan, |cue| if cue.n <= 3 { ends(5, End::Asked(503, "2")) } else { ok(5) }).run().await;
    // The ledger holds each cooldown.
    assert_eq!(n_done(&run.ledger()), 50);
    assert_eq!((n_refused(&run), recognized(&run)), (150, vec![]));
}

#[tokio::test(start_paused = true)]
async fn without_retries_a_refusal_is_final_and_its_host_does_not_pause() {
    for rule in ["attempts = 1", "on = [\"timeout\"]"] {
        let plan = format!("[retry]\n{rule}\n{}", endpoint("a.test", 100));
        let run = Rig::new(&plan, |_| ends(5, End::Status(429))).run().await;
        assert_eq!(run.ledger().starts.len(), 100, "{rule}");
        assert_eq!(run.end().1, Offset(25_000), "{rule}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_is_sent_again_after_a_refusal_that_the_server_states_and_not_after_a_bare_503() {
    let plan = |rule: &str| {
        format!("{rule}[[endpoint]]\nurl = \"http://a.test/\"\nmethod = \"POST\"\nbody = \"x\"\nrepeat = 20\n")
    };
    let n_sent = async |rule, end: End| {
        let script = move |cue: Cue<'_>| {
            if cue.n == 1 && cue.place.row < 10 { ends(5, end.clone()) } else { ok(50) }
        };
        Rig::new(&plan(rule), script).run().await.ledger().starts.len()
    };
    assert_eq!(n_sent("", End::Status(429)).await, 30);
    assert_eq!(n_sent("", End::Asked(503, "1")).await, 30);
    assert_eq!(n_sent("", End::Status(503)).await, 20);
    assert_eq!(n_sent("[defaults]\nthrottled = [503]\n", End::Status(503)).await, 30);
    assert_eq!(n_sent("[retry]\nunsafe = true\n", End::Status(503)).await, 30);
}

#[tokio::test(start_paused = true)]
async fn listed_statuses_are_refusals_and_no_others() {
    for (list, status, n_sent) in [("[509]", 509, 40), ("[429]", 503, 60), ("[]", 429, 50), ("[403, 503]", 403, 40)] {
        let plan = format!("[defaults]\nthrottled = {list}\n{}", endpoint("a.test", 50));
        let is_refusal = n_sent == 40;
        let script = move |cue: Cue<'_>| match (cue.place.row, cue.n) {
            (30..35, 1) if is_refusal => ends(5, End::Status(status)),
            (30..35, _) if !is_refusal => ends(5, End::Status(status)),
            _ => ok(5),
        };
        let run = Rig::new(&plan, script).run().await;
        let n_sent = if is_refusal { 55 } else { n_sent };
        assert_eq!(run.ledger().starts.len(), n_sent, "{status} of {list}");
        assert_eq!(recognized(&run), [0; 0]);
    }
}

/// A server that accepts so many requests in each span of seconds, and answers 403 to the rest.
fn forbids(quota: u32, seconds: u64) -> impl Fn() -> Act {
    let window = Cell::new((0, 0));
    let start = Instant::now();
    move || {
        let now = start.elapsed().as_secs() / seconds;
        let used = if window.get().0 == now { window.get().1 } else { 0 };
        window.set((now, used + 1));
        if used < quota { ok(20) } else { ends(2, End::Status(403)) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_limiter_that_answers_403_to_everything_is_recognized_and_no_job_is_lost() {
    for (concurrency, mode) in [(1, "off"), (20, "off"), (20, "when refused")] {
        let plan = format!("[limits]\nconcurrency = {concurrency}\nadaptive = \"{mode}\"\n{}", endpoint("a.test", 150));
        let serve = std::cell::OnceCell::new();
        let run = Rig::new(&plan, move |_| serve.get_or_init(|| forbids(40, 10))()).run().await;
        assert_eq!(n_done(&run.ledger()), 150, "{concurrency}, {mode}");
        assert_eq!(recognized(&run), [403], "once: {concurrency}, {mode}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_opens_after_a_few_403s_costs_no_job_at_any_moment() {
    // The window opens at any moment after the start, so that any number of requests meets its end.
    let mut lost = Vec::new();
    for mode in ["off", "when refused"] {
        for opens_at in (0..5_000).step_by(50) {
            let plan = format!("[limits]\nconcurrency = 20\nadaptive = \"{mode}\"\n{}", endpoint("a.test", 120));
            let window = Cell::new((0, 0));
            let script = move |cue: Cue<'_>| {
                let now = (cue.at.0 / 1000 + opens_at) / 5_000;
                let used = if window.get().0 == now { window.get().1 } else { 0 };
                window.set((now, used + 1));
                match cue.place.row {
                    row if used < 30 => ok(20 + row * 7 % 30),
                    row => ends(2 + row % 9, End::Status(403)),
                }
            };
            let run = Rig::new(&plan, script).run().await;
            let n = 120 - n_done(&run.ledger());
            if n > 0 {
                lost.push((mode, opens_at, n));
            }
        }
    }
    assert!(lost.is_empty(), "{lost:?}");
}

#[tokio::test(start_paused = true)]
async fn scattered_403s_are_the_answers_of_their_jobs() {
    let script = |cue: Cue<'_>| if cue.place.row % 7 == 6 { ends(5, End::Status(403)) } else { ok(20) };
    let run = Rig::new(&endpoint("a.test", 700), script).run().await;
    let ledger = run.ledger();
    assert_eq!((n_done(&ledger), ledger.starts.len()), (600, 705), "five are sent once more, and then it is plain");
    assert_eq!(recognized(&run), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_last_403_settles_at_once() {
    let run =
        Rig::new(&endpoint("a.test", 30), |cue| if cue.place.row == 29 { ends(50, End::Status(403)) } else { ok(5) })
            .run()
            .await;
    assert_eq!((n_done(&run.ledger()), run.end().1), (29, Offset(55_000)));
}

#[tokio::test(start_paused = true)]
async fn a_403_of_everything_that_does_not_end_is_an_answer_in_the_end() {
    let script = |cue: Cue<'_>| if cue.place.row >= 30 { ends(5, End::Status(403)) } else { ok(20) };
    let run = Rig::new(&endpoint("a.test", 100), script).run().await;
    let ledger = run.ledger();
    let last = Outcome::Answered { status: 403, bytes: 0, expected: false };
    assert_eq!(n_done(&ledger), 30);
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Done || *end == JobEnd::Failed { last: last.clone() }));
    let dismissed = run.events.iter().filter(|event| matches!(event.fact, Fact::RefusalDismissed { .. })).count();
    assert_eq!((recognized(&run), dismissed), (vec![403], 1));
    assert!(run.end().1 < Offset(130_000_000), "{:?}", run.end().1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_cannot_be_read_is_longer_than_the_backoff_and_is_reported_once() {
    for value in ["soon\u{9b}31m", "-5", "99999999999999999999", "Mon, 99 Nov 2026 10:00:00 GMT"] {
        let script = move |cue: Cue<'_>| if cue.at.0 < 300_000 { ends(5, End::Throttled(value)) } else { ok(5) };
        let run = Rig::new(&endpoint("a.test", 50), script).run().await;
        assert_eq!(n_done(&run.ledger()), 50, "{value}");
        let end = run.end().1;
        assert!(end > Offset(5_000_000) && end < Offset(12_000_000), "about 5 s: {value}: {end:?}");
        let warnings = run.events.iter().filter_map(|event| match &event.fact {
            Fact::Warned { message, .. } => Some(&**message),
            _ => None,
        });
        let shown = value.replace('\u{9b}', "\u{fffd}");
        let expected = format!("http://a.test sent a `Retry-After` that cannot be read: `{shown}`");
        assert_eq!(warnings.collect::<Vec<_>>(), [expected]);
    }
}
