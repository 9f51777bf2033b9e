//! The history of a host: its attempts in flight, the starts that were accepted, the last ends, and their latencies.
//!
//! It is short until the first refusal, and bounded after it. Start at [`History::start`].

pub mod ends;
pub mod start_log;

use std::collections::VecDeque;

use crate::event::Offset;
use crate::source::pool::adapt::history::ends::{EndEntry, EndLog};
use crate::source::pool::adapt::history::start_log::StartLog;
use crate::source::pool::adapt::seconds::{self, SAME, Seconds};
use crate::source::pool::adapt::tuning::{
    ANSWER_WEIGHT, FIRST_REFUSAL_LATENCY, FREE_ENDS, FREE_STARTS, KNOWN_ENDS, KNOWN_STARTS, MAX_LATENCY_GROWTH,
    MIN_PROBE_TIME, MIN_SCOUT_TIME, MIN_SETTLE, OUTLIER, PROBE_TIME_SHARE, REFUSAL_WEIGHT, SCOUT_LATENCIES,
    SCOUT_TIME_SHARE, SETTLE_FACTOR,
};

/// The history of a host.
#[derive(Debug, Default)]
pub struct History {
    n_started: u32,
    first_start: Option<Seconds>,
    last_start: Option<Seconds>,
    in_flight: VecDeque<InFlight>,
    accepted: StartLog,
    ends: EndLog,
    /// How long a refusal takes.
    refusal: Option<Seconds>,
    /// How long an answer takes: the first, and the recent ones.
    answer: Option<(Seconds, Seconds)>,
}

/// An attempt that has started: a proof for its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartId {
    number: u32,
    /// Numbers begin anew when the controller is replaced, but not moments.
    started: Offset,
}

/// An attempt in flight.
#[derive(Clone, Copy, Debug)]
pub struct InFlight {
    /// Its number.
    pub id: StartId,
    /// When it started.
    pub started: Seconds,
    /// How many others were in flight then.
    pub others: u32,
}

impl History {
    /// Counts a start.
    pub fn start(&mut self, now: Offset, others: u32) -> StartId {
        let id = StartId { number: self.n_started, started: now };
        let started = seconds::moment(now);
        self.n_started = self.n_started.wrapping_add(1);
        self.first_start.get_or_insert(started);
        self.last_start = Some(started);
        self.in_flight.push_back(InFlight { id, started, others });
        id
    }

    /// Ends an attempt without evidence, or before its evidence is added. Returns it if it was in flight.
    pub fn take(&mut self, id: StartId) -> Option<InFlight> {
        let i = self.in_flight.binary_search_by_key(&id.number, |attempt| attempt.id.number).ok()?;
        if self.in_flight.get(i)?.id != id {
            return None;
        }
        self.in_flight.remove(i)
    }

    /// Adds an accepted attempt.
    pub fn add_accepted(&mut self, attempt: InFlight, now: Seconds) {
        let InFlight { started, others, .. } = attempt;
        let (starts, ends) = self.bounds();
        self.accepted.add(started, starts);
        self.ends.add(EndEntry { started, ended: now, others, is_accepted: true }, ends);
        let took = now - started;
        let (first, mean) = self.answer.unwrap_or((took, took));
        self.answer = Some((first, mean + ANSWER_WEIGHT * (took - mean)));
    }

    /// Adds a refused attempt.
    pub fn add_refused(&mut self, attempt: InFlight, now: Seconds) {
        let InFlight { started, others, .. } = attempt;
        let took = now - started;
        self.refusal = Some(match self.refusal {
            None => took,
            Some(usual) if took >= OUTLIER * usual => MAX_LATENCY_GROWTH * usual,
            // The slowest recent one counts: a search must not overtake its own refusals.
            Some(usual) => took.max(usual + REFUSAL_WEIGHT * (took - usual)),
        });
        let (_, ends) = self.bounds();
        self.ends.add(EndEntry { started, ended: now, others, is_accepted: false }, ends);
    }

    fn bounds(&self) -> (usize, usize) {
        if self.refusal.is_some() { (KNOWN_STARTS, KNOWN_ENDS) } else { (FREE_STARTS, FREE_ENDS) }
    }

    /// How many attempts have started.
    pub fn n_started(&self) -> u32 {
        self.n_started
    }

    /// When the first attempt started.
    pub fn first_start(&self) -> Option<Seconds> {
        self.first_start
    }

    /// Counts from this start on: those before it say nothing.
    pub fn begin_at(&mut self, first_start: Seconds) {
        self.first_start = Some(first_start);
    }

    /// When the last attempt started.
    pub fn last_start(&self) -> Option<Seconds> {
        self.last_start
    }

    /// The attempts in flight, oldest first.
    pub fn in_flight(&self) -> impl DoubleEndedIterator<Item = &InFlight> {
        self.in_flight.iter()
    }

    /// How many attempts are in flight.
    pub fn n_in_flight(&self) -> u32 {
        u32::try_from(self.in_flight.len()).unwrap_or(u32::MAX)
    }

    /// The last ends.
    pub fn ends(&self) -> &EndLog {
        &self.ends
    }

    /// How many attempts that started in `(from, to]` were accepted or are still in flight.
    pub fn count(&self, from: Seconds, to: Seconds) -> u32 {
        let unanswered =
            self.in_flight.iter().filter(|attempt| attempt.started > from && attempt.started <= to).count();
        u32::try_from(self.accepted.count(from, to) + unanswered as u64).unwrap_or(u32::MAX)
    }

    /// How many attempts that started at or after `from` were accepted or are still in flight.
    pub fn count_since(&self, from: Seconds) -> u32 {
        self.count(from - SAME, seconds::NEVER)
    }

    /// How many attempts that were not refused were in flight at a moment, as far as the log reaches.
    pub fn held_at(&self, moment: Seconds) -> u32 {
        let unanswered = self.in_flight.iter().filter(|attempt| attempt.started <= moment).count();
        let accepted = self.ends.iter().filter(|end| end.is_accepted);
        let answered = accepted.filter(|end| end.started <= moment && end.ended > moment).count();
        u32::try_from(unanswered + answered).unwrap_or(u32::MAX)
    }

    /// When the `n`th attempt from the end started, of those that were accepted or are in flight.
    pub fn nth_last_start(&self, n: u32) -> Option<Seconds> {
        let n = u64::from(n);
        let mut newer = 0;
        for attempt in self.in_flight.iter().rev() {
            let accepted = self.accepted.count_after(attempt.started);
            if accepted + newer >= n {
                break;
            }
            newer += 1;
            if accepted + newer == n {
                return Some(attempt.started);
            }
        }
        self.accepted.nth_last(n - newer)
    }

    /// How long it takes until a start that was not refused may count as accepted for now: refusals come at once.
    pub fn settle_time(&self) -> Seconds {
        (SETTLE_FACTOR * self.refusal_latency()).max(MIN_SETTLE)
    }

    /// How long the single attempt that asks whether a window of this length is over may take to be refused. After a
    /// pause the first refusal may take longer than those before; what is accepted sooner does not wait.
    pub fn scout_time(&self, window: Seconds) -> Seconds {
        self.single_time(MIN_SCOUT_TIME, SCOUT_TIME_SHARE * window)
    }

    /// The same while no window is known and this much time has passed since the first accepted start.
    pub fn probe_time(&self, passed: Seconds) -> Seconds {
        self.single_time(MIN_PROBE_TIME, PROBE_TIME_SHARE * passed)
    }

    fn single_time(&self, least: Seconds, most: Seconds) -> Seconds {
        let usual = (SCOUT_LATENCIES * self.answer_latency()).max(least);
        self.settle_time().max(usual.min(most))
    }

    /// How long a refusal takes.
    pub fn refusal_latency(&self) -> Seconds {
        self.refusal.unwrap_or(FIRST_REFUSAL_LATENCY)
    }

    /// How long recent answers took; zero before the first.
    pub fn answer_latency(&self) -> Seconds {
        self.answer.map_or(0.0, |(_, recent)| recent)
    }

    /// How long the first answer took; zero before it.
    pub fn first_answer_latency(&self) -> Seconds {
        self.answer.map_or(0.0, |(first, _)| first)
    }
}
