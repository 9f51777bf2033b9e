//! The adaptive limit in a whole run: it finds what a host takes, and no job pays for the search.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use inflight::event::Fact;
use inflight::event::outcome::Outcome;
use tokio::time::Instant;

use crate::pool::rig::{Act, End, FinishedRun, Rig, endpoint, ends, ok};

/// A server that serves so many at once, in a tenth of a second each, and refuses the rest without a hint.
fn at_once(limit: usize) -> impl Fn() -> Act {
    let busy = RefCell::new(Vec::new());
    move || {
        let now = Instant::now();
        let mut busy = busy.borrow_mut();
        busy.retain(|until| *until > now);
        if busy.len() >= limit {
            return ends(5, End::Status(429));
        }
        busy.push(now + Duration::from_millis(100));
        ok(100)
    }
}

/// A server with a bucket of tokens, which fills at `rate` a second.
fn per_second(rate: f64, burst: f64) -> impl Fn() -> Act {
    let bucket = Cell::new((burst, Instant::now()));
    move || {
        let (tokens, at) = bucket.get();
        let tokens = (tokens + at.elapsed().as_secs_f64() * rate).min(burst);
        let serves = tokens >= 1.0;
        bucket.set((if serves { tokens - 1.0 } else { tokens }, Instant::now()));
        if serves { ok(100) } else { ends(5, End::Status(429)) }
    }
}

/// Jobs done, the refused share of all attempts, and the run's length in seconds.
fn figures(run: &FinishedRun) -> (u64, f64, f64) {
    let of = |fact: fn(&Outcome) -> bool| {
        let ended = |event: &&inflight::event::Event| matches!(&event.fact, Fact::AttemptEnded { outcome, .. } if fact(outcome));
        run.events.iter().filter(ended).count() as u64
    };
    let done = of(|outcome| matches!(outcome, Outcome::Answered { expected: true, .. }));
    let refused = of(|outcome| matches!(outcome, Outcome::Throttled { .. }));
    (done, refused as f64 / (done + refused) as f64, run.end().1.0 as f64 / 1e6)
}

#[tokio::test(start_paused = true)]
async fn ten_at_once_are_found_and_kept_busy() {
    let plan = "[limits]\nconcurrency = 64\nadaptive = true\n".to_owned() + &endpoint("a.test", 3000);
    let serve = at_once(10);
    let run = Rig::new(&plan, move |_| serve()).run().await;
    let (done, refused, took) = figures(&run);
    assert_eq!(done, 3000, "a refusal that we provoked costs no job");
    assert!(refused <= 0.02, "{refused} refused");
    assert!(took <= 30.0 * 1.1, "{took} s for work of 30 s");
}

#[tokio::test(start_paused = true)]
async fn twenty_a_second_are_found_and_paced() {
    let plan = "[limits]\nconcurrency = 64\nadaptive = true\n".to_owned() + &endpoint("a.test", 1200);
    let run = Rig::new(&plan, {
        let serve = std::cell::OnceCell::new();
        move |_| serve.get_or_init(|| per_second(20.0, 4.0))()
    })
    .run()
    .await;
    let (done, refused, took) = figures(&run);
    assert_eq!(done, 1200, "a refusal that we provoked costs no job");
    assert!(refused <= 0.03, "{refused} refused");
    assert!(took <= 60.0 * 1.1, "{took} s for work of 60 s");
}

#[tokio::test(start_paused = true)]
async fn every_step_is_reported_with_its_reason_and_stays_under_the_hosts_limit() {
    let plan = "[limits]\nconcurrency = 64\nper_host = 6\nadaptive = true\n".to_owned() + &endpoint("a.test", 300);
    let serve = at_once(4);
    let run = Rig::new(&plan, move |_| serve()).run().await;
    let steps: Vec<(u32, &str)> = run
        .events
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::Adapted { limit, why, .. } => Some((*limit, &**why)),
            _ => None,
        })
        .collect();
    assert!(!steps.is_empty());
    assert!(steps.iter().all(|(limit, why)| *limit <= 6 && !why.is_empty()), "{steps:?}");
}
