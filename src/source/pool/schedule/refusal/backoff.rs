//! The pause of a host that refuses without a wait, and the gentle start after it.
//!
//! Pure. It applies where no adaptive controller is at work. Start at [`HostBackoff::refuse`].

use crate::event::Offset;
use crate::plan::job::Retry;
use crate::source::pool::retry::host_backoff;

/// From this number on, the gentle start is over.
const NO_LIMIT: u32 = 1 << 16;

/// A refusal after so many accepted attempts is a stray: the host as a whole refuses nothing.
const STRAY_AFTER: u32 = 25;

/// What a refusal does to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// A pause begins, until this moment.
    Begins(Offset),
    /// Nothing: a pause has begun since the attempt started, or a controller decides.
    Known,
    /// Nothing: it refused only this one of many.
    Stray,
}

/// The pauses of a host.
#[derive(Debug, Default)]
pub struct HostBackoff {
    /// Pauses without an accepted attempt in between.
    pauses: u32,
    /// When the last pause began.
    since: Offset,
    /// The most attempts in flight, after a pause.
    limit: Option<u32>,
    /// Attempts that were accepted with this limit.
    accepted: u32,
    /// Attempts that were accepted since the last refusal.
    since_refusal: u32,
}

impl HostBackoff {
    /// Counts a refused attempt. Returns whether a pause begins.
    ///
    /// Attempts that started before the last pause are refused for the same reason as those that caused it.
    pub fn refuse(&mut self, started: Offset, now: Offset, rules: &Retry, chance: f64) -> Pause {
        let accepted = std::mem::take(&mut self.since_refusal);
        if self.limit.is_some() && started < self.since {
            return Pause::Known;
        }
        if accepted >= STRAY_AFTER {
            return Pause::Stray;
        }
        self.pauses = self.pauses.saturating_add(1);
        (self.since, self.limit, self.accepted) = (now, Some(1), 0);
        Pause::Begins(now + host_backoff(rules, self.pauses, chance))
    }

    /// Counts an accepted attempt. After a pause, a single attempt starts first, and then twice as many each time.
    pub fn accept(&mut self, started: Offset) {
        self.since_refusal = self.since_refusal.saturating_add(1);
        let Some(limit) = self.limit.filter(|_| started >= self.since) else { return };
        self.pauses = 0;
        self.accepted += 1;
        if self.accepted >= limit {
            self.accepted = 0;
            self.limit = Some(limit * 2).filter(|limit| *limit < NO_LIMIT);
        }
    }

    /// The most attempts in flight, while the host starts gently.
    pub fn limit(&self) -> Option<u32> {
        self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::{HostBackoff, Pause};
    use crate::event::{Micros, Offset};
    use crate::plan::rules::Rules;

    #[test]
    fn one_flight_of_refusals_is_one_pause_and_the_next_is_twice_as_long() {
        let rules = Rules::default().policy().retry;
        let mut backoff = HostBackoff::default();
        let at = |ms: u64| Offset(ms * 1000);
        let until = at(10) + Micros(500_000);
        assert_eq!(backoff.refuse(at(0), at(10), &rules, 1.0), Pause::Begins(until));
        assert_eq!(backoff.refuse(at(5), at(11), &rules, 1.0), Pause::Known, "the same flight");
        assert_eq!(backoff.refuse(until, until, &rules, 1.0), Pause::Begins(until + Micros(1_000_000)));
        backoff.accept(at(3));
        assert_eq!(backoff.limit(), Some(1), "it started before the pause");
    }

    #[test]
    fn one_refusal_among_many_accepted_attempts_is_no_pause_and_two_are() {
        let rules = Rules::default().policy().retry;
        let mut backoff = HostBackoff::default();
        (0..100).for_each(|_| backoff.accept(Offset(1)));
        assert_eq!(backoff.refuse(Offset(2), Offset(3), &rules, 1.0), Pause::Stray);
        backoff.accept(Offset(2));
        assert!(matches!(backoff.refuse(Offset(4), Offset(5), &rules, 1.0), Pause::Begins(_)));
    }

    #[test]
    fn the_start_after_a_pause_doubles_until_it_no_longer_matters() {
        let rules = Rules::default().policy().retry;
        let mut backoff = HostBackoff::default();
        assert_eq!(backoff.limit(), None);
        backoff.refuse(Offset(1), Offset(2), &rules, 0.5);
        let mut limits = Vec::new();
        while let Some(limit) = backoff.limit() {
            limits.push(limit);
            (0..limit).for_each(|_| backoff.accept(Offset(3)));
        }
        assert!(limits.starts_with(&[1, 2, 4, 8]) && limits.last() == Some(&(1 << 15)), "{limits:?}");
        assert_eq!(backoff.refuse(Offset(9), Offset(9), &rules, 1.0), Pause::Stray, "one after so many");
        backoff.refuse(Offset(9), Offset(9), &rules, 1.0);
        assert_eq!(backoff.limit(), Some(1), "and the second in a row counts");
    }
}
