//! Rounds of a liveness check: start to start, spread, never overlapping, and what is up.

use inflight::control::Command;
use inflight::event::reasons::RunEnd;
use inflight::event::waits::WaitTimes;
use inflight::event::{EndpointId, Fact, JobId, Offset};

use crate::pool::rig::{End, FinishedRun, Rig, endpoint, ends, ok};

fn plan(head: &str, hosts: &[&str]) -> String {
    let endpoints: String = hosts.iter().map(|host| endpoint(host, 1)).collect();
    format!("every = \"60s\"\n{head}\n[retry]\nattempts = 1\n{endpoints}")
}

impl FinishedRun {
    fn turns(&self) -> Vec<(u64, u32, bool)> {
        let turns = self.events.iter().filter_map(|event| match event.fact {
            Fact::EndpointStateChanged { endpoint, up } => Some((event.at.0 / 1_000_000, endpoint.0, up)),
            _ => None,
        });
        turns.collect()
    }
}

fn seconds(of: &[Offset]) -> Vec<u64> {
    of.iter().map(|at| at.0 / 1_000_000).collect()
}

#[tokio::test(start_paused = true)]
async fn rounds_go_from_start_to_start_and_their_starts_are_spread() {
    let run = Rig::new(&plan("rounds = 3", &["a.test", "b.test", "c.test"]), |_| ok(7_000)).run().await;
    let ledger = run.ledger();
    assert_eq!(seconds(&run.arrivals_at("a.test")), [0, 60, 120]);
    assert_eq!(seconds(&run.arrivals_at("b.test")), [20, 80, 140]);
    assert_eq!(seconds(&run.arrivals_at("c.test")), [40, 100, 160]);
    assert_eq!((ledger.drawn, ledger.started_rounds.len()), (Some(9), 9));
    assert_eq!(run.end(), (RunEnd::Finished, Offset(167_000_000)));
    assert!(ledger.waited.values().all(WaitTimes::is_none), "the time between rounds is no job's wait");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_never_overlaps_itself_and_late_rounds_say_by_how_much() {
    let run = Rig::new(&plan("rounds = 3\n[defaults]\ntimeout = \"2m\"", &["a.test"]), |cue| {
        ok(if cue.n == 1 { 90_000 } else { 1_000 })
    })
    .run()
    .await;
    run.ledger();
    assert_eq!(seconds(&run.arrivals_at("a.test")), [0, 90, 120]);
    let late = run.events.iter().filter_map(|event| match event.fact {
        Fact::RoundStarted { late, .. } => Some(late.0 / 1_000_000),
        _ => None,
    });
    assert_eq!(late.collect::<Vec<_>>(), [0, 30, 0]);
}

#[tokio::test(start_paused = true)]
async fn up_and_down_are_reported_when_they_change_and_only_then() {
    let run = Rig::new(&plan("rounds = 6", &["a.test"]), |cue| match cue.n {
        3 | 4 => ends(2_000, End::Status(500)),
        _ => ok(1_000),
    })
    .run()
    .await;
    run.ledger();
    assert_eq!(run.turns(), [(1, 0, true), (122, 0, false), (241, 0, true)]);
}

#[tokio::test(start_paused = true)]
async fn rounds_without_end_go_on_until_they_are_stopped() {
    let run = Rig::new(&plan("", &["a.test"]), |_| ok(10)).command(3_600_000 - 1, Command::Drain).run().await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.drawn), (60, None));
    assert_eq!(run.end().0, RunEnd::Drained);
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_file_are_read_anew_in_each_round() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids.csv");
    std::fs::write(&file, "id\n1\n2\n").unwrap();
    let plan = format!(
        "every = \"1s\"\nrounds = 3\n[[endpoint]]\nname = \"a\"\nurl = \"http://a.test/{{id}}\"\nrows = {:?}\n",
        file.to_str().unwrap()
    );
    let rewritten = file.clone();
    let run = Rig::new(&plan, move |cue| {
        if cue.place.row == 1 {
            match cue.n {
                1 => std::fs::write(&rewritten, "id\n1\n2\n3\n").unwrap(),
                _ => std::fs::remove_file(&rewritten).unwrap(),
            }
        }
        ok(10)
    })
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!((ledger.ends.len(), ledger.drawn), (2 + 3 + 1, Some(6)));
    assert_eq!(run.turns(), [(0, 0, true), (2, 0, false)]);
}

#[tokio::test(start_paused = true)]
async fn a_skipped_endpoint_is_neither_up_nor_down_any_more() {
    let run = Rig::new(&plan("rounds = 3", &["a.test", "b.test"]), |_| ok(10))
        .command(61_000, Command::SkipEndpoint(EndpointId(0)))
        .run()
        .await;
    run.ledger();
    assert_eq!((run.arrivals_at("a.test").len(), run.arrivals_at("b.test").len()), (2, 3));
    assert_eq!(run.turns(), [(0, 0, true), (30, 1, true)]);
}

#[tokio::test(start_paused = true)]
async fn cancelling_a_job_that_waits_lets_the_next_round_begin_in_time() {
    let run = Rig::new("every = \"60s\"\nrounds = 2\n[retry]\nbackoff = \"300s..300s\"\n[defaults]\njob_timeout = \"20m\"\n[[endpoint]]\nurl = \"http://a.test/\"\n", |cue| {
        if cue.n == 1 { ends(10, End::Reset) } else { ok(10) }
    })
    .command(20, Command::CancelJob(JobId(1)))
    .run()
    .await;
    run.ledger();
    assert_eq!(seconds(&run.arrivals_at("a.test")), [0, 60]);
}
