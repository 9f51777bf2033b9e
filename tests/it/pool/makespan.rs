//! How long runs take: exactly as long as their jobs and their limit make them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use inflight::event::Offset;
use proptest::prelude::*;

use crate::pool::rig::{Rig, ok};

/// When the last of these jobs ends if each starts as soon as one of `limit` slots is free.
pub fn list_schedule(limit: usize, took: &[u64]) -> u64 {
    let mut slots: BinaryHeap<Reverse<u64>> = (0..limit).map(|_| Reverse(0)).collect();
    for took in took {
        let Reverse(free) = slots.pop().unwrap();
        slots.push(Reverse(free + took));
    }
    slots.into_iter().map(|Reverse(end)| end).max().unwrap()
}

/// Runs jobs that take so many milliseconds, and returns when the last has ended.
async fn run(limit: usize, took: Vec<u64>) -> Offset {
    let n = took.len();
    let plan = format!(
        "[limits]\nconcurrency = {limit}\n[[endpoint]]\nurl = \"http://a.test/{{i}}\"\neach = {{ i = \"1..={n}\" }}"
    );
    let run = Rig::new(&plan, move |cue| ok(took[usize::try_from(cue.place.row).unwrap()])).run().await;
    assert_eq!(run.ledger().peak, limit.min(n));
    run.end().1
}

#[tokio::test(start_paused = true)]
async fn a_thousand_jobs_take_as_long_as_their_sum_over_the_limit_or_the_longest() {
    // The slow ones first, so that none of them is left alone at the end.
    let took: Vec<u64> = (0..1000).map(|i| if i < 20 { 2000 } else { 250 - i % 230 }).collect();
    for limit in [10, 100, 1000] {
        let end = run(limit, took.clone()).await;
        assert_eq!(end.0, list_schedule(limit, &took) * 1000, "limit {limit}");
        let bound = (took.iter().sum::<u64>() / limit as u64).max(2000) * 1000;
        assert!(end.0 as f64 <= bound as f64 * 1.02, "limit {limit}: {end:?} against {bound}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_slot_is_never_left_empty_while_a_job_is_ready(
        limit in 1..8_usize,
        took in prop::collection::vec(1..500_u64, 1..60),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let end = runtime.block_on(run(limit, took.clone()));
        prop_assert_eq!(end.0, list_schedule(limit, &took) * 1000);
    }
}
