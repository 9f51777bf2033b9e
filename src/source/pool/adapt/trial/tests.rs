//! What the controller reaches at each upstream, and what a limit alone does not.

use crate::source::pool::adapt::Adapt;
use crate::source::pool::adapt::trial::aimd::Aimd;
use crate::source::pool::adapt::trial::scene::{Allows, SimulatedUpstream};
use crate::source::pool::adapt::trial::{Score, try_out};

const PER_SECOND: [f64; 3] = [5.0, 20.0, 100.0];

/// At least so much of what the upstream allows gets through, and at most so much of what is sent is refused.
struct RequiredScore {
    goodput: f64,
    refused: f64,
}

const STEADY: RequiredScore = RequiredScore { goodput: 0.95, refused: 0.02 };
/// A probe that comes just before an upstream recovers leaves the next one nine seconds late, so here it is
/// the mean that has to hold. Of two hundred seeds all do at 20 and more a second; at 5 a second up to 6 % miss,
/// by three hundredths of goodput or three thousandths of refusals at worst.
const HALVED: RequiredScore = RequiredScore { goodput: 0.90, refused: 0.03 };
const WORST: RequiredScore = RequiredScore { goodput: 0.86, refused: 0.035 };

#[track_caller]
fn holds(allows: Allows) {
    for (is_halved, mean, worst) in [(false, STEADY, STEADY), (true, HALVED, WORST)] {
        for cap in [64, 200] {
            let scene = SimulatedUpstream { allows, is_halved };
            let scores: Vec<Score> = (1..=8).map(|seed| try_out(&scene, &mut Adapt::new(cap), seed)).collect();
            let of = |figure: fn(&Score) -> f64| scores.iter().map(figure).sum::<f64>() / scores.len() as f64;
            let is_met = |score: &Score, required: &RequiredScore| {
                score.goodput >= required.goodput && score.refused <= required.refused
            };
            let average = Score { goodput: of(|score| score.goodput), refused: of(|score| score.refused) };
            assert!(is_met(&average, &mean), "{scene:?} under {cap}: {average:?} on average");
            assert!(scores.iter().all(|score| is_met(score, &worst)), "{scene:?} under {cap}: {scores:?}");
        }
    }
}

#[test]
fn a_token_bucket_is_emptied_as_fast_as_it_fills() {
    PER_SECOND.map(Allows::Bucket).into_iter().for_each(holds);
}

#[test]
fn a_window_is_filled_wherever_it_begins() {
    PER_SECOND.map(Allows::Window).into_iter().for_each(holds);
}

#[test]
fn a_window_that_begins_with_its_first_attempt_is_filled() {
    PER_SECOND.map(Allows::Floating).into_iter().for_each(holds);
}

#[test]
fn a_few_at_once_are_kept_busy() {
    [3.0, 10.0].map(Allows::AtOnce).into_iter().for_each(holds);
}

#[test]
fn many_at_once_are_kept_busy() {
    holds(Allows::AtOnce(40.0));
}

#[test]
fn a_limit_alone_is_refused_for_ever_by_an_upstream_that_counts_per_second() {
    let upstreams = PER_SECOND.iter().flat_map(|&n| [Allows::Bucket(n), Allows::Window(n), Allows::Floating(n)]);
    for allows in upstreams {
        let scene = SimulatedUpstream { allows, is_halved: false };
        let aimd = try_out(&scene, &mut Aimd::default(), 1);
        assert!(aimd.refused > STEADY.refused, "{scene:?}: {aimd:?}");
    }
}
