//! Hosts that were given up: what is drawn for them, and what their jobs say.

use std::time::Duration;

use inflight::event::outcome::{JobEnd, Outcome, Reason};
use inflight::event::reasons::RunEnd;
use inflight::event::{Fact, Offset};
use inflight::plan::Plan;

use crate::pool::outages::{count, goes_away, n_done, plan};
use crate::pool::rig::{Cue, End, FinishedRun, Rig, endpoint, ends, ok};

/// Repeats the rows for so many seconds.
fn for_seconds(seconds: u64) -> impl FnOnce(&mut Plan) {
    move |plan| plan.limits.duration = Some(Duration::from_secs(seconds))
}

/// The jobs that were never sent, and why.
fn unsent(run: &FinishedRun) -> Vec<&str> {
    let why = |end: &JobEnd| match end {
        JobEnd::Failed { last: Outcome::Failed { reason: Reason::GivenUp, detail, .. } } => Some(detail.clone()?),
        _ => None,
    };
    let unsent = run.results.iter().filter_map(|result| Some((result, why(&result.end)?)));
    let texts = unsent.map(|(result, why)| {
        assert_eq!((result.tries, result.started, result.answer.is_some()), (0, None, false), "{result:?}");
        &*Box::leak(why.to_string().into_boxed_str())
    });
    texts.collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_for_a_time_ends_when_its_only_host_is_given_up() {
    let plan = format!("[retry]\noutage = \"10s\"\n{}", plan("a.test", 1, 10));
    let run = Rig::new(&plan, goes_away(10, 1_000, 1_000_000)).with(for_seconds(60)).run().await;
    let (how, at) = run.end();
    assert_eq!(how, RunEnd::GivenUp);
    assert!((11_000_000..12_000_000).contains(&at.0), "{at:?}");
    assert!(run.results.len() < 1_100, "{}", run.results.len());
    run.ledger();
}

#[tokio::test(start_paused = true)]
async fn a_run_for_a_time_ends_when_its_only_host_asks_for_too_long_a_wait() {
    for mode in ["off", "when refused", "on"] {
        let plan = format!(
            "[retry]\nlongest_wait = \"5s\"\n[limits]\nadaptive = \"{mode}\"\nconcurrency = 10\n{}",
            endpoint("a.test", 1)
        );
        let script = |cue: Cue<'_>| if cue.at.0 < 1_000_000 { ok(10) } else { ends(10, End::Throttled("3600")) };
        let run = Rig::new(&plan, script).with(for_seconds(60)).run().await;
        assert_eq!(run.end().0, RunEnd::GivenUp, "{mode}");
        assert!(run.end().1 < Offset(7_000_000), "{mode}: {:?}", run.end());
        assert!(unsent(&run).is_empty(), "{mode}: none was drawn that could not be sent");
        run.ledger();
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_for_a_time_goes_on_with_the_hosts_that_are_left() {
    let lines: Vec<String> = (0..20).map(|i| format!("http://h{i}.test/")).collect();
    let away = goes_away(20, 500, 40_000);
    let rig = Rig::list(&lines, move |cue| if cue.host == "h7.test" { away(cue) } else { ok(20) });
    let run = rig.with(for_seconds(60)).with(|plan| plan.limits.outage = Duration::from_secs(10)).run().await;
    assert_eq!(run.end().0, RunEnd::Finished);
    let at = |host: &str, from: u64, to: u64| {
        let is_within = |at: &&Offset| (from * 1_000_000..to * 1_000_000).contains(&at.0);
        run.arrivals_at(host).iter().filter(is_within).count()
    };
    assert!((3..=7).contains(&at("h7.test", 11, 40)), "a try every 5 s: {}", at("h7.test", 11, 40));
    assert!(at("h3.test", 11, 40) > 1_000, "the others go on: {}", at("h3.test", 11, 40));
    assert!(at("h7.test", 50, 60) > 300, "it is back: {}", at("h7.test", 50, 60));
    let failed = run.results.len() - n_done(&run);
    assert!(failed < 10_100, "those that waited, and a try every 5 s: {failed}");
}

#[tokio::test(start_paused = true)]
async fn a_list_for_a_time_ends_when_its_last_host_is_given_up() {
    let lines: Vec<String> = (0..3).map(|i| format!("http://h{i}.test/")).chain(["no url".to_owned()]).collect();
    let run = Rig::list(&lines, goes_away(20, 500, 1_000_000))
        .with(for_seconds(600))
        .with(|plan| plan.limits.outage = Duration::from_secs(10))
        .run()
        .await;
    assert_eq!(run.end().0, RunEnd::GivenUp);
    assert!(run.end().1 < Offset(20_000_000), "{:?}", run.end());
    run.ledger();
}

#[tokio::test(start_paused = true)]
async fn rows_that_cannot_be_sent_are_not_repeated_for_a_time() {
    let lines = ["no url".to_owned(), "another one".to_owned()];
    let run = Rig::list(&lines, |_| ok(20)).with(for_seconds(60)).run().await;
    assert_eq!((run.results.len(), run.end()), (2, (RunEnd::Finished, Offset::ZERO)));
}

#[tokio::test(start_paused = true)]
async fn a_number_of_jobs_is_reached_at_once_when_the_host_is_given_up() {
    let plan = format!("[retry]\noutage = \"10s\"\n{}", plan("a.test", 1, 10));
    let run = Rig::new(&plan, goes_away(10, 500, 1_000_000)).with(|plan| plan.limits.jobs = Some(20_000)).run().await;
    assert_eq!((run.end().0, run.results.len()), (RunEnd::Finished, 20_000));
    assert!(run.end().1 < Offset(12_000_000), "{:?}", run.end());
    let unsent = unsent(&run);
    assert!(unsent.len() > 19_000, "{}", unsent.len());
    let why = "http://a.test: down for 10s (`retry.outage`): connection refused";
    assert!(unsent.iter().all(|text| *text == why), "{:?}", unsent[0]);
}

#[tokio::test(start_paused = true)]
async fn each_round_asks_a_host_again_that_was_given_up() {
    let plan = format!("every = \"1s\"\nrounds = 60\n[retry]\noutage = \"3s\"\n{}", plan("a.test", 1, 5));
    let run = Rig::new(&plan, goes_away(10, 2_500, 40_000)).run().await;
    assert_eq!(run.end().0, RunEnd::Finished);
    let at = run.arrivals_at("a.test");
    let asked = at.iter().filter(|at| (10_000_000..40_000_000).contains(&at.0)).count();
    assert!((28..=32).contains(&asked), "one in each round, not one every 5 s: {asked}");
    assert_eq!(unsent(&run), [""; 0]);
    assert!(at.iter().any(|at| (40_000_000..41_100_000).contains(&at.0)), "it is back with the next round");
}

#[tokio::test(start_paused = true)]
async fn a_round_asks_no_host_before_the_moment_that_it_named() {
    let plan = format!("every = \"10s\"\nrounds = 8\n[retry]\nlongest_wait = \"5s\"\n{}", plan("a.test", 2, 5));
    let run = Rig::new(&plan, |cue| if cue.at.0 < 1_000 { ends(10, End::Throttled("50")) } else { ok(10) }).run().await;
    run.ledger();
    let at = run.arrivals_at("a.test");
    assert!(at[2..].iter().all(|at| at.0 >= 50_000_000), "{at:?}");
    let unsent = unsent(&run);
    let why = "http://a.test: asked for a wait of 50.0 s, longer than 5s (`retry.longest_wait`)";
    assert_eq!((unsent.len(), unsent[0]), (10, why), "two in each of five rounds");
    assert_eq!(n_done(&run), 4, "two more rounds");
}

#[tokio::test(start_paused = true)]
async fn one_host_of_twenty_that_is_given_up_costs_the_others_nothing() {
    let plan: String = "[retry]\nlongest_wait = \"2s\"\n[limits]\nconcurrency = 40\n".to_owned()
        + &(0..20).map(|i| endpoint(&format!("h{i}.test"), 500)).collect::<String>();
    let run = Rig::new(&plan, |cue| match cue.host {
        "h7.test" if cue.n == 1 && cue.place.row > 100 => ends(20, End::Throttled("3600")),
        _ => ok(20),
    })
    .run()
    .await;
    let ledger = run.ledger();
    assert_eq!(count(&run, |fact| matches!(fact, Fact::HostGivenUp { .. })), 1);
    let failed = ledger.ends.values().filter(|end| matches!(end, JobEnd::Failed { .. })).count();
    assert_eq!(failed + n_done(&run), 10_000);
    assert!((1..500).contains(&failed), "{failed}");
    let sent = run.arrivals_at("h7.test").len();
    assert_eq!(unsent(&run).len(), 500 - sent);
}

#[tokio::test(start_paused = true)]
async fn a_job_whose_host_refuses_for_too_long_says_what_ended_it_and_what_its_last_attempt_saw() {
    let plan = format!("[retry]\nlongest_wait = \"5s\"\nbackoff = \"10s..20s\"\n{}", plan("a.test", 40, 4));
    let script = |cue: Cue<'_>| match cue.at.0 {
        _ if cue.place.row == 7 => ends(10, End::Fails(Reason::Reset)),
        ..1_000_000 => ok(200),
        1_000_000.. => ends(10, End::Throttled("3600")),
    };
    let run = Rig::new(&plan, script).run().await;
    let lasts = run.results.iter().filter_map(|result| match &result.end {
        JobEnd::Failed { last: Outcome::Failed { reason: Reason::Reset, detail, .. } } => detail.as_deref(),
        _ => None,
    });
    let why = "asked for a wait of 1h 00m, longer than 5s (`retry.longest_wait`); the last attempt: connection reset";
    assert_eq!(lasts.collect::<Vec<_>>(), [why]);
}
