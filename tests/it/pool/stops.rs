//! Stops of the process: they cost no job, change no figure, and are reported.

use inflight::event::outcome::{JobEnd, Outcome, Phase, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{Event, Fact, Micros, Offset};

use crate::pool::rig::{End, FinishedRun, Rig, endpoint, ends, ok};
use crate::scenario::fold;

/// One try for each job, within a second.
fn plan(limits: &str, jobs: u32) -> String {
    format!(
        "[limits]\n{limits}\n[retry]\nattempts = 1\n[defaults]\ntimeout = \"1s\"\njob_timeout = \"1s\"\n{}",
        endpoint("a.test", jobs)
    )
}

/// The stops as reported: when, and for how many tenths of a second.
fn stops(run: &FinishedRun) -> Vec<(Offset, u64)> {
    let stop = |event: &Event| match event.fact {
        Fact::Stopped { lasted } => Some((event.at, lasted.0.div_ceil(100_000))),
        _ => None,
    };
    run.events.iter().filter_map(stop).collect()
}

#[track_caller]
fn all_done(run: &FinishedRun) {
    let settled = run.ledger().ends;
    assert!(settled.values().all(|end| *end == JobEnd::Done), "{settled:?}");
}

#[tokio::test(start_paused = true)]
async fn time_outs_move_by_the_length_of_a_stop() {
    for length in [2_500, 3_600_000] {
        let run =
            Rig::new(&plan("concurrency = 2", 12), |_| ends(990, End::Status(200))).stopped(510, length).run().await;
        all_done(&run);
        assert_eq!(stops(&run).iter().map(|stop| stop.1).collect::<Vec<_>>(), [length.div_ceil(100)]);
        // Six rounds of 990 ms each. The answers of the first one came during the stop.
        let end = run.end();
        assert!(end.0 == RunEnd::Finished && end.1 <= Offset(6_000_000), "{end:?}");
        let model = fold(&run.events);
        assert_eq!((model.latency.n(), model.totals.across_stops), (10, 2));
        assert!(model.latency.min().is_some_and(|least| least >= Micros(980_000)));
        assert_eq!((model.totals.stops, model.totals.timed_out), (1, 0));
        assert!(model.evidence.service_times.longest < Micros(1_000_000));
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_has_its_time_after_a_stop_times_out() {
    let run = Rig::new(&plan("concurrency = 1", 1), |_| ends(0, End::Never)).stopped(510, 2_500).run().await;
    let ended = |event: &Event| matches!(event.fact, Fact::AttemptEnded { outcome: Outcome::TimedOut { .. }, .. });
    let ended: Vec<u64> = run.events.iter().filter(|event| ended(event)).map(|event| event.at.0 / 100_000).collect();
    assert_eq!(ended, [10], "by the run's clock");
    // The job has no time left for another attempt.
    assert_eq!(run.ledger().ends.into_values().collect::<Vec<_>>(), [OUT_OF_TIME]);
}

const OUT_OF_TIME: JobEnd = JobEnd::Failed { last: Outcome::TimedOut { phase: Phase::FirstByte } };

#[tokio::test(start_paused = true)]
async fn a_rate_does_not_catch_up_after_a_stop() {
    let run = Rig::new(&plan("concurrency = 9\nrate = \"10/s\"", 30), |_| ok(10)).stopped(510, 2_500).run().await;
    all_done(&run);
    let starts: Vec<u64> = run.ledger().starts.iter().map(|start| start.at.0).collect();
    for pair in starts.windows(2) {
        assert!(pair[1] - pair[0] >= 100_000, "{starts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_a_stop_broke_is_sent_again() {
    let breaks = |cue: crate::pool::rig::Cue<'_>| if cue.n == 1 { ends(600, End::Reset) } else { ok(10) };
    let run = Rig::new(&plan("concurrency = 2", 2), breaks).stopped(510, 2_500).run().await;
    all_done(&run);
    assert_eq!(run.arrivals.len(), 4);
    // A server may have acted on a request that must not be sent twice.
    let run = Rig::new(&plan("concurrency = 2", 2).replace("repeat", "method = \"POST\"\nrepeat"), breaks);
    let run = run.stopped(510, 2_500).run().await;
    let reset = JobEnd::Failed { last: Outcome::Failed { reason: Reason::Reset, detail: None, expected: None } };
    assert!(run.ledger().ends.into_values().all(|end| end == reset));
    // Without a stop, one try is one try.
    let run = Rig::new(&plan("concurrency = 2", 2), breaks).stopped(510, 100).run().await;
    assert_eq!((run.arrivals.len(), stops(&run).len()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_run_for_a_time_moves_by_the_length_of_a_stop() {
    let plan = plan("concurrency = 1\nduration = \"2s\"", 2);
    let with = Rig::new(&plan, |_| ok(100)).stopped(510, 2_500).run().await;
    let without = Rig::new(&plan, |_| ok(100)).run().await;
    let starts = |run: &FinishedRun| run.ledger().starts.len();
    assert!(starts(&with).abs_diff(starts(&without)) <= 1, "{} and {}", starts(&with), starts(&without));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_no_stop_makes_timers_late() {
    let late = |run: &FinishedRun| {
        let late = |event: &Event| match event.fact {
            Fact::TimersLate { mean, worst, .. } => Some((mean, worst)),
            _ => None,
        };
        run.events.iter().filter_map(late).collect::<Vec<_>>()
    };
    let run = Rig::new(&plan("concurrency = 2", 4), |_| ok(900)).stopped(510, 200).run().await;
    let found = late(&run);
    assert!(matches!(found[..], [(mean, worst)] if worst >= Micros(150_000) && mean < worst), "{found:?}");
    assert_eq!(fold(&run.events).evidence.machine.late.worst, found[0].1);
    // A stop is no late timer.
    let run = Rig::new(&plan("concurrency = 2", 4), |_| ok(900)).stopped(510, 2_500).run().await;
    assert_eq!((late(&run).len(), stops(&run).len()), (0, 1));
}
