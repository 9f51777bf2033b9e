//! A machine that lacks descriptors or ports.

use std::cell::RefCell;

use inflight::control::Command;
use inflight::event::outcome::{JobEnd, Reason};
use inflight::event::reasons::ChangedBy;
use inflight::event::{Fact, Offset, Scope};

use crate::pool::outages::{n_done, plan};
use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, ends, ok};

/// A machine that can hold so many connections, and answers that take 100 milliseconds.
fn holds(most: impl Fn(u64) -> usize) -> impl Fn(Cue<'_>) -> Act {
    let open: RefCell<Vec<u64>> = RefCell::default();
    move |cue| {
        let mut open = open.borrow_mut();
        open.retain(|&until| until > cue.at.0);
        if open.len() >= most(cue.at.0 / 1000) {
            return ends(0, End::Fails(Reason::Local));
        }
        open.push(cue.at.0 + 100_000);
        ok(100)
    }
}

fn limits(run: &FinishedRun) -> Vec<u32> {
    let limit = |fact: &Fact| match fact {
        Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Machine } => Some(*limit),
        _ => None,
    };
    run.events.iter().filter_map(|event| limit(&event.fact)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_shortage_lowers_the_limit_and_costs_no_job() {
    let run = Rig::new(&plan("a.test", 3000, 100), holds(|_| 40)).run().await;
    assert_eq!(n_done(&run), 3000);
    let limits = limits(&run);
    assert_eq!(limits[0], 40, "{limits:?}");
    // 40 at once take 7.5 seconds at best.
    assert!(run.end().1 < Offset(9_500_000), "{:?}", run.end());
    let n_failed = run.arrivals.len() - 3000;
    assert!(n_failed < 300, "{n_failed}");
}

#[tokio::test(start_paused = true)]
async fn the_limit_comes_back_after_a_shortage() {
    let script = holds(|ms| if (1000..2000).contains(&ms) { 10 } else { 1000 });
    let run = Rig::new(&plan("a.test", 20_000, 100), script).run().await;
    assert_eq!(n_done(&run), 20_000);
    let limits = limits(&run);
    assert_eq!(limits.last(), Some(&100), "{limits:?}");
    assert!(limits.len() < 40, "{limits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_the_user_replaces_that_of_a_shortage() {
    let run = Rig::new(&plan("a.test", 3000, 100), holds(|ms| if ms < 1000 { 10 } else { 1000 }))
        .command(1500, Command::SetLimit { scope: Scope::Run, limit: 80 })
        .run()
        .await;
    assert_eq!(n_done(&run), 3000);
    assert!(limits(&run).iter().all(|limit| *limit < 80));
    assert!(run.end().1 < Offset(5_500_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_any_connection_fails_the_jobs_in_the_end() {
    let run = Rig::new(&plan("a.test", 50, 10), holds(|_| 0)).run().await;
    let ledger = run.ledger();
    assert!(ledger.ends.values().all(|end| matches!(end, JobEnd::Failed { .. })));
    assert!((30_000_000..90_000_000).contains(&run.end().1.0), "{:?}", run.end());
}
