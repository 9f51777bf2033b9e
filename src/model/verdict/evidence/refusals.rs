//! Refusals and answers of each host per second, and the answers accepted between refusals.
//!
//! Start at [`Refusals::is_hard`].

use crate::event::{Micros, Offset};
use crate::model::verdict::thresholds::{
    CLEAN_ANSWERS, CLEAN_GAPS, CLEAN_LEAST, REFUSED_LEAST, REFUSED_ROW, REFUSED_ROW_LASTS, REFUSED_SHARE,
    REFUSED_STORM, REFUSED_WITHIN,
};

const SECOND: u64 = 1_000_000;
const SECONDS: usize = 10;
const _: () = assert!(SECONDS as u64 == REFUSED_WITHIN, "the ring covers the window");

/// The refusals of all hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostRefusals(Vec<Refusals>);

impl HostRefusals {
    /// Number of hosts with evidence of their own. A run with more hosts has few requests for each.
    const KEPT: usize = 1_024;

    /// The refusals of a host, if it has answered or refused.
    pub fn get(&self, host: usize) -> Option<&Refusals> {
        self.0.get(host)
    }

    pub(super) fn at(&mut self, host: usize) -> Option<&mut Refusals> {
        if host < Self::KEPT && self.0.len() <= host {
            self.0.resize_with(host + 1, Refusals::default);
        }
        self.0.get_mut(host)
    }
}

/// The refusals of one host, in bounded memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusals {
    /// When the first refusal came, and how many attempts were in flight.
    pub first: Option<(Offset, u32)>,
    /// Whether there were ever too many refusals within the window.
    pub is_hard: bool,
    /// Whether most answers within the window were ever refusals, or several in a row for a while.
    pub is_storm: bool,
    /// When the last refusal came.
    pub last: Offset,
    /// Refusals since the last answer, and when the first of them came.
    in_a_row: (u64, Offset),
    /// The longest time between two refusals.
    longest_gap: Micros,
    /// Answers since the first refusal.
    accepted: u64,
    /// Answers between the first and the last refusal.
    accepted_by_last: u64,
    /// For each second of the window: its number, refusals, answers.
    ring: [(u64, u64, u64); SECONDS],
}

impl Refusals {
    /// Answers per second between the first and the last refusal; `None` if that time is too short.
    pub fn accepted_per_second(&self) -> Option<f64> {
        let span = self.last.since(self.first?.0);
        (span >= Micros(SECOND / 2)).then(|| self.accepted_by_last as f64 / span.as_secs_f64())
    }

    /// Since when everything has been accepted, if that is so long and so much that the refusals are over.
    pub fn clean_since(&self, now: Offset) -> Option<Offset> {
        let least = CLEAN_LEAST.max(Micros(self.longest_gap.0.saturating_mul(CLEAN_GAPS)));
        let is_over = self.accepted - self.accepted_by_last >= CLEAN_ANSWERS && now.since(self.last) >= least;
        is_over.then_some(self.last)
    }

    /// Answers per second since the last refusal.
    pub fn accepted_since(&self, now: Offset) -> f64 {
        (self.accepted - self.accepted_by_last) as f64 / now.since(self.last).as_secs_f64().max(1e-6)
    }

    pub(super) fn record_refusal(&mut self, at: Offset, in_flight: u32) {
        let is_next = self.in_a_row.0 > 0 && at.since(self.last) <= Micros(REFUSED_WITHIN * SECOND);
        self.in_a_row = if is_next { (self.in_a_row.0 + 1, self.in_a_row.1) } else { (1, at) };
        if self.first.is_some() {
            self.longest_gap = self.longest_gap.max(at.since(self.last));
        } else {
            self.first = Some((at, in_flight));
        }
        self.last = self.last.max(at);
        self.accepted_by_last = self.accepted;
        self.entry(at).1 += 1;
        let this = at.0 / SECOND;
        let near = self.ring.iter().filter(|(second, ..)| this.abs_diff(*second) < REFUSED_WITHIN);
        let (refused, answered) = near.fold((0, 0), |sum, (_, no, yes)| (sum.0 + no, sum.1 + yes));
        let share = refused as f64 / (refused + answered).max(1) as f64;
        self.is_hard |= refused >= REFUSED_LEAST && share >= REFUSED_SHARE;
        // A pool that adapts sends so few that a storm has few refusals.
        let is_row = self.in_a_row.0 >= REFUSED_ROW && at.since(self.in_a_row.1) >= REFUSED_ROW_LASTS;
        self.is_storm |= refused >= REFUSED_LEAST && share >= REFUSED_STORM || is_row;
    }

    pub(super) fn record_answer(&mut self, at: Offset) {
        self.accepted += u64::from(self.first.is_some());
        self.in_a_row.0 = 0;
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
