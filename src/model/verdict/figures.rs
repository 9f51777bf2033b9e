//! The figures of a run that its rules share: every kept attempt in a few numbers.
//!
//! Computed once for all rules. Start at [`RunFigures::new`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::timeline::Bar;
use crate::model::verdict::thresholds as t;

/// The figures of a run.
#[derive(Debug)]
pub struct RunFigures<'m> {
    /// The run.
    pub model: &'m Model,
    /// The displayed path of the run's recording.
    pub recording: Option<&'m str>,
    /// The attempts that have ended and are kept, in the order of their starts.
    pub attempts: Vec<AttemptFigures>,
    /// Whether these are all attempts that have ended.
    pub is_whole: bool,
    /// The time from the first start to the last end, or to now while attempts are in flight.
    pub span: Micros,
}

/// An attempt that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptFigures {
    /// When it took its slot.
    pub started: Offset,
    /// When it released its slot.
    pub ended: Offset,
    /// Index of its endpoint.
    pub endpoint: usize,
    /// Index of its host.
    pub host: usize,
    /// How it ended.
    pub fate: Fate,
    /// Why it failed, if it did.
    pub cause: Option<Cause>,
    /// Looking up the name.
    pub resolve: Micros,
    /// Connecting, with the TLS handshake.
    pub connect: Micros,
    /// The TLS handshake.
    pub tls: Micros,
    /// Reading the body.
    pub body: Micros,
    /// Bytes of the body.
    pub bytes: u64,
    /// Attempts in flight in the run when it started, including itself.
    pub level: u32,
    /// Attempts in flight at its host when it started, including itself.
    pub host_level: u32,
}

/// How an attempt ended, as far as the rules care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// With an expected answer.
    Good,
    /// With an answer that the plan does not expect, or without a complete one.
    Bad,
    /// With a request to slow down.
    Refused,
    /// By a time-out.
    TimedOut,
    /// By a redirect, or cancelled.
    Other,
}

impl AttemptFigures {
    /// How long it was in flight.
    pub fn service(&self) -> Micros {
        self.ended.since(self.started)
    }

    /// Whether it failed: a bad answer, a broken connection or a time-out.
    pub fn is_failure(&self) -> bool {
        matches!(self.fate, Fate::Bad | Fate::TimedOut)
    }

    /// Whether the server answered and did not refuse.
    pub fn is_answer(&self) -> bool {
        self.fate == Fate::Good || matches!(self.cause, Some(Cause::Status(_)))
    }
}

impl<'m> RunFigures<'m> {
    /// The figures of a run.
    pub fn new(model: &'m Model, recording: Option<&'m str>) -> Self {
        let mut levels = Levels::default();
        let attempts: Vec<_> = model
            .timeline
            .bars()
            .filter_map(|bar| {
                let (level, host_level) = levels.start(bar);
                ended(bar, level, host_level)
            })
            .collect();
        let is_whole = attempts.len() as u64 == model.totals.ended;
        Self { model, recording, attempts, is_whole, span: crate::model::verdict::span(model) }
    }

    /// The attempts with an expected answer.
    pub fn good(&self) -> impl Iterator<Item = &AttemptFigures> {
        self.attempts.iter().filter(|attempt| attempt.fate == Fate::Good)
    }

    /// Since when all attempts that have ended are kept.
    pub fn all_since(&self) -> Offset {
        let first = self.attempts.iter().filter(|_| !self.is_whole).map(|one| one.started).min();
        let longest = self.model.evidence.service_times.longest;
        first.map_or(Offset::ZERO, |first| first + longest)
    }

    /// How long all attempts would take on this many slots, if each starts as soon as a slot is free.
    pub fn makespan(&self, slots: u32) -> Micros {
        if !self.is_whole {
            return self.model.evidence.service_times.makespan(slots);
        }
        let mut free = BinaryHeap::from(vec![Reverse(Micros::ZERO); slots.max(1) as usize]);
        let mut last = Micros::ZERO;
        for attempt in &self.attempts {
            let end = free.pop().map_or(Micros::ZERO, |Reverse(at)| at) + attempt.service();
            last = last.max(end);
            free.push(Reverse(end));
        }
        last
    }

    /// The sum of all kept service times.
    pub fn service(&self) -> Micros {
        self.attempts.iter().fold(Micros::ZERO, |sum, attempt| sum + attempt.service())
    }

    /// The share of look-ups, connecting, TLS and bodies in all service times, if the slots were full for long enough.
    pub fn phase_shares(&self) -> Option<[f64; 4]> {
        let evidence = &self.model.evidence;
        let n = evidence.service_times.n;
        let is_judged = n >= t::PHASE_LEAST && n >= t::PHASE_ROUNDS * u64::from(self.model.level.peak());
        let share = |phase: Micros| phase.0 as f64 / evidence.service_times.sum.0.max(1) as f64;
        (is_judged && self.is_full()).then(|| evidence.phases.map(share))
    }

    /// Whether the slots of the run were full most of the time.
    pub fn is_full(&self) -> bool {
        let slots = self.model.limit.unwrap_or_else(|| self.model.level.peak()).max(1);
        let held = self.model.evidence.service_times.sum.0 as f64;
        held >= t::FULL * self.span.0.max(1) as f64 * f64::from(slots)
    }
}

/// The number of attempts in flight at each start.
#[derive(Default)]
struct Levels {
    run: BinaryHeap<Reverse<Offset>>,
    hosts: FxHashMap<usize, BinaryHeap<Reverse<Offset>>>,
}

impl Levels {
    /// Adds an attempt, and returns how many are in flight in the run and at its host.
    fn start(&mut self, bar: &Bar) -> (u32, u32) {
        let until = bar.end.as_ref().map_or(Offset(u64::MAX), |end| end.at);
        let enter = |open: &mut BinaryHeap<Reverse<Offset>>| {
            while open.peek().is_some_and(|Reverse(end)| *end <= bar.started) {
                open.pop();
            }
            open.push(Reverse(until));
            u32::try_from(open.len()).unwrap_or(u32::MAX)
        };
        (enter(&mut self.run), enter(self.hosts.entry(bar.host).or_default()))
    }
}

/// The attempt in a few numbers, if it has ended.
fn ended(bar: &Bar, level: u32, host_level: u32) -> Option<AttemptFigures> {
    let end = bar.end.as_ref()?;
    let outcome = end.outcome.as_ref()?;
    let (fate, bytes) = match outcome {
        Outcome::Answered { expected: true, bytes, .. } => (Fate::Good, *bytes),
        Outcome::Answered { bytes, .. } => (Fate::Bad, *bytes),
        Outcome::Failed { .. } => (Fate::Bad, 0),
        Outcome::Throttled { .. } => (Fate::Refused, 0),
        Outcome::TimedOut { .. } => (Fate::TimedOut, 0),
        Outcome::Redirected { .. } | Outcome::Cancelled => (Fate::Other, 0),
    };
    let tls = end.spent.tls.unwrap_or_default();
    Some(AttemptFigures {
        started: bar.started,
        ended: end.at.max(bar.started),
        endpoint: bar.endpoint,
        host: bar.host,
        fate,
        cause: Cause::from_outcome(outcome),
        resolve: end.spent.resolve.unwrap_or_default(),
        connect: end.spent.connect.unwrap_or_default() + tls,
        tls,
        body: end.spent.body.unwrap_or_default(),
        bytes,
        level,
        host_level,
    })
}

/// The median of these lengths.
pub fn median(lengths: impl IntoIterator<Item = Micros>) -> Option<Micros> {
    let mut lengths: Vec<_> = lengths.into_iter().collect();
    let middle = lengths.len() / 2;
    (!lengths.is_empty()).then(|| *lengths.select_nth_unstable(middle).1)
}

/// The mean of these lengths; zero if there are none.
pub fn mean(lengths: &[Micros]) -> Micros {
    let sum = lengths.iter().fold(0_u64, |sum, length| sum.saturating_add(length.0));
    Micros(sum / (lengths.len() as u64).max(1))
}
