//! How long jobs wait for a host that is down.

use inflight::event::outcome::Reason;
use inflight::event::{Fact, Offset};

use crate::pool::outages::{count, n_done, plan, reasons};
use crate::pool::rig::{End, Rig, ends, ok};

#[tokio::test(start_paused = true)]
async fn an_application_that_was_never_up_behind_a_gateway_is_given_up_like_a_host_that_never_answered() {
    for mode in ["off", "when refused"] {
        for status in [502, 503, 504] {
            let plan = plan("a.test", 200, 20).replace("[limits]", &format!("[limits]\nadaptive = \"{mode}\""));
            let run = Rig::new(&plan, move |_| ends(2, End::Status(status))).run().await;
            let end = run.end().1;
            assert!((30_000_000..36_000_000).contains(&end.0), "{status}, {mode}: {end:?}");
            let why = reasons(&run).pop().unwrap();
            assert!(why.starts_with(&format!("http://a.test: answered only {status}")), "{status}, {mode}: {why}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_has_answered_is_never_given_up_sooner_for_failures_of_single_jobs() {
    // The first answers are those of jobs that get a 502 anyway.
    let script = |cue: crate::pool::rig::Cue<'_>| match cue.place.row {
        0..30 => ends(1, End::Status(502)),
        _ => ok(1),
    };
    let run = Rig::new(&plan("a.test", 100, 20), script).run().await;
    assert_eq!(n_done(&run), 70);
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostGivenUp { .. })), 0);
}

#[tokio::test(start_paused = true)]
async fn the_jobs_of_a_host_that_is_given_up_fail_at_once_even_during_a_backoff() {
    // A few answers show that the first failures are the jobs' own; their retries come late.
    let plan = format!("[retry]\noutage = \"5s\"\nbackoff = \"20s..30s\"\nattempts = 9\n{}", plan("a.test", 200, 10));
    let run = Rig::new(&plan, |cue| match (cue.at.0 / 1000, cue.place.row) {
        (0..200, row) if row % 10 == 3 => ends(10, End::Reset),
        (0..200, _) => ok(10),
        _ => ends(0, End::Fails(Reason::Refused)),
    });
    let end = run.run().await.end().1;
    assert!(end < Offset(5_800_000), "{end:?}");
}

#[tokio::test(start_paused = true)]
async fn waiting_can_be_turned_off() {
    for word in ["off", "0s", "1ms"] {
        let plan = format!("[retry]\noutage = \"{word}\"\nunreachable = \"{word}\"\n{}", plan("a.test", 100, 10));
        let run = Rig::new(&plan, |_| ends(0, End::Fails(Reason::Refused))).run().await;
        assert!(run.end().1 < Offset(300_000), "{word}: {:?}", run.end());
        assert!(run.arrivals.len() < 20, "{word}");
    }
}
