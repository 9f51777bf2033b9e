//! Starts that are later than the rate demands, because every slot was taken.

use inflight::control::Command;
use inflight::event::due_time::DueTime;
use inflight::event::{Fact, HostId, Micros, Offset, Scope};
use inflight::model::Model;

use crate::pool::rig::{End, FinishedRun, Rig, ends, ok};

/// The start and the due time of each attempt.
fn starts(run: &FinishedRun) -> Vec<(Offset, Option<DueTime>)> {
    run.ledger();
    let start = |event: &inflight::event::Event| match event.fact {
        Fact::AttemptStarted { due, .. } => Some((event.at, due)),
        _ => None,
    };
    run.events.iter().filter_map(start).collect()
}

fn n_late(run: &FinishedRun) -> usize {
    starts(run).iter().filter(|(_, due)| due.is_some()).count()
}

fn model(run: &FinishedRun) -> Model {
    let mut model = Model::default();
    run.events.iter().for_each(|event| model.apply(event));
    model
}

fn plan(limits: &str, n: u32) -> String {
    format!("[limits]\n{limits}\n[[endpoint]]\nurl = \"http://a.test/\"\nrepeat = {n}\n")
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_late_for_all_that_was_due_meanwhile() {
    // A hundred each second for ten seconds. For two seconds nothing is answered.
    let run = Rig::new(&plan("concurrency = 10\nrate = \"100/s\"", 1000), |cue| match cue.at.0 {
        at @ 3_000_000..5_000_000 => ok((5_000_000 - at) / 1000),
        _ => ok(5),
    })
    .run()
    .await;
    let late: Vec<_> = starts(&run).into_iter().filter_map(|(at, due)| Some((at, due?))).collect();
    let missed: u64 = late.iter().map(|(_, due)| due.n_missed()).sum();
    assert!((1..=35).contains(&late.len()), "{late:?}");
    assert!(late[0].0.0.abs_diff(5_000_000) <= 1_000 && late[0].1.at.0.abs_diff(3_100_000) <= 10_000, "{late:?}");
    assert!((165..=191).contains(&missed), "{missed}");
    let model = model(&run);
    let since_due = model.since_due.as_ref().unwrap();
    assert_eq!(since_due.latency.n(), 1000 + missed);
    assert!(model.latency.quantile(0.98) < Some(Micros(6_000)), "the latencies alone hide it");
    // A sixth of all that were due came up to two seconds late.
    let p90 = since_due.latency.quantile(0.9).unwrap();
    assert!((500_000..1_500_000).contains(&p90.0), "{p90:?}");
    assert!(since_due.latency.quantile(0.5) < Some(Micros(6_000)));
    assert_eq!((since_due, since_due.late), (&model.endpoints[0].since_due, late.len() as u64));
}

#[tokio::test(start_paused = true)]
async fn with_too_few_slots_each_start_is_later_than_the_one_before() {
    let run = Rig::new(&plan("concurrency = 1\nrate = \"100/s\"", 200), |_| ok(20)).run().await;
    let starts = starts(&run);
    for (i, (at, due)) in (0..).zip(&starts).skip(1) {
        let due = due.unwrap();
        assert!(due.at.0.abs_diff(i * 10_000) <= 2_000 && due.missed.is_none(), "{i}: {at:?} {due:?}");
    }
    let slowest = run.results.iter().map(|result| result.since_due.unwrap()).max().unwrap();
    assert!(slowest.0.abs_diff(2_010_000) < 10_000, "{slowest:?}");
    let model = model(&run);
    assert_eq!(model.since_due.unwrap().latency.max().map(|max| max.0.abs_diff(2_010_000) < 10_000), Some(true));
    assert!(model.latency.max() < Some(Micros(25_000)));
}

#[tokio::test(start_paused = true)]
async fn slots_that_become_free_together_do_not_hide_that_there_are_too_few() {
    // All attempts end at once, every 200 ms, and the pace starts the next ones one after another.
    let run =
        Rig::new(&plan("concurrency = 5\nrate = \"60/s\"", 250), |cue| ok(200 - cue.at.0 / 1000 % 200)).run().await;
    let since_due = model(&run).since_due.unwrap();
    let end = run.end().1;
    let n_due = end.0 * 60 / 1_000_000;
    // The last job is due after all that were made or missed.
    let last_due = (250 + since_due.missed) * 1_000_000 / 60;
    assert!(since_due.latency.max().unwrap().0.abs_diff(end.0 - last_due) < 500_000, "{since_due:?} {end:?}");
    assert!(250 + since_due.missed < n_due * 2 / 3, "{} of {n_due}", since_due.missed);
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_a_host_counts_like_that_of_the_run() {
    let run = Rig::new(&plan("concurrency = 50\nper_host = 1\nrate = \"100/s\"", 100), |_| ok(20)).run().await;
    let last = starts(&run).last().unwrap().1.unwrap();
    assert!(last.at.0.abs_diff(990_000) <= 5_000, "{last:?}");
}

#[tokio::test(start_paused = true)]
async fn a_start_is_not_late_by_a_pause_or_by_the_wait_that_a_server_asks_for() {
    let limits = "concurrency = 20\nrate = \"100/s\"";
    let paused = Rig::new(&plan(limits, 300), |_| ok(5))
        .command(500, Command::Pause)
        .command(5_500, Command::Resume)
        .run()
        .await;
    let refused = Rig::new(&plan(limits, 300), |cue| match cue.at.0 {
        1_000_000..1_010_000 => ends(5, End::Throttled("2")),
        _ => ok(5),
    })
    .run()
    .await;
    // The host is quarantined while its slots are full.
    let quarantined = Rig::new(&plan("concurrency = 2\nrate = \"100/s\"", 30), |cue| match cue.at.0 {
        100_000..1_000_000 => ok(1_000),
        _ => ok(5),
    })
    .command(115, Command::Quarantine(HostId(0)))
    .command(1_500, Command::Release(HostId(0)))
    .run()
    .await;
    assert_eq!([&paused, &refused, &quarantined].map(n_late), [0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_a_key_has_lowered_makes_no_start_late() {
    let set = |limit| Command::SetLimit { scope: Scope::Run, limit };
    let rig = || Rig::new(&plan("concurrency = 10\nrate = \"100/s\"", 400), |_| ok(50));
    assert_eq!(n_late(&rig().run().await), 0, "five slots are enough");
    assert_eq!(n_late(&rig().command(1_000, set(2)).run().await), 0);
    assert_eq!(n_late(&rig().command(1_000, set(2)).command(3_000, set(20)).run().await), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lack_of_jobs_makes_no_start_late() {
    let polled = format!("every = \"3s\"\nrounds = 3\n{}", plan("concurrency = 20\nrate = \"100/s\"", 50));
    let polled = Rig::new(&polled, |_| ok(5)).run().await;
    assert_eq!(n_late(&polled), 0);
    let without = Rig::new(&plan("concurrency = 1", 20), |_| ok(20)).run().await;
    assert_eq!(n_late(&without), 0);
    assert!(without.results.iter().all(|result| result.since_due.is_none()) && model(&without).since_due.is_none());
}
