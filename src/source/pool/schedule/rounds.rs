//! Rounds of a liveness check: when each source's next round begins, and which endpoints are up.
//!
//! Pure. The interval counts from start to start, and the sources' starts are spread over it. Rounds of one source
//! never overlap: a round begins late if the one before is not over. Start at [`Rounds::begin`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::num::NonZeroU32;

use crate::event::{EndpointId, Fact, Micros, Offset};
use crate::plan::Polling;

/// The rounds of a run.
#[derive(Debug)]
pub struct Rounds {
    every: Micros,
    /// How many rounds there are, if their number is limited.
    n: Option<NonZeroU32>,
    by_source: Vec<Round>,
    due: BinaryHeap<Reverse<(Offset, usize)>>,
    health: Vec<EndpointHealth>,
}

/// The current round of a source.
#[derive(Debug)]
struct Round {
    /// The number of the round, from 1; 0 before the first.
    n: u32,
    /// When this round should have begun.
    due: Offset,
    /// Endpoints that have a settled job in this round.
    settled_endpoints: Vec<EndpointId>,
}

/// The health of an endpoint.
#[derive(Clone, Debug, Default)]
struct EndpointHealth {
    is_up: Option<bool>,
    /// A job of it has settled in this round.
    has_settled: bool,
    /// A job of it has failed in this round.
    has_failed: bool,
}

impl Rounds {
    /// Rounds for this many sources, the first of which begins at once.
    pub fn new(polling: Polling, sources: usize) -> Self {
        let every = Micros::from(polling.every);
        let place = |i: usize| Offset(u64::try_from(u128::from(every.0) * i as u128 / sources as u128).unwrap_or(0));
        let by_source = (0..sources).map(|i| Round { n: 0, due: place(i), settled_endpoints: Vec::new() }).collect();
        let due = (0..sources).map(|i| Reverse((place(i), i))).collect();
        Self { every, n: polling.rounds, by_source, due, health: Vec::new() }
    }

    /// How many rounds there are, if their number is limited.
    pub fn n(&self) -> Option<NonZeroU32> {
        self.n
    }

    /// The time from the start of a round to the next one.
    pub fn every(&self) -> Micros {
        self.every
    }

    /// When the next round begins.
    pub fn soonest(&self) -> Option<Offset> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// Begins the next round. Returns its source, its number, and how late it is.
    pub fn begin(&mut self, now: Offset) -> Option<(usize, u32, Micros)> {
        let Reverse((_, source)) = self.due.pop()?;
        let round = &mut self.by_source[source];
        round.n += 1;
        for endpoint in round.settled_endpoints.drain(..) {
            let health = &mut self.health[endpoint.0 as usize];
            (health.has_settled, health.has_failed) = (false, false);
        }
        Some((source, round.n, now.since(round.due)))
    }

    /// Whether this is a source's last round.
    pub fn is_last(&self, source: usize) -> bool {
        self.n.is_some_and(|n| self.by_source[source].n >= n.get())
    }

    /// Counts how a job ended: well, badly, or cancelled. A failed job marks its endpoint as down at once.
    pub fn settle(&mut self, source: usize, endpoint: EndpointId, is_good: Option<bool>) -> Option<Fact> {
        let i = endpoint.0 as usize;
        if self.health.len() <= i {
            self.health.resize_with(i + 1, EndpointHealth::default);
        }
        let health = &mut self.health[i];
        if is_good.is_some() && !std::mem::replace(&mut health.has_settled, true) {
            self.by_source[source].settled_endpoints.push(endpoint);
        }
        let fails = is_good == Some(false);
        health.has_failed |= fails;
        let turns = fails && health.is_up.replace(false) != Some(false);
        turns.then_some(Fact::EndpointStateChanged { endpoint, up: false })
    }

    /// Ends a source's round: every endpoint of which no job failed is up, and the next round is due.
    pub fn end(&mut self, source: usize, now: Offset) -> Vec<Fact> {
        let round = &mut self.by_source[source];
        let mut changes = Vec::new();
        for &endpoint in &round.settled_endpoints {
            let health = &mut self.health[endpoint.0 as usize];
            if !health.has_failed && health.is_up.replace(true) != Some(true) {
                changes.push(Fact::EndpointStateChanged { endpoint, up: true });
            }
        }
        if self.n.is_none_or(|n| round.n < n.get()) {
            // Rounds that would have begun meanwhile are skipped: making up for them would be a burst.
            let late = now.since(round.due).0 / self.every.0.max(1);
            round.due = round.due + Micros(self.every.0.saturating_mul(late.max(1)));
            self.due.push(Reverse((round.due.max(now), source)));
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::Rounds;
    use crate::event::{EndpointId, Fact, Micros, Offset};
    use crate::plan::Polling;

    fn rounds(n: u32, sources: usize) -> Rounds {
        Rounds::new(Polling { every: Duration::from_secs(60), rounds: NonZeroU32::new(n) }, sources)
    }

    fn second(s: u64) -> Offset {
        Offset(s * 1_000_000)
    }

    #[test]
    fn starts_are_spread_over_the_interval_and_go_from_start_to_start() {
        let mut rounds = rounds(2, 3);
        let mut begun = Vec::new();
        while let Some(at) = rounds.soonest() {
            let (source, n, late) = rounds.begin(at).unwrap();
            begun.push((at.0 / 1_000_000, source, n, late.0));
            rounds.end(source, at + Micros(7_000_000));
        }
        assert_eq!(begun, [(0, 0, 1, 0), (20, 1, 1, 0), (40, 2, 1, 0), (60, 0, 2, 0), (80, 1, 2, 0), (100, 2, 2, 0)]);
    }

    #[test]
    fn a_round_that_cannot_begin_in_time_is_late_and_the_grid_stays() {
        let mut rounds = rounds(0, 1);
        rounds.begin(Offset::ZERO);
        rounds.end(0, second(150));
        assert_eq!(rounds.begin(second(150)), Some((0, 2, Micros(30_000_000))));
        rounds.end(0, second(151));
        assert_eq!(rounds.soonest(), Some(second(180)));
    }

    #[test]
    fn an_endpoint_turns_down_with_its_first_failure_and_up_with_a_whole_good_round() {
        let mut rounds = rounds(0, 1);
        let endpoint = EndpointId(0);
        let mut turns = Vec::new();
        for round in [[true, true], [true, false], [false, true], [true, true]] {
            let at = rounds.soonest().unwrap();
            rounds.begin(at);
            let facts = round.into_iter().filter_map(|good| rounds.settle(0, endpoint, Some(good)));
            let downs: Vec<_> = facts.collect();
            turns.push((downs.len(), rounds.end(0, at).len()));
        }
        assert_eq!(turns, [(0, 1), (1, 0), (0, 0), (0, 1)]);
        assert_eq!(rounds.settle(0, endpoint, Some(false)), Some(Fact::EndpointStateChanged { endpoint, up: false }));
    }

    #[test]
    fn a_cancelled_job_changes_no_health() {
        let mut rounds = rounds(0, 1);
        rounds.begin(Offset::ZERO);
        assert_eq!(rounds.settle(0, EndpointId(0), None), None);
        assert_eq!(rounds.end(0, Offset::ZERO), []);
    }
}
