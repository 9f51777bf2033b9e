//! Unused slots are explained: one reason at each moment, summed to the last microsecond.

use inflight::control::Command;
use inflight::event::Fact;
use inflight::event::idle::Idle;

use crate::pool::rig::{Cue, End, FinishedRun, Rig, endpoint, ends, ok};

/// The last sums that a run run.
fn idle(run: &FinishedRun) -> Idle {
    let sums = run.events.iter().rev().find_map(|event| match event.fact {
        Fact::SlotsIdle { idle } => Some(idle),
        _ => None,
    });
    sums.unwrap_or_default()
}

/// Slots × seconds of each reason, rounded: no work, host limit, gap, rate, cooldown, backoff, paused.
fn seconds(run: &FinishedRun) -> [u64; 7] {
    let sums = idle(run);
    [sums.no_work, sums.host_limit, sums.gap, sums.rate, sums.cooldown, sums.backoff, sums.paused]
        .map(|sum| (sum.0 + 500_000) / 1_000_000)
}

#[tokio::test(start_paused = true)]
async fn every_slot_that_stood_unused_has_a_reason_and_they_add_up() {
    let plan = "[limits]\nconcurrency = 10\n".to_owned() + &endpoint("a.test", 25);
    let run = Rig::new(&plan, |_| ok(2_000)).run().await;
    // Ten, ten and five of two seconds: only at the end are five slots without work.
    let busy = 25 * 2_000_000;
    assert_eq!(idle(&run).total().0 + busy, 10 * run.end().1.0);
    assert_eq!(seconds(&run), [10, 0, 0, 0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_hosts_own_limit_is_named() {
    let plan = "[limits]\nconcurrency = 10\nper_host = 2\n".to_owned() + &endpoint("a.test", 20);
    let run = Rig::new(&plan, |_| ok(1_000)).run().await;
    assert_eq!(seconds(&run)[1], 9 * 8, "{:?}", idle(&run));
}

#[tokio::test(start_paused = true)]
async fn rate_and_gap_are_named() {
    let paced = "[limits]\nconcurrency = 2\nrate = \"1/s\"\n".to_owned() + &endpoint("a.test", 11);
    let run = Rig::new(&paced, |_| ok(1)).run().await;
    assert_eq!(seconds(&run)[3], 20, "{:?}", idle(&run));
    let spaced = "[limits]\nconcurrency = 2\nper_host_gap = \"1s\"\n".to_owned() + &endpoint("a.test", 11);
    let run = Rig::new(&spaced, |_| ok(1)).run().await;
    assert_eq!(seconds(&run)[2], 20, "{:?}", idle(&run));
}

#[tokio::test(start_paused = true)]
async fn a_rate_that_holds_back_what_comes_first_is_named() {
    let hosts: Vec<String> = (0..6).map(|i| endpoint(&format!("h{i}.test"), 1)).collect();
    let known = format!("[limits]\nconcurrency = 9\n{}{}", hosts.concat(), endpoint("quick.test", 20));
    let script = |cue: Cue<'_>| ok(if cue.host == "quick.test" { 10 } else { 500 });
    let first = Rig::new(&known, script).run().await;
    let plan = format!("[limits]\nconcurrency = 2\nrate = \"1/s\"\n{}", hosts.concat());
    let again = Rig::new(&plan, script).after(&first).run().await;
    // Two slots for five seconds, less what five of the six are in flight for.
    assert_eq!(idle(&again).rate.0, 10_000_000 - 5 * 500_000);
}

#[tokio::test(start_paused = true)]
async fn a_cooldown_and_a_pause_are_named() {
    let plan = "[limits]\nconcurrency = 1\n[retry]\nattempts = 2\n".to_owned() + &endpoint("a.test", 2);
    let run =
        Rig::new(&plan, |cue| if cue.n == 1 && cue.place.row == 0 { ends(1, End::Throttled("30")) } else { ok(1) })
            .run()
            .await;
    assert_eq!(seconds(&run)[4], 30, "{:?}", idle(&run));
    let paused = "[limits]\nconcurrency = 1\n".to_owned() + &endpoint("a.test", 3);
    let run =
        Rig::new(&paused, |_| ok(1_000)).command(500, Command::Pause).command(61_000, Command::Resume).run().await;
    assert_eq!(seconds(&run)[6], 60, "{:?}", idle(&run));
}
