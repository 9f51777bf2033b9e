//! Pauses of the upstream, found as attempts end: nothing ends for a while, and then all that waited ends at once.
//!
//! Start at [`PauseEvidence::all`].

use std::collections::VecDeque;

use crate::event::{Micros, Offset};
use crate::model::verdict::thresholds as t;

/// The pauses of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PauseEvidence {
    /// Number of ends, and the last one.
    ends: (u64, Offset),
    /// How long the last attempts took.
    before: VecDeque<Micros>,
    /// The last long time without an end, while the attempts that waited end.
    current: Option<LongGap>,
    /// The last pauses, oldest first.
    recent: VecDeque<(Offset, Offset)>,
    /// Number of earlier pauses, and their sum.
    earlier: (u64, Micros),
}

/// A long time without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LongGap {
    span: (Offset, Offset),
    /// Attempts that were in flight for at least half of it, and how many of them ended together after it.
    waiting: usize,
    together: usize,
}

/// An attempt that ends.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct TimedEnd {
    /// When it took its slot.
    pub started: Offset,
    /// When it released its slot.
    pub ended: Offset,
    /// Whether its end shows what the upstream did: no time-out, no stop of this machine.
    pub is_clean: bool,
    /// The peak in flight.
    pub peak: u32,
}

impl PauseEvidence {
    /// Number of pauses kept.
    const KEPT: usize = 64;
    /// Late timers are reported this long after they fired, at most.
    const REPORTED_WITHIN: Micros = Micros(1_200_000);

    /// Number of pauses, their sum, and the end of the last one. `now` is `None` once the run is over: before that, a
    /// pause only counts once it is clear that no timer of this machine was late.
    pub fn all(&self, now: Option<Offset>) -> (u64, Micros, Offset) {
        let is_clear = |(_, to): &&(Offset, Offset)| now.is_none_or(|now| now.since(*to) >= Self::REPORTED_WITHIN);
        let (n, sum) = self.earlier;
        self.recent
            .iter()
            .filter(is_clear)
            .fold((n, sum, Offset::ZERO), |(n, sum, _), (from, to)| (n + 1, sum + to.since(*from), *to))
    }

    /// Records the end of an attempt. `usual` is the median of its endpoint's answers, if there are enough; `open` are
    /// the starts of the attempts that are still in flight.
    pub(super) fn end(
        &mut self,
        attempt: TimedEnd,
        usual: impl FnOnce() -> Option<Micros>,
        open: impl Iterator<Item = Offset>,
    ) {
        let TimedEnd { started, ended, is_clean, peak } = attempt;
        let service = ended.since(started);
        let (n, from) = self.ends;
        let lasted = ended.since(from);
        if lasted >= t::PAUSE_LEAST && n > 1 {
            self.current = self.gap((from, ended), started, open, peak);
        }
        if let Some(gap) = &mut self.current {
            // An answer that always takes so long has not waited for a pause.
            let is_unusual = || usual().is_some_and(|usual| service.0 >= usual.0.saturating_mul(t::PAUSE_MEDIANS));
            if ended.since(gap.span.1) > t::PAUSE_TOGETHER {
                self.current = None;
            } else if started <= gap.middle() && is_clean && is_unusual() {
                gap.together += 1;
                if gap.together as f64 >= t::PAUSE_SHARE * gap.waiting as f64 {
                    let span = gap.span;
                    self.current = None;
                    self.add(span);
                }
            }
        }
        if self.before.len() == t::PAUSE_BEFORE {
            self.before.pop_front();
        }
        self.before.push_back(service);
        self.ends = (n + 1, from.max(ended));
    }

    /// The time without an end, if it is unusually long and enough attempts waited meanwhile.
    fn gap(
        &self,
        span: (Offset, Offset),
        started: Offset,
        open: impl Iterator<Item = Offset>,
        peak: u32,
    ) -> Option<LongGap> {
        let mut gap = LongGap { span, waiting: 0, together: 0 };
        // What started later can not have waited for so long.
        gap.waiting = open.chain([started]).filter(|started| *started <= gap.middle()).count();
        // Where attempts take long anyway, a long time without an end is no pause.
        let mut before: Vec<_> = self.before.iter().copied().collect();
        before.sort_unstable();
        let before = before.get(before.len() / 2).copied().unwrap_or_default();
        let is_unusual = span.1.since(span.0).0 >= before.0.saturating_mul(t::PAUSE_MEDIANS);
        let is_crowd = gap.waiting as u64 * 2 >= u64::from(peak) && gap.waiting >= t::PAUSE_CROWD;
        (is_unusual && is_crowd).then_some(gap)
    }

    fn add(&mut self, span: (Offset, Offset)) {
        if self.recent.len() == Self::KEPT
            && let Some((from, to)) = self.recent.pop_front()
        {
            self.earlier = (self.earlier.0 + 1, self.earlier.1 + to.since(from));
        }
        self.recent.push_back(span);
    }

    /// Removes the pauses of a time in which a timer was so late that this machine may be their cause.
    pub(super) fn record_late_timers(&mut self, (since, until): (Offset, Offset), worst: Micros) {
        self.recent.retain(|(from, to)| {
            let is_apart = *to < since || until < *from;
            is_apart || (worst.0 as f64) < t::PAUSE_LATE * to.since(*from).0 as f64
        });
    }
}

impl LongGap {
    fn middle(&self) -> Offset {
        Offset(self.span.0.0.midpoint(self.span.1.0))
    }
}
