//! What the adaptive controller remembers of a host: enough to judge by, and no more.
//!
//! Bounded by what is accepted in a few seconds. Start at [`AttemptRecord::accepted`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::tuning::{JUDGED, JUDGED_ACCEPTED, JUDGED_REFUSED, SEPARATES, SPAN, SPAN_ATTEMPTS};
use crate::source::pool::adapt::{Acceptance, AttemptEvidence};

/// Spans for which it is remembered when something was accepted: the pace may fall, and the span grow.
const KEPT: u64 = 4;

/// What happened lately.
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
    /// Notes an attempt that ended while starts were `gap` apart.
    pub fn note(&mut self, evidence: &AttemptEvidence, gap: Micros) {
        self.begun.get_or_insert(evidence.started);
        if self.levels.len() == JUDGED {
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

    /// How many were accepted in the last `span`, and in how many seconds: a young record is shorter.
    pub fn accepted(&self, now: Offset, span: Micros) -> (f64, f64) {
        let age = self.begun.map_or(Micros::ZERO, |begun| now.since(begun));
        let span = span.min(age.max(Micros(SPAN.0 / 5)));
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
        (share > SEPARATES).then_some(lowest)
    }

    /// Forgets the levels in flight: they belong to another regime.
    pub fn forget_levels(&mut self) {
        self.levels.clear();
    }

    /// How many were refused since the last step.
    pub fn refused(&self) -> u32 {
        self.refused
    }

    /// A step was taken.
    pub fn step_taken(&mut self) {
        self.refused = 0;
    }
}

/// How far back it is worth looking at this pace.
pub fn span_of(gap: Micros) -> Micros {
    Micros(gap.0.saturating_mul(SPAN_ATTEMPTS)).max(SPAN)
}

#[cfg(test)]
mod tests {
    use super::AttemptRecord;
    use crate::event::{Micros, Offset};
    use crate::source::pool::adapt::{Acceptance, AttemptEvidence};

    fn noted(ends: impl IntoIterator<Item = (u64, u32, Acceptance)>) -> AttemptRecord {
        let mut record = AttemptRecord::default();
        for (ms, others, end) in ends {
            let at = Offset(ms * 1000);
            record.note(&AttemptEvidence { at, started: Offset(at.0.saturating_sub(1)), others, end }, Micros::ZERO);
        }
        record
    }

    #[test]
    fn it_counts_what_was_accepted_in_the_last_second_and_keeps_no_more() {
        let record = noted((0..5_000).map(|n| (n * 10, 0, Acceptance::Accepted)));
        assert_eq!(record.accepted(Offset(49_990_000), Micros(1_000_000)), (100.0, 1.0));
        assert!(record.accepted.len() <= 401);
    }

    #[test]
    fn refusals_that_only_the_crowded_meet_are_about_the_crowd() {
        let crowd = |n: u64| (n, (n % 8) as u32, if n % 8 >= 6 { Acceptance::Refused } else { Acceptance::Accepted });
        assert_eq!(noted((0..80).map(crowd)).separating_level(), Some(6));
        let anyone =
            |n: u64| (n, (n % 8) as u32, if n.is_multiple_of(9) { Acceptance::Refused } else { Acceptance::Accepted });
        assert_eq!(noted((0..80).map(anyone)).separating_level(), None);
    }
}
