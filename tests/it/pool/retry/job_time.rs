//! The time of a job that waits for its host, and the longest time that a host may refuse everything.

use inflight::control::Command;
use inflight::event::outcome::{JobEnd, Outcome, Phase, Reason};
use inflight::event::{Fact, HostId, JobId, Offset};

use crate::pool::rig::{Cue, End, FinishedRun, Rig, endpoint, ends, ok};

const OUT_OF_TIME: JobEnd = JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::Job } };

/// When each job was settled that ended like this.
fn settled(run: &FinishedRun, how: &JobEnd) -> Vec<Offset> {
    let is_it = |fact: &Fact| matches!(fact, Fact::JobSettled { end, .. } if end == how);
    run.events.iter().filter(|event| is_it(&event.fact)).map(|event| event.at).collect()
}

fn plan(rules: &str, jobs: u32, concurrency: u32) -> String {
    format!("{rules}\n[limits]\nconcurrency = {concurrency}\n{}", endpoint("a.test", jobs))
}

#[tokio::test(start_paused = true)]
async fn a_job_fails_at_the_moment_when_its_time_is_over_no_matter_when_its_host_opens() {
    let plan = plan("[defaults]\njob_timeout = \"5s\"", 10, 10);
    // Half of them are refused for a time that is not over before the host's pause.
    let run = Rig::new(&plan, |cue: Cue<'_>| match cue.place.row {
        0..5 => ends(10, End::Throttled("4")),
        5 => ends(500, End::Throttled("60")),
        _ => ok(20),
    })
    .run()
    .await;
    run.ledger();
    assert_eq!(settled(&run, &OUT_OF_TIME), [Offset(5_000_000); 5]);
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_job_does_not_run_while_its_host_is_quarantined() {
    let plan = plan("[defaults]\njob_timeout = \"5s\"", 1, 1);
    let run = Rig::new(&plan, |cue| if cue.n == 1 { ends(10, End::Throttled("1")) } else { ok(20) })
        .command(500, Command::Quarantine(HostId(0)))
        .command(20_000, Command::Release(HostId(0)))
        .run()
        .await;
    assert_eq!(run.ledger().ends[&JobId(1)], JobEnd::Done);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_names_a_longer_wait_fails_all_its_jobs_after_the_longest_one() {
    for (rules, seconds) in [("", 600), ("[retry]\nlongest_wait = \"1m\"", 60)] {
        let run = Rig::new(&plan(rules, 1_000, 20), |_| ends(10, End::Throttled("3600"))).run().await;
        run.ledger();
        let (end, sent) = (run.end().1, run.arrivals.len());
        assert!((seconds * 1_000_000..=seconds * 1_000_000 + 100_000).contains(&end.0), "{end:?}");
        assert!(sent <= 40, "most were never sent: {sent}");
        let refused = JobEnd::Failed {
            last: Outcome::Throttled { status: 429, retry_after: Some(inflight::event::Micros(3_600_000_000)) },
        };
        let why =
            format!("http://a.test: asked for a wait of 1h 00m, longer than {}m (`retry.longest_wait`)", seconds / 60);
        let unsent = JobEnd::Failed {
            last: Outcome::Failed { reason: Reason::GivenUp, detail: Some(why.into()), expected: None },
        };
        assert_eq!((settled(&run, &refused).len(), settled(&run, &unsent).len()), (sent, 1_000 - sent));
        for result in &run.results {
            assert_eq!(result.tries, u32::from(result.end == refused), "{result:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_survives_the_longest_wait() {
    let script = |cue: Cue<'_>| if cue.at < Offset(599_000_000) { ends(10, End::Throttled("600")) } else { ok(10) };
    let run = Rig::new(&plan("", 200, 20), script).run().await;
    assert!(run.ledger().ends.values().all(|end| *end == JobEnd::Done));
}

#[tokio::test(start_paused = true)]
async fn a_host_is_never_asked_before_the_moment_that_it_named() {
    let script = |cue: Cue<'_>| if cue.at < Offset(20_000_000) { ends(10, End::Throttled("3600")) } else { ok(10) };
    for mode in ["off", "when refused", "on"] {
        let plan =
            format!("[retry]\nlongest_wait = \"1m\"\n[limits]\nadaptive = \"{mode}\"\n{}", endpoint("a.test", 50));
        let run = Rig::new(&plan, script).run().await;
        run.ledger();
        assert!(run.arrivals.iter().all(|arrival| arrival.at < Offset(20_000_000)), "{mode}");
        assert!(run.end().1 >= Offset(60_000_000), "{mode}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_never_accepts_anything_again_ends_the_batch() {
    for mode in ["off", "when refused"] {
        let plan =
            format!("[retry]\nlongest_wait = \"1m\"\n[limits]\nadaptive = \"{mode}\"\n{}", endpoint("a.test", 2_000));
        let run =
            Rig::new(&plan, |cue| if cue.at.0 < 500_000 { ok(10) } else { ends(5, End::Status(429)) }).run().await;
        run.ledger();
        assert!(run.end().1 < Offset(100_000_000), "{mode}: {:?}", run.end().1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_accepts_again_before_that_loses_no_job() {
    let plan = plan("[retry]\nlongest_wait = \"1m\"\n[defaults]\njob_timeout = \"10m\"", 200, 20);
    let run = Rig::new(&plan, |cue| match cue.at.0 / 1_000_000 % 50 {
        0 => ok(100),
        _ => ends(5, End::Status(429)),
    });
    let ledger = run.run().await.ledger();
    assert!(ledger.ends.values().all(|end| *end == JobEnd::Done));
}
