//! Tests of the controller at simulated upstreams.

use std::collections::VecDeque;

use crate::event::adaptive::Learned;
use crate::source::pool::adapt::gentle::AdaptiveStart;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::simulation::kinds::{self, LimiterKind};
use crate::source::pool::adapt::simulation::truth::Truth;
use crate::source::pool::adapt::simulation::upstream::{Begins, BucketWait, Limiter, States};
use crate::source::pool::adapt::simulation::{BatchResult, Setup, least_time, simulate};

/// How a kind of limiter was served, on average.
#[derive(Clone, Copy, Debug)]
struct Score {
    /// The least time, as a share of the time that was taken.
    ratio: f64,
    /// Refused, as a share of all attempts.
    refused: f64,
    /// What was learned in the first batch.
    learned: Option<Learned>,
}

const SETUP: Setup = Setup {
    jobs: 200,
    cap: 20,
    latency: 0.05,
    spread: 0.25,
    seed: 1,
    start: AdaptiveStart::AtLimit,
    refusal: 0.0003,
    most: 0.0,
};

fn run(kind: &LimiterKind, setup: &Setup) -> (f64, BatchResult) {
    let mut least = least_time(&kind.limiter, setup);
    let mut changes = Vec::new();
    if kind.is_halved {
        least = match kind.limiter.truth() {
            Truth::Rate(rate) => f64::from(setup.jobs) / rate,
            Truth::AtOnce(limit) => f64::from(setup.jobs) * setup.latency / f64::from(limit),
            Truth::Nothing => least,
        };
        changes = vec![(least / 3.0, 0.5), (least / 3.0 + least * 0.5, 1.0)];
        least *= 1.25;
    }
    let most = (20.0 * least).max(60.0);
    let result = simulate(&kind.limiter, &Setup { most, ..*setup }, &changes);
    (least / result.seconds, result)
}

fn score(kind: &LimiterKind, jobs: u32, latency: Seconds, seeds: u64) -> Score {
    let results: Vec<_> =
        (1..=seeds).map(|seed| run(kind, &Setup { jobs, cap: kind.cap, latency, seed, ..SETUP })).collect();
    let mean = |figure: &dyn Fn(&(f64, BatchResult)) -> f64| results.iter().map(figure).sum::<f64>() / seeds as f64;
    for (_, result) in &results {
        assert_eq!(result.early, 0, "{}: starts before a stated moment", kind.name);
        assert!(result.in_flight <= kind.cap, "{}: {} in flight", kind.name, result.in_flight);
    }
    Score {
        ratio: mean(&|(ratio, _)| *ratio),
        refused: mean(&|(_, result)| f64::from(result.refused) / f64::from(result.refused + result.accepted)),
        learned: results[0].1.learned,
    }
}

/// What a kind must reach with 200, 600 and 3,000 jobs: the least ratio, and the largest share of refusals.
#[rustfmt::skip]
const REQUIRED: &[(&str, [(f64, f64); 3])] = &[
    ("healthy",              [(0.97, 0.000), (0.98, 0.000), (0.99, 0.000)]),
    ("bucket 20/s b5",       [(0.95, 0.070), (0.98, 0.035), (0.98, 0.012)]),
    ("bucket 5/s b5",        [(0.96, 0.065), (0.98, 0.035), (0.98, 0.017)]),
    ("bucket 100/s b20",     [(0.95, 0.085), (0.97, 0.030), (0.98, 0.009)]),
    ("bucket 20/s b5 RA:1",  [(0.53, 0.055), (0.74, 0.021), (0.86, 0.010)]),
    ("bucket 20/s b20 date", [(0.94, 0.070), (0.95, 0.045), (0.97, 0.015)]),
    ("bucket 20/s delay 5",  [(0.94, 0.050), (0.96, 0.022), (0.97, 0.010)]),
    ("at once 5",            [(0.96, 0.035), (0.97, 0.017), (0.98, 0.009)]),
    ("at once 8",            [(0.92, 0.030), (0.96, 0.013), (0.98, 0.007)]),
    ("at once 40",           [(0.75, 0.100), (0.88, 0.040), (0.96, 0.012)]),
    ("at once 5 RA:1",       [(0.65, 0.030), (0.83, 0.011), (0.92, 0.005)]),
    ("5 + queue 10, sheds",  [(1.10, 0.030), (1.10, 0.015), (1.10, 0.008)]),
    ("20 per 1s",            [(0.94, 0.060), (0.96, 0.026), (0.96, 0.008)]),
    ("20 per 1s aligned",    [(0.93, 0.060), (0.96, 0.026), (0.96, 0.008)]),
    ("20 per 1s moving",     [(0.94, 0.060), (0.96, 0.026), (0.96, 0.008)]),
    ("20 per 1s RA whole",   [(0.80, 0.040), (0.88, 0.020), (0.93, 0.008)]),
    ("20 per 1s X whole+1",  [(0.72, 0.000), (0.83, 0.000), (0.88, 0.000)]),
    ("20 per 1s moving X+1", [(0.73, 0.000), (0.83, 0.000), (0.87, 0.000)]),
    ("20 per 1s draft",      [(0.91, 0.000), (0.92, 0.000), (0.93, 0.000)]),
    ("30 per 5s",            [(0.97, 0.065), (0.97, 0.028), (0.98, 0.008)]),
    ("30 per 5s aligned",    [(0.93, 0.065), (0.97, 0.028), (0.97, 0.008)]),
    ("30 per 5s moving",     [(0.97, 0.065), (0.97, 0.028), (0.98, 0.008)]),
    ("30 per 5s RA whole",   [(0.97, 0.042), (0.97, 0.015), (0.97, 0.006)]),
    ("30 per 5s X whole",    [(0.94, 0.000), (0.95, 0.000), (0.95, 0.000)]),
    ("30 per 5s X whole+1",  [(0.92, 0.000), (0.96, 0.000), (0.98, 0.000)]),
    ("30 per 5s draft",      [(0.94, 0.000), (0.95, 0.000), (0.95, 0.000)]),
    ("100 per 20s",          [(0.96, 0.080), (0.98, 0.033), (0.98, 0.012)]),
    ("100 per 20s X whole",  [(0.95, 0.000), (0.96, 0.000), (0.96, 0.000)]),
    ("100 per 20s draft",    [(0.95, 0.000), (0.96, 0.000), (0.96, 0.000)]),
    ("haproxy 20 per 1s",    [(0.65, 0.100), (0.78, 0.040), (0.87, 0.017)]),
    ("haproxy 100 per 10s",  [(0.27, 0.085), (0.55, 0.040), (0.80, 0.017)]),
    ("10/s and 100/min",     [(0.83, 0.135), (0.94, 0.055), (0.95, 0.015)]),
    ("quota 100 per 60s",    [(0.96, 0.085), (0.98, 0.035), (0.98, 0.011)]),
    ("bucket 20/s halved", [(0.75, 0.095), (0.79, 0.040), (0.89, 0.015)]),
    ("20 per 1s halved",     [(0.78, 0.090), (0.78, 0.045), (0.90, 0.015)]),
    ("at once 20 halved", [(0.38, 0.160), (0.73, 0.065), (0.80, 0.018)]),
    ("stray 0.6 %",          [(0.90, 0.020), (0.93, 0.018), (0.95, 0.010)]),
];

const BATCHES: [u32; 3] = [200, 600, 3_000];

/// Holds the kinds whose position has this remainder, so that the kinds are tested in parallel.
fn holds(remainder: usize) {
    let kinds = kinds::all();
    assert!(kinds.iter().map(|kind| kind.name).eq(REQUIRED.iter().map(|(name, _)| *name)));
    let mut missed = Vec::new();
    for (kind, (name, required)) in kinds.iter().zip(REQUIRED).skip(remainder).step_by(4) {
        for (jobs, (ratio, refused)) in BATCHES.into_iter().zip(required) {
            let score = score(kind, jobs, 0.05, if jobs < 3_000 { 3 } else { 1 });
            if score.ratio < *ratio || score.refused > *refused {
                missed.push((*name, jobs, score));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_kind_of_limiter_is_served_as_well_as_promised_first_quarter() {
    holds(0);
}

#[test]
fn every_kind_of_limiter_is_served_as_well_as_promised_second_quarter() {
    holds(1);
}

#[test]
fn every_kind_of_limiter_is_served_as_well_as_promised_third_quarter() {
    holds(2);
}

#[test]
fn every_kind_of_limiter_is_served_as_well_as_promised_last_quarter() {
    holds(3);
}

/// A delay queue also amounts to a limit of attempts in flight, and so does a limit whose queue is long.
fn is_right(learned: Learned, kind: &LimiterKind) -> bool {
    let is_near = |found: f64, truth: f64| (found / truth - 1.0).abs() <= 0.1;
    match (learned, kind.limiter.truth()) {
        (Learned::AtOnce(found), Truth::AtOnce(truth)) => is_near(found.into(), truth.into()),
        (Learned::AtOnce(found), _) => kind.name.contains("delay 5") && found == 5,
        (learned, Truth::Rate(truth)) => learned.per_second().is_some_and(|found| is_near(found, truth)),
        _ => false,
    }
}

#[test]
fn what_is_offered_as_a_setting_is_true() {
    for kind in kinds::all().iter().filter(|kind| !kind.is_halved) {
        for jobs in BATCHES {
            let learned = score(kind, jobs, 0.05, 1).learned;
            assert!(learned.is_none_or(|learned| is_right(learned, kind)), "{}, {jobs} jobs: {learned:?}", kind.name);
        }
    }
}

#[test]
fn limiters_for_which_it_was_not_tuned_get_all_jobs_done_without_an_early_start() {
    for kind in kinds::unseen() {
        for latency in [0.001, 0.05, 0.3] {
            let score = score(&kind, 200, latency, 2);
            assert!(score.refused < 0.3, "{}: {score:?}", kind.name);
        }
    }
}

fn bucket(name: &'static str, rate: f64, burst: f64) -> LimiterKind {
    let limiter = Limiter::bucket(rate, burst, BucketWait::None, false);
    LimiterKind { name, limiter, cap: 20, is_halved: false }
}

#[test]
fn a_bucket_without_a_burst_is_never_taken_for_one_at_once() {
    let kind = bucket("bucket 50/s b0", 50.0, 0.0);
    for (jobs, latency) in [(200, 0.05), (600, 0.05), (200, 0.3), (600, 0.001)] {
        for refusal in [0.0003, 0.3] {
            let (ratio, result) = run(&kind, &Setup { jobs, latency, refusal, ..SETUP });
            assert!(
                result.learned.is_none_or(|learned| is_right(learned, &kind)),
                "{jobs}, {latency}, {refusal}: {result:?}"
            );
            assert!(ratio > 0.2, "{jobs}, {latency}, {refusal}: {ratio} {result:?}");
        }
    }
}

#[test]
fn slow_refusals_do_not_hide_a_bucket_behind_a_window() {
    let (ratio, result) = run(&bucket("bucket 20/s b5", 20.0, 5.0), &Setup { refusal: 0.3, ..SETUP });
    assert!(ratio > 0.6 && result.refused < 45, "{ratio} {result:?}");
}

#[test]
fn a_window_that_a_fast_server_fills_in_an_instant_refuses_few() {
    let kind = |begins| LimiterKind {
        limiter: Limiter::window(30, 5.0, begins, States::Nothing),
        ..bucket("30 per 5s", 1.0, 1.0)
    };
    for begins in [Begins::First, Begins::Log] {
        for latency in [0.001, 0.002, 0.004] {
            let score = score(&kind(begins), 120, latency, 3);
            assert!(score.refused <= 0.08 && score.ratio >= 0.95, "{latency}: {score:?}");
        }
    }
}

/// A host that refuses everything for two seconds, as others have used up its quota or as it restarts, is used as a new
/// one after that.
#[test]
fn a_storm_at_the_start_teaches_nothing() {
    let used_up = |quota, length| Limiter::Window {
        quota,
        length,
        begins: Begins::First,
        states: States::Nothing,
        n: quota,
        end: 2.0,
        log: VecDeque::new(),
    };
    for latency in [0.001, 0.03, 0.3] {
        for seed in 1..=3 {
            let setup = Setup { jobs: 1_500, cap: 16, latency, seed, most: 300.0, ..SETUP };
            let storm = simulate(&used_up(u32::MAX, 3600.0), &setup, &[]);
            let least = 2.0 + 1_500.0 * latency / 16.0;
            assert!(storm.seconds < 1.2 * least + 0.6, "{latency}: {:.1} s, least {least:.1} s", storm.seconds);
            let quota = simulate(&used_up(30, 5.0), &Setup { jobs: 120, ..setup }, &[]);
            assert!(quota.seconds < 17.0 * 1.3 && quota.refused < 45, "{latency}: {quota:?}");
        }
    }
}

/// A load balancer with a broken instance refuses every second or third request, however slowly they come.
#[test]
fn refusals_that_do_not_depend_on_the_rate_do_not_stop_a_batch() {
    for (nth, wait, most) in [(2, Some(1.0), 200.0), (3, Some(1.0), 300.0), (2, None, 40.0), (3, None, 30.0)] {
        let limiter = Limiter::Each { nth, n: 0, wait };
        let took = simulate(&limiter, &Setup { jobs: 100, most: 2_000.0, ..SETUP }, &[]).seconds;
        assert!(took <= most, "each {nth}th refused, wait {wait:?}: 100 jobs take {took:.0} s");
    }
}
