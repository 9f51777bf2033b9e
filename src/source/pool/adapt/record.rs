//! The adaptive controller's record of a host's latest attempts.
//!
//! It keeps only what was accepted in the last few seconds. Start at [`AttemptRecord::accepted`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::tuning::{
    JUDGED_ACCEPTED, JUDGED_ATTEMPTS, JUDGED_REFUSED, MIN_SPAN, SEPARATION_SHARE, SPAN_ATTEMPTS,
};
use crate::source::pool::adapt::{Acceptance, AttemptEvidence};

/// For how many spans accepted attempts are kept. When the rate falls, the span grows.
const KEPT: u64 = 4;

/// The latest attempts of a host.
#[derive(Debug, Default)]
pub struct AttemptRecord {
    /// When attempts were accepted, oldest first.
    accepted: VecDeque<Offset>,
    /// The latest attempts: how many others were in flight with each, and how it ended.
    levels: VecDeque<(u32, Acceptance)>,
    /// When the first attempt started.
    begun: Option<Offset>,
    /// Refused since the last step.
    refused: u32,
}

impl AttemptRecord {
    /// Adds an attempt that ended while starts were `gap` apart.
    pub fn add(&mut self, evidence: &AttemptEvidence, gap: Micros) {
        self.begun.get_or_insert(evidence.started);
        if self.levels.len() == JUDGED_ATTEMPTS {
            self.levels.pop_front();
        }
        self.levels.push_back((evidence.others, evidence.end));
        match evidence.end {
            Acceptance::Refused => self.refused = self.refused.saturating_add(1),
            Acceptance::Accepted => {
                // Threads may report ends slightly out of order.
                let at = self.accepted.back().map_or(evidence.at, |&last| last.max(evidence.at));
                self.accepted.push_back(at);
                let kept = Micros(span_of(gap).0 * KEPT);
                while self.accepted.front().is_some_and(|&oldest| at.since(oldest) > kept) {
                    self.accepted.pop_front();
                }
            }
        }
    }

    /// How many attempts were accepted in the last `span`, and its length in seconds. The length is less if the record
    /// is younger than the span.
    pub fn accepted(&self, now: Offset, span: Micros) -> (f64, f64) {
        let age = self.begun.map_or(Micros::ZERO, |begun| now.since(begun));
        let span = span.min(age.max(Micros(MIN_SPAN.0 / 5)));
        let before = self.accepted.partition_point(|&at| now.since(at) >= span);
        ((self.accepted.len() - before) as f64, span.as_secs_f64())
    }

    /// The lowest number in flight that was refused, if refusals depend on the number in flight.
    ///
    /// The share of pairs in which the refused attempt found more in flight than the accepted one
    /// (Mann and Whitney's U): one if the host limits what is in flight, about half if it counts per second.
    pub fn separating_level(&self) -> Option<u32> {
        let levels = |end| self.levels.iter().filter(move |(_, e)| *e == end).map(|&(level, _)| level);
        let lowest = levels(Acceptance::Refused).min().filter(|&lowest| lowest > 0)?;
        let n_refused = levels(Acceptance::Refused).count();
        if n_refused < JUDGED_REFUSED || self.levels.len() - n_refused < JUDGED_ACCEPTED {
            return None;
        }
        let mut accepted: Vec<u32> = levels(Acceptance::Accepted).collect();
        accepted.sort_unstable();
        let halves: usize = levels(Acceptance::Refused)
            .map(|refused| {
                let fewer = accepted.partition_point(|&level| level < refused);
                fewer + accepted.partition_point(|&level| level <= refused)
            })
            .sum();
        let share = halves as f64 / (2 * n_refused * accepted.len()) as f64;
        (share > SEPARATION_SHARE).then_some(lowest)
    }

    /// Forgets the numbers in flight: they were recorded under another hypothesis.
    pub fn forget_levels(&mut self) {
        self.levels.clear();
    }

    /// How many were refused since the last step.
    pub fn refused(&self) -> u32 {
        self.refused
    }

    /// Resets the count of refusals, after a step.
    pub fn reset_refused(&mut self) {
        self.refused = 0;
    }
}

/// The time over which accepted attempts are counted at this rate.
pub fn span_of(gap: Micros) -> Micros {
    Micros(gap.0.saturating_mul(SPAN_ATTEMPTS)).max(MIN_SPAN)
}

#[cfg(test)]
mod tests {
    use super::AttemptRecord;
    use crate::event::{Micros, Offset};
    use crate::source::pool::adapt::{Acceptance, AttemptEvidence};

    fn record_of(ends: impl IntoIterator<Item = (u64, u32, Acceptance)>) -> AttemptRecord {
        let mut record = AttemptRecord::default();
        for (ms, others, end) in ends {
            let at = Offset(ms * 1000);
            record.add(&AttemptEvidence { at, started: Offset(at.0.saturating_sub(1)), others, end }, Micros::ZERO);
        }
        record
    }

    #[test]
    fn it_counts_what_was_accepted_in_the_last_second_and_keeps_no_more() {
        let record = record_of((0..5_000).map(|n| (n * 10, 0, Acceptance::Accepted)));
        assert_eq!(record.accepted(Offset(49_990_000), Micros(1_000_000)), (100.0, 1.0));
        assert!(record.accepted.len() <= 401);
    }

    #[test]
    fn refusals_only_above_a_number_in_flight_show_a_limit_in_flight() {
        let above_limit =
            |n: u64| (n, (n % 8) as u32, if n % 8 >= 6 { Acceptance::Refused } else { Acceptance::Accepted });
        assert_eq!(record_of((0..80).map(above_limit)).separating_level(), Some(6));
        let at_random =
            |n: u64| (n, (n % 8) as u32, if n.is_multiple_of(9) { Acceptance::Refused } else { Acceptance::Accepted });
        assert_eq!(record_of((0..80).map(at_random)).separating_level(), None);
    }
}
