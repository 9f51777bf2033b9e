//! Jobs that took long in an earlier run start first; the order of the others does not change.

use std::num::NonZeroU32;

use inflight::event::reasons::RunEnd;
use inflight::event::{EndpointId, Fact, Offset};
use inflight::model::Model;
use inflight::model::verdict::findings;
use inflight::plan::attempt_timeout::parse_attempt_timeout;
use inflight::plan::priority_jobs::SlowJob;
use inflight::plan::rules::Rules;
use inflight::plan::source::Overrides;
use inflight::source::slowest::{MOST, Slowest};
use proptest::prelude::*;

use crate::pool::makespan::list_schedule;
use crate::pool::rig::{End, FinishedRun, Rig, endpoint, ends, ok};

impl FinishedRun {
    /// The rows of all first attempts, in the order in which they started.
    fn rows(&self) -> Vec<u64> {
        let rows = self.events.iter().filter_map(|event| match event.fact {
            Fact::AttemptStarted { row, attempt, .. } if attempt.n == 1 => Some(row),
            _ => None,
        });
        rows.collect()
    }

    /// How many jobs got priority, of how many slow ones.
    fn priority_count(&self) -> Option<(u64, u64)> {
        self.events.iter().find_map(|event| match event.fact {
            Fact::JobsReordered { jobs, of } => Some((jobs, of)),
            _ => None,
        })
    }

    /// The verdict on the run.
    fn verdict(&self) -> Option<String> {
        let mut model = Model::default();
        self.events.iter().for_each(|event| model.apply(event));
        findings(&model, None).first().map(|finding| finding.sentence.to_string())
    }

    fn slowest(&self) -> Vec<SlowJob> {
        let mut slowest = Slowest::default();
        self.events.iter().for_each(|event| slowest.apply(event));
        slowest.found().unwrap()
    }
}

/// One try for each job, with this time-out.
fn brief(time: &str) -> Overrides {
    Overrides { rules: Rules { timeout: parse_attempt_timeout(time).ok(), ..tries(1) }, ..Overrides::default() }
}

fn tries(n: u32) -> Rules {
    Rules { attempts: Some(n), ..Rules::default() }
}

/// Runs jobs of these durations in milliseconds, with this limit.
fn jobs(limit: usize, took: Vec<u64>) -> Rig {
    let n = took.len();
    let plan = format!(
        "[limits]\nconcurrency = {limit}\n[[endpoint]]\nurl = \"http://a.test/{{i}}\"\neach = {{ i = \"1..={n}\" }}"
    );
    Rig::new(&plan, move |cue| ok(took[usize::try_from(cue.place.row).unwrap()]))
}

#[tokio::test(start_paused = true)]
async fn jobs_that_took_long_start_first_the_longest_ahead_and_the_others_as_they_stand() {
    let took: Vec<u64> =
        (0..40).map(|i| [200, 900, 5_000][usize::from(i == 17 || i == 33) + usize::from(i == 33)]).collect();
    let first = jobs(4, took.clone()).run().await;
    assert_eq!((first.rows(), first.priority_count()), ((0..40).collect(), None));
    let again = jobs(4, took.clone()).after(&first).run().await;
    let expected: Vec<u64> = [33, 17].into_iter().chain((0..40).filter(|row| ![17, 33].contains(row))).collect();
    assert_eq!((again.rows(), again.priority_count()), (expected, Some((2, 2))));
    let ledger = again.ledger();
    assert_eq!((ledger.drawn, again.end().0), (Some(40), RunEnd::Finished));
    assert_eq!((first.end().1, again.end().1), (Offset(6_800_000), Offset(5_000_000)));
}

#[tokio::test(start_paused = true)]
async fn the_domains_of_which_seven_hang_end_with_their_time_out_and_not_long_after() {
    let took: Vec<u64> = (0..1_000).map(|i| if i % 143 == 71 { 5_000 } else { 50 + i * 37 % 450 }).collect();
    let first = jobs(100, took.clone()).run().await;
    assert_eq!(first.end().1.0, list_schedule(100, &took) * 1_000, "first come, first served");
    let again = jobs(100, took.clone()).after(&first).run().await;
    assert_eq!((again.priority_count(), again.end().1), (Some((7, 7)), Offset(5_000_000)));
    // These jobs were answered late. For time-outs, starting first is all that can be done.
    let hung = |first: Option<&FinishedRun>| {
        let rig = jobs(100, took.clone()).with(|plan| plan.override_requests(&brief("4999ms")));
        match first {
            Some(first) => rig.after(first),
            None => rig,
        }
    };
    let first = hung(None).run().await;
    let verdict = first.verdict().unwrap();
    assert!(verdict.contains("waiting for 7 time-outs, the latest GET http://a.test/930 (5.00 s), GET"), "{verdict}");
    assert!(verdict.contains("; about 5.00 s with these first: "), "{verdict}");
    let again = hung(Some(&first)).run().await;
    assert_eq!(again.end().1, Offset(4_999_000));
    assert_eq!(again.verdict().as_deref().map(|verdict| verdict.contains("started early enough")), Some(true));
}

#[tokio::test(start_paused = true)]
async fn time_outs_behind_a_limit_of_their_host_are_not_called_late() {
    let plan = format!(
        "[limits]\nconcurrency = 8\n[retry]\nattempts = 1\n[defaults]\ntimeout = \"2s\"\n[host.\"b.test\"]\n\
         concurrency = 1\n{}{}",
        endpoint("a.test", 100),
        endpoint("b.test", 4)
    );
    let run = Rig::new(&plan, |cue| ok(if cue.host == "b.test" { 9_000 } else { 100 })).run().await;
    assert_eq!(run.end().1, Offset(8_000_000), "one after the other");
    let verdict = run.verdict().unwrap_or_default();
    assert!(!verdict.contains("late") && !verdict.contains("slow-first"), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn late_time_outs_that_were_tried_again_count_with_all_their_tries() {
    let took: Vec<u64> = (0..100).map(|i| if i == 99 { 9_000 } else { 100 }).collect();
    let brief_twice = Overrides { rules: tries(2).over(&brief("1s").rules), ..Overrides::default() };
    let run = jobs(4, took).with(|plan| plan.override_requests(&brief_twice)).run().await;
    let verdict = run.verdict().unwrap();
    let slow = run.slowest();
    assert_eq!((slow.len(), slow[0].row, slow[0].took.0), (1, 99, 2_000_000));
    let late = "waiting for 2 time-outs, the latest GET http://a.test/100 (1.00 s); about 3.05 s with";
    assert!(verdict.contains(late), "{verdict}");
}

#[tokio::test(start_paused = true)]
async fn nothing_has_priority_where_nothing_takes_far_longer_than_usual() {
    let took: Vec<u64> = (0..100).map(|i| 400 + i * 37 % 400).collect();
    let first = jobs(8, took.clone()).run().await;
    let again = jobs(8, took).after(&first).run().await;
    assert_eq!((again.priority_count(), again.rows()), (Some((0, 0)), (0..100).collect()));
    assert_eq!(again.end(), first.end());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_run_with_the_slow_first_is_the_list_schedule_of_that_order(
        limit in 1..8_usize,
        took in prop::collection::vec(prop_oneof![6 => 1..300_u64, 1 => 300..4_000_u64], 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let first = jobs(limit, took.clone()).run().await;
            prop_assert_eq!(first.end().1.0, list_schedule(limit, &took) * 1_000);
            let slow: Vec<u64> = first.slowest().iter().map(|slow| slow.row).collect();
            let rest = (0..took.len() as u64).filter(|row| !slow.contains(row));
            let order: Vec<u64> = slow.iter().copied().chain(rest).collect();
            let reordered: Vec<u64> = order.iter().map(|&row| took[usize::try_from(row).unwrap()]).collect();
            let again = jobs(limit, took.clone()).after(&first).run().await;
            prop_assert_eq!(again.ledger().ends.len(), took.len());
            prop_assert_eq!(again.rows(), order);
            prop_assert_eq!(again.end().1.0, list_schedule(limit, &reordered) * 1_000);
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn whole_endpoints_that_are_slow_start_first_and_the_plan_is_drawn_all_the_same() {
    let hosts: Vec<String> = (0..30).map(|i| endpoint(&format!("h{i}.test"), 1)).collect();
    let plan = format!("[limits]\nconcurrency = 3\n{}", hosts.concat());
    let rig = || Rig::new(&plan, |cue| ok(if ["h20.test", "h29.test"].contains(&cue.host) { 3_000 } else { 300 }));
    let first = rig().run().await;
    let again = rig().after(&first).run().await;
    let hosts: Vec<&str> = again.arrivals.iter().map(|arrival| &*arrival.host).take(4).collect();
    assert_eq!(hosts, ["h20.test", "h29.test", "h0.test", "h1.test"]);
    assert_eq!((again.priority_count(), again.ledger().drawn), (Some((2, 2)), Some(30)));
    assert!(again.end().1 < first.end().1, "{:?}", again.end());
}

#[tokio::test(start_paused = true)]
async fn when_every_job_has_priority_the_plan_is_drawn_with_the_last_of_it() {
    let of = |host: &str, n: u32| format!("{}name = {host:?}\n", endpoint(host, n));
    let plan = format!("[limits]\nconcurrency = 2\n{}{}", of("quick.test", 3), of("slow.test", 2));
    let script = |cue: crate::pool::rig::Cue<'_>| ok(if cue.host == "slow.test" { 2_000 } else { 10 });
    let first = Rig::new(&plan, script).run().await;
    let only_slow = Rig::new(&format!("[limits]\nconcurrency = 2\n{}", of("slow.test", 2)), script);
    let again = only_slow.after(&first).run().await;
    assert_eq!((again.priority_count(), again.ledger().drawn), (Some((2, 2)), Some(2)));
    assert_eq!(again.end(), (RunEnd::Finished, Offset(2_000_000)));
}

#[tokio::test(start_paused = true)]
async fn slow_jobs_of_a_host_that_is_full_are_kept_for_it_and_no_other_job_waits_for_them() {
    let urls: Vec<String> =
        (0..120).map(|i| format!("http://{}.test/{i}", if i % 12 == 11 { "slow" } else { "quick" })).collect();
    let rig = || {
        Rig::list(&urls, |cue| ok(if cue.host == "slow.test" { 2_000 } else { 100 })).with(|plan| {
            plan.limits.concurrency = NonZeroU32::new(4).unwrap();
            plan.limits.per_host = NonZeroU32::new(2);
        })
    };
    let first = rig().run().await;
    let again = rig().after(&first).run().await;
    assert_eq!(again.ledger().ends.len(), 120);
    assert_eq!(again.priority_count(), Some((10, 10)));
    let hosts: Vec<&str> = again.arrivals.iter().map(|arrival| &*arrival.host).take(4).collect();
    assert_eq!(hosts, ["slow.test", "slow.test", "quick.test", "quick.test"]);
    // Ten of two seconds, two at once: the quick ones ran at the same time.
    assert_eq!(again.end().1, Offset(10_000_000));
    let quick = again.arrivals_at("quick.test");
    assert_eq!(quick.last(), Some(&Offset(5_400_000)));
}

#[tokio::test(start_paused = true)]
async fn a_row_that_says_something_else_by_now_or_is_gone_is_not_taken_for_the_slow_one() {
    let urls = |n: usize| -> Vec<String> { (0..n).map(|i| format!("http://h{i}.test/")).collect() };
    let script = |cue: crate::pool::rig::Cue<'_>| {
        ok(if ["h3.test", "h12.test", "h18.test"].contains(&cue.host) { 5_000 } else { 100 })
    };
    let one = |plan: &mut inflight::plan::Plan| plan.limits.concurrency = NonZeroU32::MIN;
    let first = Rig::list(&urls(20), script).with(one).run().await;
    let mut changed = urls(15);
    changed[3] = "http://other.test/".into();
    let again = Rig::list(&changed, script).with(one).after(&first).run().await;
    assert_eq!(again.priority_count(), Some((1, 3)));
    let expected: Vec<u64> = std::iter::once(12).chain((0..15).filter(|row| *row != 12)).collect();
    assert_eq!((again.rows(), again.ledger().drawn), (expected, Some(15)));
}

#[tokio::test(start_paused = true)]
async fn rows_of_a_table_are_found_again_and_bad_ones_stay_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids.csv");
    std::fs::write(&file, "id\n1\n2,3\n4\n5\n6\n7\n").unwrap();
    let plan = format!(
        "[limits]\nconcurrency = 1\n[[endpoint]]\nurl = \"http://a.test/{{id}}\"\nrows = {:?}\n",
        file.to_str().unwrap()
    );
    let rig = || Rig::new(&plan, |cue| ok(if cue.place.row == 4 { 2_000 } else { 100 }));
    let first = rig().run().await;
    let again = rig().after(&first).run().await;
    assert_eq!(again.rows(), [4, 0, 2, 3, 5]);
    assert_eq!((again.priority_count(), again.events.len()), (Some((1, 1)), first.events.len() + 1));
}

#[tokio::test(start_paused = true)]
async fn each_round_begins_with_what_is_known_to_be_slow() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ids.csv");
    std::fs::write(&file, "id\n1\n2\n3\n4\n5\n6\n").unwrap();
    let plan = |head: &str| {
        let rows = file.to_str().unwrap();
        format!("{head}\n[limits]\nconcurrency = 2\n[[endpoint]]\nurl = \"http://a.test/{{id}}\"\nrows = {rows:?}\n")
    };
    let script = |cue: crate::pool::rig::Cue<'_>| ok(if cue.place.row == 5 { 2_000 } else { 100 });
    let first = Rig::new(&plan(""), script).run().await;
    let rounds = Rig::new(&plan("every = \"60s\"\nrounds = 3"), script).after(&first).run().await;
    assert_eq!(rounds.rows(), [5, 0, 1, 2, 3, 4].repeat(3));
    assert_eq!((rounds.ledger().drawn, rounds.end()), (Some(18), (RunEnd::Finished, Offset(122_000_000))));
}

#[tokio::test(start_paused = true)]
async fn a_job_is_as_slow_as_all_its_attempts_together_and_as_a_redirect_leads() {
    let plan = format!("[limits]\nconcurrency = 2\n[retry]\nattempts = 3\n{}", endpoint("a.test", 30));
    let script = |cue: crate::pool::rig::Cue<'_>| match (cue.place.row, cue.n) {
        (20, 1 | 2) => ends(150, End::Reset),
        (25, 1) => ends(200, End::To("http://b.test/elsewhere")),
        (25, _) => ok(400),
        _ => ok(100),
    };
    let first = Rig::new(&plan, script).run().await;
    let found = first.slowest();
    let rows: Vec<(u64, u64, &str)> = found.iter().map(|slow| (slow.row, slow.took.0 / 1_000, &*slow.target)).collect();
    assert_eq!(rows, [(25, 600, "GET http://a.test/"), (20, 400, "GET http://a.test/")]);
    assert_eq!(Rig::new(&plan, script).after(&first).run().await.rows()[..3], [25, 20, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_was_in_flight_when_a_run_was_broken_off_is_slow() {
    let took: Vec<u64> = (0..40).map(|i| if i == 7 { 50_000 } else { 100 }).collect();
    let mut first = jobs(4, took.clone()).run().await;
    let hung = |fact: &Fact| matches!(fact, Fact::AttemptEnded { attempt, .. } if attempt.job.0 == 8);
    let cut = first.events.iter().position(|event| hung(&event.fact)).unwrap();
    first.events.truncate(cut);
    assert_eq!(jobs(4, took).after(&first).run().await.rows()[..2], [7, 0]);
}

#[tokio::test(start_paused = true)]
async fn no_more_are_kept_than_bounded_and_those_are_the_slowest() {
    let n = MOST * 3;
    let took: Vec<u64> = (0..n * 2).map(|i| if i % 2 == 0 { 10 } else { 1_000 + i as u64 }).collect();
    let first = jobs(1_000, took).run().await;
    let found = first.slowest();
    assert_eq!(found.len(), MOST);
    let last = 2 * (n - MOST) as u64;
    assert!(found.iter().all(|slow| slow.row >= last), "{:?}", found.last());
    assert!(found.iter().all(|slow| &*slow.endpoint == "GET /{i}"));
    assert!(
        first.events.iter().any(|event| matches!(event.fact, Fact::EndpointAnnounced { endpoint: EndpointId(0), .. }))
    );
}
