//! Refusals and answers per second, and the answers accepted between refusals.
//!
//! Start at [`Refusals::is_hard`].

use crate::event::{Micros, Offset};
use crate::model::verdict::thresholds::{REFUSED_LEAST, REFUSED_SHARE, REFUSED_WITHIN};

const SECOND: u64 = 1_000_000;
const SECONDS: usize = 10;
const _: () = assert!(SECONDS as u64 == REFUSED_WITHIN, "the ring covers the window");

/// Refusals of a run, in bounded memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// When the first refusal came, and how many attempts were in flight.
    pub first: Option<(Offset, u32)>,
    /// The fewest attempts in flight at any refusal.
    pub least: Option<u32>,
    /// Index of the host that refused first.
    pub host: usize,
    /// Whether there were ever too many refusals within the window.
    pub is_hard: bool,
    last: Offset,
    /// Expected answers since the first refusal.
    accepted: u64,
    /// Expected answers between the first and the last refusal.
    accepted_by_last: u64,
    /// For each second of the window: its number, refusals, answers.
    ring: [(u64, u64, u64); SECONDS],
}

impl Refusals {
    /// Expected answers per second between the first and the last refusal; `None` if that time is too short.
    pub fn accepted_per_second(&self) -> Option<f64> {
        let span = self.last.since(self.first?.0);
        (span >= Micros(SECOND / 2)).then(|| self.accepted_by_last as f64 / span.as_secs_f64())
    }

    pub(super) fn record_refusal(&mut self, at: Offset, in_flight: u32, host: usize) {
        if self.first.is_none() {
            (self.first, self.host) = (Some((at, in_flight)), host);
        }
        self.least = Some(self.least.map_or(in_flight, |least| least.min(in_flight)));
        self.last = self.last.max(at);
        self.accepted_by_last = self.accepted;
        self.entry(at).1 += 1;
        let this = at.0 / SECOND;
        let near = self.ring.iter().filter(|(second, ..)| this.abs_diff(*second) < REFUSED_WITHIN);
        let (refused, answered) = near.fold((0, 0), |sum, (_, no, yes)| (sum.0 + no, sum.1 + yes));
        let share = refused as f64 / (refused + answered).max(1) as f64;
        self.is_hard |= refused >= REFUSED_LEAST && share >= REFUSED_SHARE;
    }

    pub(super) fn record_answer(&mut self, at: Offset, is_expected: bool) {
        self.accepted += u64::from(is_expected && self.first.is_some());
        self.entry(at).2 += 1;
    }

    fn entry(&mut self, at: Offset) -> &mut (u64, u64, u64) {
        let second = at.0 / SECOND;
        let place = usize::try_from(second % REFUSED_WITHIN).unwrap_or(0);
        let entry = &mut self.ring[place];
        if entry.0 != second {
            *entry = (second, 0, 0);
        }
        entry
    }
}
