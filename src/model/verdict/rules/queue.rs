//! The upstream queues: while more and more are in flight, each attempt takes longer than the ones before it.
//!
//! Such an upstream works on a few requests at once, and a higher limit only makes the others wait there. Start at
//! [`upstream_queues`].

use crate::event::Micros;
use crate::model::Model;
use crate::model::verdict::evidence::ramp::RampAttempt;
use crate::model::verdict::explanation::{Explanation, Press};
use crate::model::verdict::figures::{RunFigures, mean, median};
use crate::model::verdict::sentence::{VerdictSentence, by_tense, host_or_upstream};
use crate::model::verdict::thresholds as t;
use crate::model::verdict::{Conclusion, Gravity};
use crate::text::units;

/// An upstream that queues.
#[derive(Clone, Copy, Debug, PartialEq)]
struct QueueFinding {
    /// Index of the host, if there is only one.
    host: Option<usize>,
    /// The most attempts in flight.
    in_flight: u32,
    /// How many it works on at once.
    at_once: u32,
    /// Answers per second.
    per_second: f64,
    /// The mean time with few and with many in flight: the lowest and the highest third of the ramp.
    thirds: (Micros, Micros),
    /// The mean time of those that did not wait.
    unqueued: Micros,
    /// Rank correlation of the number in flight and the time.
    correlation: f64,
    /// Whether fewer at once were faster, too.
    is_slowed: bool,
}

/// The upstream works on fewer attempts at once than are in flight.
pub fn upstream_queues(figures: &RunFigures<'_>) -> Option<Conclusion> {
    let found = find(figures)?;
    Some((Gravity::Slow, found.sentence(figures.model), found.explanation()))
}

fn find(figures: &RunFigures<'_>) -> Option<QueueFinding> {
    let model = figures.model;
    let peak = model.level.peak();
    let has_more = model.totals.ended >= t::QUEUE_ROUNDS * u64::from(peak);
    let is_as_planned = model.limit == model.first_limit && !model.adaptive_has_acted();
    if peak < t::QUEUE_LEAST || !has_more || !is_as_planned || figures.span < t::SERIAL_SPAN {
        return None;
    }
    let mut ramp = model.evidence.ramp.until(peak)?.to_vec();
    // The order of starts stays the order within one level.
    ramp.sort_by_key(|attempt| attempt.level);
    let times: Vec<_> = ramp.iter().map(|attempt| attempt.took).collect();
    let third = times.len() / 3;
    let thirds = (mean(&times[..third]), mean(&times[times.len() - third..]));
    let grows = thirds.1.0 as f64 >= t::QUEUE_GROWTH * thirds.0.0 as f64 && thirds.1 - thirds.0 >= t::QUEUE_STEP;
    let correlation = rank_correlation(&ramp);
    if !grows || correlation < t::QUEUE_CORRELATION {
        return None;
    }
    // Without a queue, only the first attempts were slow: connections or caches were cold.
    let later = figures.good().filter(|one| one.level * 2 >= peak).skip(ramp.len());
    let later = median(later.map(|one| one.service() - one.connect))?;
    if (later.0 as f64) < t::QUEUE_LASTS * thirds.0.0 as f64 {
        return None;
    }
    let per_second = (model.totals.expected + model.totals.unexpected) as f64 / figures.span.as_secs_f64();
    let ((steady, unqueued), flat) = (at_work(&ramp, per_second), flat_level(&ramp));
    let is_slowed = time_if_serial(&ramp).is_none() && f64::from(flat) >= 1.5 * f64::from(steady) + 1.0;
    let at_once = if is_slowed { flat } else { steady };
    let host = model.only_host().map(|host| host.number);
    let finding = QueueFinding { host, in_flight: peak, at_once, per_second, thirds, unqueued, correlation, is_slowed };
    let is_less = |n: u32, share: f64| f64::from(n) <= share * f64::from(peak);
    (is_less(at_once, t::QUEUE_SHARE) && is_less(finding.enough(), t::QUEUE_SAVES)).then_some(finding)
}

/// How many the upstream works on at once, by Little's law: answers per second × the time of those that did not wait.
///
/// The least time gives a first estimate; it is too low if the times vary. Those with so many in flight did not wait,
/// except for a few if half of them took about as long as the fastest: a server that has just begun may still start its
/// workers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number below the peak")]
fn at_work(ramp: &[RampAttempt], per_second: f64) -> (u32, Micros) {
    let by = |took: Micros| ((per_second * took.as_secs_f64()).round() as u32).max(1);
    if let Some(alone) = time_if_serial(ramp) {
        return (1, alone);
    }
    let least = ramp.iter().map(|attempt| attempt.took).min().unwrap_or_default();
    let first = by(least);
    let times: Vec<_> = ramp.iter().filter(|one| one.level <= first.max(2)).map(|one| one.took).collect();
    let is_flat = |took: &Micros| took.0 as f64 <= t::QUEUE_FLAT * least.0 as f64;
    let flat: Vec<_> = times.iter().copied().filter(is_flat).collect();
    let took = mean(if flat.len() * 2 >= times.len() { &flat } else { &times }).max(least);
    (by(took), took)
}

/// The time of one attempt alone, if they are worked on one at a time: either each of the first takes that much longer
/// than the one before, or each of those that end first ends that much later.
fn time_if_serial(ramp: &[RampAttempt]) -> Option<Micros> {
    time_by_levels(ramp).or_else(|| time_by_ends(ramp))
}

/// The time with one in flight, if the times with two to five are its multiples.
fn time_by_levels(ramp: &[RampAttempt]) -> Option<Micros> {
    const FIRST: std::ops::RangeInclusive<u32> = 2..=5;
    let alone = ramp.iter().find(|attempt| attempt.level == 1)?.took;
    let mut next = ramp.iter().filter(|attempt| FIRST.contains(&attempt.level)).peekable();
    next.peek()?;
    next.all(|one| is_about(one.took, f64::from(one.level), alone)).then_some(alone)
}

/// The time between the first ends, if they are regular and far longer than the time between the starts. What made
/// the first attempt slow, such as a server that has just begun, is left out.
fn time_by_ends(ramp: &[RampAttempt]) -> Option<Micros> {
    const FIRST: usize = 5;
    let mut by_end: Vec<_> = ramp.iter().filter_map(|attempt| Some((attempt.ended?, attempt.took))).collect();
    by_end.sort_unstable();
    let first = by_end.get(..FIRST)?;
    let starts = || first.iter().map(|(ended, took)| ended.0.saturating_sub(took.0));
    let spacing = (starts().max()? - starts().min()?) / (FIRST as u64 - 1);
    let gaps = || first.windows(2).map(|pair| pair[1].0.since(pair[0].0));
    let gap = median(gaps())?;
    let is_regular = gaps().all(|other| is_about(other, 1.0, gap)) && gap.0 >= 2 * spacing;
    (is_regular && first[0].1.0 as f64 >= (1.0 - t::QUEUE_SERIAL) * gap.0 as f64).then_some(gap)
}

/// Whether a time is about so many times as long as another.
fn is_about(took: Micros, times: f64, alone: Micros) -> bool {
    let ratio = took.0 as f64 / (times * alone.0.max(1) as f64);
    (1.0 - t::QUEUE_SERIAL..=1.0 + t::QUEUE_SERIAL).contains(&ratio)
}

/// The highest number in flight at which attempts still took about as long as the fastest. The very first ones may take
/// longer, as connections and caches are cold.
fn flat_level(ramp: &[RampAttempt]) -> u32 {
    const AROUND: usize = 3;
    let Some(least) = ramp.windows(AROUND).map(|near| median_of(near).0).min() else { return 1 };
    let is_flat = |near: &&[RampAttempt]| median_of(near).0 as f64 <= t::QUEUE_FLAT * least as f64;
    ramp.windows(AROUND).rfind(is_flat).map_or(1, |near| near[AROUND / 2].level)
}

fn median_of(near: &[RampAttempt]) -> Micros {
    median(near.iter().map(|attempt| attempt.took)).unwrap_or_default()
}

/// Spearman's rank correlation of the number in flight and the time.
fn rank_correlation(ramp: &[RampAttempt]) -> f64 {
    let levels = ranks(ramp, |attempt| u64::from(attempt.level));
    let times = ranks(ramp, |attempt| attempt.took.0);
    let middle = (ramp.len() as f64 - 1.0) / 2.0;
    let (mut both, mut squares) = (0.0, (0.0, 0.0));
    for (level, time) in levels.iter().zip(&times) {
        let (a, b) = (level - middle, time - middle);
        both += a * b;
        squares = (squares.0 + a * a, squares.1 + b * b);
    }
    both / (squares.0 * squares.1).sqrt().max(f64::MIN_POSITIVE)
}

/// The rank of each attempt; equal values share the mean of their ranks.
fn ranks(ramp: &[RampAttempt], key: impl Fn(&RampAttempt) -> u64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..ramp.len()).collect();
    order.sort_by_key(|&i| key(&ramp[i]));
    let mut ranks = vec![0.0; ramp.len()];
    let mut from = 0;
    for group in order.chunk_by(|&a, &b| key(&ramp[a]) == key(&ramp[b])) {
        let rank = from as f64 + (group.len() as f64 - 1.0) / 2.0;
        for &i in group {
            ranks[i] = rank;
        }
        from += group.len();
    }
    ranks
}

impl QueueFinding {
    /// A limit that keeps the upstream busy.
    ///
    /// Those that wait there have to cover the time between an answer and the next request, too. One alone does not:
    /// at an upstream that works on one at a time for 10 ms, a round trip of 1 ms would cost a twentieth of the rate.
    pub fn enough(&self) -> u32 {
        const SPARE: u32 = 2;
        let spare = (self.at_once / 4).max(SPARE);
        if self.is_slowed { self.at_once } else { (self.at_once + spare).min(self.in_flight.saturating_sub(1)) }
    }

    /// The finding as a sentence.
    fn sentence(&self, model: &Model) -> VerdictSentence {
        let name = host_or_upstream(model, self.host);
        let waiting = self.in_flight - self.at_once;
        let (wait, works) = (by_tense(model, "wait", "waited"), by_tense(model, "works", "worked"));
        let place =
            format!("{name} {works} on about {} at once ({}/s)", self.at_once, units::significant(self.per_second));
        let enough = self.enough();
        let gain = if self.is_slowed { "is faster" } else { "is as fast" };
        VerdictSentence::new(
            format!("{waiting} of {} {wait} at the upstream", self.in_flight),
            place,
            format!("a limit of {enough} {gain} (`-c {enough}`)"),
        )
        .or_number(format!("{waiting} of {} {wait} there", self.in_flight))
        .or_brief(format!("{name} {works} on {}", self.at_once), &format!("`-c {enough}` {gain}"))
    }

    /// How it was found.
    fn explanation(&self) -> Explanation {
        let (first, last) = (units::length(self.thirds.0), units::length(self.thirds.1));
        let capacity = if self.is_slowed {
            format!("up to {} in flight took the same time", self.at_once)
        } else {
            let (rate, took) = (units::significant(self.per_second), units::length(self.unqueued));
            format!("answers per second × time of those that did not wait = {rate} × {took} ≈ {}", self.at_once)
        };
        Explanation {
            observed: format!(
                "at the start, attempts took {first} with few in flight, and {last} with up to {}",
                self.in_flight
            ),
            formula: format!(
                "rank correlation of number in flight and time {:.2} (at least {}); {capacity}",
                self.correlation,
                t::QUEUE_CORRELATION
            ),
            refuted: "a higher limit that gives more answers per second",
            causes: &["a pool of workers or connections", "one thread or one lock", "a single processor"],
            press: Some(Press::HalveLimit),
        }
    }
}
