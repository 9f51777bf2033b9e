//! Hosts that go down, and what becomes of their jobs.

mod black_holes;
mod bounds;
mod dead_hosts;
mod given_up;
mod shortages;

use std::collections::HashMap;

use inflight::control::Command;
use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::reasons::{RetryReason, RunEnd};
use inflight::event::{Event, Fact, HostId, Offset};

use crate::pool::rig::{Act, Cue, End, FinishedRun, Rig, endpoint, ends, ok};

/// An upstream that answers after `latency` milliseconds, except from `from` to `to`: then it refuses connections,
/// and what was in flight when that began is reset.
fn goes_away(latency: u64, from: u64, to: u64) -> impl Fn(Cue<'_>) -> Act + Clone {
    move |cue| {
        let at = cue.at.0 / 1000;
        match at {
            _ if at >= to || at + latency <= from => ok(latency),
            _ if at < from => ends(from - at, End::Reset),
            _ => ends(0, End::Fails(Reason::Refused)),
        }
    }
}

fn plan(host: &str, repeat: u32, concurrency: u32) -> String {
    format!("[limits]\nconcurrency = {concurrency}\n{}", endpoint(host, repeat))
}

fn n_done(run: &FinishedRun) -> usize {
    run.ledger().ends.values().filter(|end| **end == JobEnd::Done).count()
}

fn count(run: &FinishedRun, is: impl Fn(&Fact) -> bool) -> usize {
    run.events.iter().filter(|event| is(&event.fact)).count()
}

fn reasons(run: &FinishedRun) -> Vec<String> {
    let reason = |end: &JobEnd| match end {
        JobEnd::Failed { last: Outcome::Failed { detail, .. } } => detail.as_deref().unwrap_or_default().to_owned(),
        other => format!("{other:?}"),
    };
    let mut reasons: Vec<String> = run.ledger().ends.values().map(reason).collect();
    reasons.dedup();
    reasons
}

async fn an_outage_costs_no_job(seconds: u64) {
    let without = Rig::new(&plan("a.test", 10_000, 50), goes_away(10, 0, 0)).run().await.end().1;
    let outage = seconds * 1000;
    let run = Rig::new(&plan("a.test", 10_000, 50), goes_away(10, 1000, 1000 + outage)).run().await;
    assert_eq!((n_done(&run), run.end().0), (10_000, RunEnd::Finished));
    let most = (without.0 + outage * 1000) * 12 / 10;
    assert!(run.end().1.0 <= most, "{:?} of {most}", run.end());
    // Tries are single attempts at growing distances: no more than a few for each doubling of the outage.
    let attempts = run.arrivals.iter().filter(|arrival| (1_100_000..1_000_000 + outage * 1000).contains(&arrival.at.0));
    assert!(attempts.count() < 40);
    let tries: HashMap<_, u32> = run.events.iter().fold(HashMap::new(), |mut tries, event| {
        if let Fact::JobSettled { job, tries: n, .. } = event.fact {
            tries.insert(job, n);
        }
        tries
    });
    assert!(tries.values().filter(|n| **n > 1).count() <= 100, "only what was in flight is tried again");
    let hosts_up = count(&run, |fact| matches!(fact, Fact::HostUp { .. }));
    assert_eq!(hosts_up, 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_two_seconds_costs_no_job() {
    an_outage_costs_no_job(2).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_three_seconds_costs_no_job() {
    an_outage_costs_no_job(3).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_half_a_minute_costs_no_job() {
    an_outage_costs_no_job(30).await;
}

#[tokio::test(start_paused = true)]
async fn a_gateway_without_an_application_costs_no_job() {
    let plan = plan("a.test", 10_000, 50);
    let run = Rig::new(&plan, |cue| match cue.at.0 / 1000 {
        1000..4000 => ends(5, End::Status(502)),
        _ => ok(10),
    });
    let run = run.run().await;
    assert_eq!(n_done(&run), 10_000);
    assert!(run.end().1 < Offset(6_200_000), "{:?}", run.end());
    let down = run.events.iter().find_map(|event| match &event.fact {
        Fact::HostDown { why, .. } => Some(why.to_string()),
        _ => None,
    });
    assert_eq!(down.as_deref(), Some("502 Bad Gateway"));
}

#[tokio::test(start_paused = true)]
async fn one_host_of_twenty_that_is_down_does_not_delay_the_others() {
    let plan: String = "[limits]\nconcurrency = 40\n".to_owned()
        + &(0..20).map(|i| endpoint(&format!("h{i}.test"), 500)).collect::<String>();
    let end_of_others = |run: &FinishedRun| {
        let others = run.arrivals.iter().filter(|arrival| arrival.host != "h7.test");
        others.map(|arrival| arrival.at).max().unwrap()
    };
    let healthy = Rig::new(&plan, |_| ok(20)).run().await;
    let away = goes_away(20, 500, 30_500);
    let run = Rig::new(&plan, move |cue| if cue.host == "h7.test" { away(cue) } else { ok(20) }).run().await;
    assert_eq!(n_done(&run), 10_000);
    let (before, now) = (end_of_others(&healthy), end_of_others(&run));
    assert!(now.0 * 100 <= before.0 * 105, "{now:?} after {before:?}");
}

#[tokio::test(start_paused = true)]
async fn a_post_is_never_sent_twice_if_it_may_have_arrived() {
    let plan = "[limits]\nconcurrency = 20\n[[endpoint]]\nurl = \"http://a.test/\"\nmethod = \"POST\"\nrepeat = 2000\n";
    let run = Rig::new(plan, goes_away(10, 305, 2300)).run().await;
    let ledger = run.ledger();
    let n_reset = ledger.ends.values().filter(|end| **end != JobEnd::Done).count();
    assert_eq!(n_reset, 20, "what was in flight may have arrived");
    // A refused connection has transmitted nothing.
    let mut failed: HashMap<_, Vec<Reason>> = HashMap::new();
    for event in &run.events {
        if let Fact::AttemptEnded { attempt, outcome: Outcome::Failed { reason, .. }, .. } = &event.fact {
            failed.entry(attempt.job).or_default().push(*reason);
        }
    }
    assert!(failed.values().all(|reasons| !reasons.contains(&Reason::Reset) || reasons.len() == 1));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_is_down_for_too_long_is_given_up_with_all_its_jobs() {
    let plan = format!("[retry]\noutage = \"20s\"\n{}", plan("a.test", 3000, 10));
    let run = Rig::new(&plan, goes_away(10, 1000, 1_000_000)).run().await;
    let (how, at) = run.end();
    assert_eq!(how, RunEnd::Finished);
    assert!((21_000_000..21_500_000).contains(&at.0), "{at:?}");
    let reasons = reasons(&run);
    assert!(
        reasons.contains(&"http://a.test: down for 20s (`retry.outage`): connection refused".to_owned()),
        "{reasons:?}"
    );
    let n_sent = run.arrivals.len();
    assert!(n_sent < 1100, "the others were never sent: {n_sent}");
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostGivenUp { .. })), 1);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_answers_is_given_up_sooner() {
    let run = Rig::new(&plan("a.test", 100, 10), |_| ends(0, End::Fails(Reason::Refused))).run().await;
    assert!((30_000_000..30_500_000).contains(&run.end().1.0), "{:?}", run.end());
    let why = "http://a.test: never answered for 30s (`retry.unreachable`): connection refused; is it running?";
    assert_eq!(reasons(&run).last().unwrap(), why);
    assert!(run.arrivals.len() < 60);
}

#[tokio::test(start_paused = true)]
async fn failures_are_final_at_once_if_the_plan_does_not_retry_them() {
    for retry in ["attempts = 1", "on = [\"timeout\"]"] {
        let plan = format!("[retry]\n{retry}\n{}", plan("a.test", 100, 10));
        let run = Rig::new(&plan, |_| ends(5, End::Fails(Reason::Refused))).run().await;
        assert_eq!((run.arrivals.len(), run.end().1), (100, Offset(50_000)), "{retry}");
        assert_eq!(count(&run, |fact| matches!(fact, Fact::HostDown { .. })), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn one_broken_connection_among_answers_is_the_jobs_own() {
    let script = |cue: Cue<'_>| if cue.place.row % 100 == 7 { ends(10, End::Reset) } else { ok(10) };
    let run = Rig::new(&plan("a.test", 2000, 10), script).run().await;
    assert_eq!(n_done(&run), 1980);
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostDown { .. } | Fact::HostUp { .. })), 0);
    let excused = count(&run, |fact| matches!(fact, Fact::RetryScheduled { why: RetryReason::Host, .. }));
    assert_eq!((excused, run.arrivals.len()), (0, 1980 + 20 * 3), "each has its three tries");
}

#[tokio::test(start_paused = true)]
async fn a_single_job_that_breaks_every_connection_ends_after_its_tries() {
    let script = |cue: Cue<'_>| if cue.place.row == 99 { ends(10, End::Reset) } else { ok(10) };
    let run = Rig::new(&plan("a.test", 100, 1), script).run().await;
    assert_eq!((n_done(&run), run.arrivals.len()), (99, 102));
    assert!(run.end().1 < Offset(5_000_000), "{:?}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_flaps_loses_no_job() {
    let run = Rig::new(&plan("a.test", 5000, 20), |cue| match cue.at.0 / 1000 % 700 {
        400.. => ends(1, End::Fails(Reason::Refused)),
        _ => ok(10),
    });
    let run = run.run().await;
    assert_eq!(n_done(&run), 5000);
    let ideal = 5000 / 20 * 10_000 * 7 / 4;
    assert!(run.end().1.0 < ideal * 16 / 10, "{:?} of {ideal}", run.end());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_comes_back_is_loaded_step_by_step() {
    // It takes as many at once as have been answered since it is back, and refuses more.
    let run = Rig::new(&plan("a.test", 1000, 64), goes_away(100, 1000, 3000)).run().await;
    assert_eq!(n_done(&run), 1000);
    let up = run.events.iter().find(|event| matches!(event.fact, Fact::HostUp { .. })).unwrap().at;
    let within = |from: u64, to: u64| {
        run.arrivals.iter().filter(|arrival| (up.0 + from..up.0 + to).contains(&arrival.at.0)).count()
    };
    let steps: Vec<usize> = (0..5).map(|i| within(i * 100_000, (i + 1) * 100_000)).collect();
    assert_eq!(steps, [2, 4, 8, 16, 32]);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_outage_does_not_count_against_the_time_of_a_job() {
    let plan = format!("[defaults]\njob_timeout = \"3s\"\n{}", plan("a.test", 200, 20));
    let run = Rig::new(&plan, goes_away(100, 550, 20_000)).run().await;
    assert_eq!(n_done(&run), 200);
}

#[tokio::test(start_paused = true)]
async fn the_user_can_try_a_host_at_once() {
    let run = Rig::new(&plan("a.test", 1000, 10), goes_away(10, 100, 30_100))
        .command(20, Command::TryHost(HostId(0)))
        .command(31_000, Command::TryHost(HostId(0)))
        .run()
        .await;
    assert_eq!(n_done(&run), 1000);
    let after: Vec<u64> = run.arrivals.iter().map(|arrival| arrival.at.0).filter(|at| *at >= 30_100_000).collect();
    assert_eq!(after[0].min(31_000_000), after[0]);
}

fn stopped_by(run: &FinishedRun) -> (RunEnd, bool) {
    let (how, at) = run.end();
    (how, at < Offset(5_100_000))
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_host_is_down_ends_on_command() {
    for (command, how) in [(Command::Drain, RunEnd::Drained), (Command::Cancel, RunEnd::Cancelled)] {
        let run = Rig::new(&plan("a.test", 1000, 10), goes_away(10, 100, 900_000)).command(5000, command).run().await;
        assert_eq!(stopped_by(&run), (how, true));
        run.ledger();
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_tried_while_the_run_is_paused_or_the_host_quarantined() {
    for (hold, release) in
        [(Command::Pause, Command::Resume), (Command::Quarantine(HostId(0)), Command::Release(HostId(0)))]
    {
        let run = Rig::new(&plan("a.test", 500, 10), goes_away(10, 100, 20_000))
            .command(5000, hold)
            .command(40_000, release)
            .run()
            .await;
        assert_eq!(n_done(&run), 500);
        let held = run.arrivals.iter().filter(|arrival| (5_000_001..40_000_000).contains(&arrival.at.0)).count();
        assert_eq!(held, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stops_at_the_first_failure_waits_for_its_host() {
    let plan = format!("fail_fast = true\n[retry]\noutage = \"10s\"\n{}", plan("a.test", 500, 10));
    let run = Rig::new(&plan, goes_away(10, 100, 5000)).run().await;
    assert_eq!((n_done(&run), run.end().0), (500, RunEnd::Finished));
    let run = Rig::new(&plan, goes_away(10, 100, 50_000)).run().await;
    assert_eq!(run.end().0, RunEnd::FailedFast);
}

#[tokio::test(start_paused = true)]
async fn each_round_tries_a_host_again_that_was_given_up() {
    let plan = format!("every = \"60s\"\nrounds = 4\n[retry]\noutage = \"10s\"\n{}", plan("a.test", 20, 5));
    let run = Rig::new(&plan, goes_away(10, 30_000, 150_000)).run().await;
    assert_eq!((n_done(&run), run.end().0), (40, RunEnd::Finished));
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostGivenUp { .. })), 1);
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostUp { .. })), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_host_is_down_does_next_to_nothing() {
    let run = Rig::new(&plan("a.test", 5000, 50), goes_away(10, 100, 250_100)).run().await;
    assert_eq!(n_done(&run), 5000);
    let during = |event: &&Event| (1_000_000..250_000_000).contains(&event.at.0);
    let n = run.events.iter().filter(during).count();
    assert!(n < 600, "{n} events in four minutes");
}

#[tokio::test(start_paused = true)]
async fn jobs_say_how_long_they_waited_for_a_host_that_was_down() {
    let run = Rig::new(&plan("a.test", 100, 10), goes_away(10, 50, 10_050)).run().await;
    let ledger = run.ledger();
    let longest = ledger.waited.values().map(|waited| waited.outage).max().unwrap();
    assert!(longest.as_secs_f64() > 9.9, "{longest:?}");
}
