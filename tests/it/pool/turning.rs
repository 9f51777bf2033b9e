//! The limit is turned and the run paused while it goes.

use inflight::control::Command;
use inflight::event::reasons::ChangedBy;
use inflight::event::{Fact, HostId, Offset, Scope};

use crate::pool::rig::{End, FinishedRun, Rig, ends, ok};

const TWENTY_AT_A_TIME: &str =
    "[limits]\nconcurrency = 20\n[[endpoint]]\nurl = \"http://a.test/{i}\"\neach = { i = \"1..=200\" }\n";

fn set(limit: u32) -> Command {
    Command::SetLimit { scope: Scope::Run, limit }
}

fn n_started_between(run: &FinishedRun, from: u64, to: u64) -> usize {
    run.ledger().starts.iter().filter(|start| (from * 1000..to * 1000).contains(&start.at.0)).count()
}

/// When this fact was emitted.
#[track_caller]
fn time_of(run: &FinishedRun, is_it: impl Fn(&Fact) -> bool) -> Offset {
    run.events.iter().find(|event| is_it(&event.fact)).unwrap().at
}

#[tokio::test(start_paused = true)]
async fn lowering_the_limit_cuts_nothing_and_starts_nothing_above_it() {
    let run = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).command(500, set(5)).run().await;
    let ledger = run.ledger();
    assert!(run.events.iter().all(|event| !matches!(event.fact, Fact::JobSettled { ref end, .. }
        if *end != inflight::event::outcome::JobEnd::Done)));
    assert_eq!((ledger.ends.len(), ledger.peak), (200, 20));
    assert_eq!(n_started_between(&run, 1000, 2000), 5, "the twenty in flight make room for five");
    assert_eq!(run.end().1, Offset(1_000_000 + 180 / 5 * 1_000_000));
}

#[tokio::test(start_paused = true)]
async fn raising_the_limit_starts_more_at_that_very_moment() {
    let run = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).command(500, set(100)).run().await;
    assert_eq!(n_started_between(&run, 500, 501), 80);
    let changed = time_of(&run, |fact| matches!(fact, Fact::LimitChanged { .. }));
    assert_eq!(changed, Offset(500_000));
    assert_eq!(run.ledger().peak, 100);
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_one_can_be_raised_to_a_thousand() {
    let plan = "[limits]\nconcurrency = 1\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = 2000\n";
    let run = Rig::new(plan, |_| ok(1000)).command(500, set(1000)).run().await;
    assert_eq!((run.ledger().peak, run.end().1), (1000, Offset(2_500_000)));
}

#[tokio::test(start_paused = true)]
async fn turning_down_and_up_again_leaves_no_worker_behind() {
    let mut rig = Rig::new(TWENTY_AT_A_TIME, |_| ok(100));
    for (i, limit) in [3, 30, 1, 2, 40, 7].into_iter().enumerate() {
        rig = rig.command(30 + 70 * i as u64, set(limit));
    }
    let ledger = rig.run().await.ledger();
    assert_eq!(ledger.ends.len(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_hosts_own_limit_is_turned_like_the_runs() {
    let plan = format!("{TWENTY_AT_A_TIME}[[endpoint]]\nurl = \"http://b.test/\"\nrepeat = 5\n");
    let one = Command::SetLimit { scope: Scope::Host(HostId(0)), limit: 1 };
    let ten = Command::SetLimit { scope: Scope::Host(HostId(0)), limit: 10 };
    let no_host = Command::SetLimit { scope: Scope::Host(HostId(99)), limit: 10 };
    let run = Rig::new(&plan, |_| ok(1000)).command(500, one).command(3500, ten).command(3600, no_host).run().await;
    assert_eq!(n_started_between(&run, 1000, 2000), 1);
    assert_eq!(n_started_between(&run, 3500, 3501), 9);
    let n_changes = run.events.iter().filter(|event| matches!(event.fact, Fact::LimitChanged { .. })).count();
    assert_eq!(n_changes, 2, "a host that does not exist has no limit");
}

#[tokio::test(start_paused = true)]
async fn this_machines_limit_holds_against_every_command() {
    let run = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).most(30).command(500, set(100)).run().await;
    assert_eq!(run.ledger().peak, 30);
    assert!(run.events.iter().any(|event| matches!(
        event.fact,
        Fact::LimitChanged { scope: Scope::Run, limit: 30, by: ChangedBy::Operator }
    )));
}

#[tokio::test(start_paused = true)]
async fn pausing_holds_fresh_jobs_retries_and_cooldowns_alike() {
    let plan = "
        [limits]
        concurrency = 4
        [retry]
        backoff = \"100ms..200ms\"
        [[endpoint]]
        url = \"http://fresh.test/\"
        repeat = 20
        [[endpoint]]
        url = \"http://broken.test/\"
        repeat = 4
        [[endpoint]]
        url = \"http://strict.test/\"
        repeat = 4
    ";
    let run = Rig::new(plan, |cue| match (cue.host, cue.n) {
        ("broken.test", 1) => ends(100, End::Reset),
        ("strict.test", 1) => ends(100, End::Throttled("1")),
        _ => ok(100),
    })
    .command(150, Command::Pause)
    .command(60_000, Command::Resume)
    .run()
    .await;
    let paused = time_of(&run, |fact| *fact == Fact::Paused);
    assert_eq!(n_started_between(&run, paused.0 / 1000, 60_000), 0);
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), n_started_between(&run, 60_000, 60_001)), (28, 4));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_paused_when_its_last_job_ends_is_over() {
    let run = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).command(9500, Command::Pause).run().await;
    assert_eq!(run.end().1, Offset(10_000_000));
}

#[tokio::test(start_paused = true)]
async fn while_paused_with_nothing_in_flight_nothing_is_emitted() {
    let rig = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).command(500, Command::Pause).command(3_600_500, Command::Resume);
    let run = rig.run().await;
    let during = run.events.iter().filter(|event| (5_000_000..3_600_500_000).contains(&event.at.0)).count();
    assert_eq!(during, 0, "an hour in which nothing moves");
    assert_eq!(n_started_between(&run, 3_600_500, 3_600_501), 20);
    assert_eq!(run.ledger().ends.len(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_mark_is_an_event_of_its_moment_and_changes_nothing_else() {
    let run = Rig::new(TWENTY_AT_A_TIME, |_| ok(1000)).command(1_500, Command::Mark).run().await;
    assert_eq!(time_of(&run, |fact| *fact == Fact::Marked), Offset(1_500_000));
    assert_eq!((run.ledger().ends.len(), run.end().1), (200, Offset(10_000_000)));
    let model = crate::scenario::fold(&run.events);
    let marks: Vec<_> = model.marked.iter().map(|(number, it)| (number, it.at, it.in_flight, it.settled)).collect();
    assert_eq!(marks, [(0, Offset(1_500_000), 20, 20)]);
}
