//! The rounds of a run's sources: which is due, and which is over.
//!
//! Start at [`Sources::begin_round`].

use std::collections::VecDeque;
use std::num::NonZeroU32;

use crate::event::{Fact, Micros, Offset};
use crate::source::pool::schedule::rounds::Rounds;
use crate::source::pool::schedule::sources::{SourceState, Sources};

impl Sources {
    /// The time from the start of a round to the next one, and the number of rounds, if they are set.
    pub fn round_times(&self) -> (Option<Micros>, Option<u32>) {
        let rounds = self.rounds.as_ref();
        (rounds.map(Rounds::every), rounds.and_then(Rounds::n).map(NonZeroU32::get))
    }

    /// Whether every job is repeated in rounds.
    pub fn has_rounds(&self) -> bool {
        self.rounds.is_some()
    }

    pub(super) fn end_round_if_over(&mut self, source: usize, now: Offset, facts: &mut VecDeque<Fact>) {
        let SourceState { has_more, open, .. } = self.states[source];
        if let Some(rounds) = self.rounds.as_mut().filter(|_| !has_more && open == 0) {
            facts.extend(rounds.end(source, now));
        }
    }

    /// When the next round begins.
    pub fn next_round(&self) -> Option<Offset> {
        self.rounds.as_ref()?.soonest()
    }

    /// Begins the round that is due, and returns its source.
    pub fn begin_round(&mut self, now: Offset, facts: &mut VecDeque<Fact>) -> Option<usize> {
        let (source, round, late) = self.rounds.as_mut()?.begin(now)?;
        if round > 1 {
            self.cursor.rewind(source);
        }
        self.states[source].has_more = true;
        facts.push_back(Fact::RoundStarted { endpoint: self.cursor.endpoint_of(source), round, late });
        Some(source)
    }

    pub(super) fn is_in_last_round(&self, source: usize) -> bool {
        self.rounds.as_ref().is_none_or(|rounds| rounds.is_last(source))
    }
}
