//! A limit or a rate that rises at the start of a run.

use inflight::control::Command;
use inflight::event::reasons::{ChangedBy, RunEnd};
use inflight::event::{Fact, Offset, Scope};

use crate::pool::rig::{End, FinishedRun, Rig, ends, ok};

/// Ten at a time, which rise over nine seconds.
const TEN: &str =
    "[limits]\nconcurrency = 10\nramp = \"9s\"\n[[endpoint]]\nurl = \"http://a.test/{i}\"\neach = { i = \"1..=30\" }\n";

/// The limits that the ramp sets, each with its moment in milliseconds.
fn steps(run: &FinishedRun) -> Vec<(u64, u32)> {
    let step = |event: &inflight::event::Event| match event.fact {
        Fact::LimitChanged { scope: Scope::Run, limit, by: ChangedBy::Ramp } => Some((event.at.0 / 1000, limit)),
        _ => None,
    };
    run.events.iter().filter_map(step).collect()
}

fn started_at(run: &FinishedRun) -> Vec<u64> {
    run.ledger().starts.iter().map(|start| start.at.0 / 1000).collect()
}

#[tokio::test(start_paused = true)]
async fn the_limit_rises_from_one_to_its_value() {
    let run = Rig::new(TEN, |_| ok(50_000)).run().await;
    assert_eq!(steps(&run), (0..10).map(|i| (i * 1000, 1 + u32::try_from(i).unwrap())).collect::<Vec<_>>());
    assert_eq!(started_at(&run)[..10], (0..10).map(|i| i * 1000).collect::<Vec<_>>());
    assert!(matches!(run.events[0].fact, Fact::RunStarted { limit: Some(10), .. }), "the limit of the plan is known");
    assert_eq!(run.ledger().peak, 10);
}

#[tokio::test(start_paused = true)]
async fn a_large_limit_rises_in_few_steps() {
    let plan = "[limits]\nconcurrency = 1000\nramp = \"10s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 4000\n";
    let run = Rig::new(plan, |_| ok(9_000)).run().await;
    let steps = steps(&run);
    assert_eq!((steps.len(), steps[0], *steps.last().unwrap()), (51, (0, 1), (10_000, 1000)));
    assert_eq!(run.ledger().peak, 1000);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_sets_the_limit_ends_the_ramp() {
    let set = Command::SetLimit { scope: Scope::Run, limit: 7 };
    let run = Rig::new(TEN, |_| ok(50_000)).command(2_500, set).run().await;
    assert_eq!(steps(&run), [(0, 1), (1000, 2), (2000, 3)]);
    assert_eq!(started_at(&run)[..8], [0, 1000, 2000, 2500, 2500, 2500, 2500, 50_000]);
}

#[tokio::test(start_paused = true)]
async fn a_ramp_does_not_move_while_the_run_is_paused() {
    let run = Rig::new(TEN, |_| ok(50_000)).command(2_500, Command::Pause).command(12_500, Command::Resume).run().await;
    assert_eq!(started_at(&run)[..5], [0, 1000, 2000, 13_000, 14_000]);
    assert_eq!(steps(&run).last(), Some(&(19_000, 10)));
    let plan = "[limits]\nrate = \"11/s\"\nramp = \"10s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 50\n";
    let paused = Rig::new(plan, |_| ok(1)).command(5_000, Command::Pause).command(65_000, Command::Resume).run().await;
    let unpaused = Rig::new(plan, |_| ok(1)).run().await;
    let (with, without) = (started_at(&paused), started_at(&unpaused));
    let last = (with.last().unwrap() - 60_000).abs_diff(*without.last().unwrap());
    assert!(last < 200, "{with:?} {without:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_shorter_than_its_ramp_ends_with_its_last_job() {
    let plan = "[limits]\nramp = \"1h\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 3\n";
    let run = Rig::new(plan, |_| ok(100)).run().await;
    assert_eq!(run.end(), (RunEnd::Finished, Offset(300_000)));
    let drained = Rig::new(TEN, |_| ok(50_000)).command(3_500, Command::Drain).run().await;
    assert_eq!((drained.end().1, steps(&drained).len()), (Offset(53_000_000), 4));
}

#[tokio::test(start_paused = true)]
async fn a_rate_rises_and_the_limit_does_not() {
    let plan = "[limits]\nconcurrency = 500\nrate = \"100/s\"\nramp = \"10s\"\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 1000\n";
    let run = Rig::new(plan, |_| ok(3_000)).run().await;
    assert_eq!(steps(&run), []);
    let starts = started_at(&run);
    let between = |from, to| starts.iter().filter(|at| (from..to).contains(*at)).count();
    assert!((4..=7).contains(&between(0, 1000)), "{}", between(0, 1000));
    assert!((495..=510).contains(&between(0, 10_000)), "{}", between(0, 10_000));
    assert!((99..=101).contains(&between(11_000, 12_000)), "{}", between(11_000, 12_000));
}

#[tokio::test(start_paused = true)]
async fn the_lower_of_ramp_and_adaptive_limit_holds() {
    let plan = "
        [limits]
        concurrency = 20
        ramp = \"10s\"
        adaptive = \"when refused\"
        [retry]
        longest_wait = \"30s\"
        [[endpoint]]
        url = \"http://a.test/\"
        repeat = 600
    ";
    // The server takes five at a time, as it counts them by the rows in flight.
    let in_flight = std::rc::Rc::new(std::cell::RefCell::new(Vec::<u64>::new()));
    let run = Rig::new(plan, move |cue| {
        let mut until = in_flight.borrow_mut();
        until.retain(|&end| end > cue.at.0);
        if until.len() >= 5 {
            return ends(1, End::Status(429));
        }
        until.push(cue.at.0 + 200_000);
        ok(200)
    })
    .run()
    .await;
    // The ledger checks every start against the limit of the ramp.
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), run.end().0), (600, RunEnd::Finished));
    let before = ledger.starts.iter().filter(|start| start.at.0 < 490_000).count();
    assert!(before <= 3, "one at a time at first: {before}");
    assert!(run.events.iter().any(|event| matches!(event.fact, Fact::Adapted { .. })));
    assert!(ledger.peak <= 12, "{}", ledger.peak);
}

#[tokio::test(start_paused = true)]
async fn hosts_that_are_new_during_a_ramp_may_use_the_limit_at_its_end() {
    let plan = "
        [limits]
        concurrency = 10
        ramp = \"9s\"
        adaptive = \"when refused\"
        [[endpoint]]
        url = \"http://a.test/{i}\"
        each = { i = \"1..=40\" }
    ";
    let run = Rig::new(plan, |_| ok(20_000)).run().await;
    assert_eq!(run.ledger().peak, 10);
}
