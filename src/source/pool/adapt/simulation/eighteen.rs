//! The eighteen upstreams of `benches/adaptive.rs`, each alone and without a clock.

use crate::source::pool::adapt::gentle::AdaptiveStart;
use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::simulation::upstream::Begins::First;
use crate::source::pool::adapt::simulation::upstream::{BucketWait, Limiter, States};
use crate::source::pool::adapt::simulation::{BatchResult, Setup, simulate};

const WARM_UP: Seconds = 10.0;
const LASTS: Seconds = 120.0;
/// From when to when a limit is halved.
const HALVED: (Seconds, Seconds) = (40.0, 80.0);
/// The spread of the service times, and what it makes of a median of 100 ms on average.
const SPREAD: f64 = 0.25;
const MEAN_LATENCY: Seconds = 0.103;

/// A limiter, and how many it accepts per second: usually, and while it is halved.
fn upstreams() -> Vec<(String, Limiter, f64, f64)> {
    let bucket = |n: f64| {
        let limiter = Limiter::bucket(n, (n / 5.0 - 1.0).max(0.0), BucketWait::None, false);
        (format!("{n} a second, bucket"), limiter, n, n / 2.0)
    };
    let window = |n: u32| {
        let limiter = Limiter::window(n, 1.0, First, States::Nothing);
        (format!("{n} a second, window"), limiter, f64::from(n), f64::from(n / 2))
    };
    let at_once = |n: u32| {
        let rate = |n: u32| f64::from(n) / MEAN_LATENCY;
        (format!("{n} at once"), Limiter::at_once(n, 0, None), rate(n), rate(n / 2))
    };
    let buckets = [5.0, 20.0, 100.0].map(bucket);
    buckets.into_iter().chain([5, 20, 100].map(window)).chain([3, 10, 40].map(at_once)).collect()
}

fn run(limiter: &Limiter, is_halved: bool, seed: u64, most: Seconds) -> BatchResult {
    let start = AdaptiveStart::Slow;
    let setup = Setup { jobs: 1_000_000, cap: 64, latency: 0.1, spread: SPREAD, seed, start, refusal: 0.0003, most };
    let halved = [(HALVED.0, 0.5), (HALVED.1, 1.0)];
    simulate(limiter, &setup, if is_halved { &halved } else { &[] })
}

/// What the bench requires after ten seconds.
fn holds(is_halved: bool) {
    let mut missed = Vec::new();
    for (name, limiter, rate, halved_rate) in upstreams() {
        let halved = if is_halved { HALVED.1 - HALVED.0 } else { 0.0 };
        let capacity = rate * (LASTS - WARM_UP - halved) + halved_rate * halved;
        let (goodput, refused) = if is_halved { (0.90, 0.03) } else { (0.95, 0.02) };
        for seed in 1..=5 {
            let before = run(&limiter, is_halved, seed, WARM_UP);
            let after = run(&limiter, is_halved, seed, LASTS);
            let accepted = f64::from(after.accepted - before.accepted);
            let refusals = f64::from(after.refused - before.refused);
            let score = (accepted / capacity, refusals / (accepted + refusals));
            if score.0 < goodput || score.1 > refused {
                missed.push((name.clone(), seed, score));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn each_upstream_of_the_bench_gets_what_it_takes() {
    holds(false);
}

#[test]
fn each_upstream_of_the_bench_whose_limit_is_halved_for_a_while_gets_what_it_takes() {
    holds(true);
}
