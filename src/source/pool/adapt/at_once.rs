//! The hypothesis that a host limits the attempts in flight.
//!
//! The limit is what the host held while it refused. After a while it is probed with one more; each accepted probe
//! doubles the next step, and a refused one never counts against the limit. Start at [`AtOnce::accepted`].

use crate::source::pool::adapt::seconds::Seconds;
use crate::source::pool::adapt::tuning::{
    AT_ONCE_CONFIRMED, AT_ONCE_PATIENCE, AT_ONCE_PATIENCE_LOST, AT_ONCE_PATIENCE_MAX, AT_ONCE_PROBE_TIME,
    AT_ONCE_PROVED, AT_ONCE_SINGLES, LEAK_PASSED, LOST_PROBE_LATENCIES, LOWERING_DOUBTS, MAX_AT_ONCE_DOUBTS, MAX_LEAKS,
    MAX_RELAPSES, NEAR_LIMIT_SHARE, SECOND_PROBE_SHARE, SINGLE_PATIENCE,
};

/// The limit of a host that limits the attempts in flight.
#[derive(Debug)]
pub struct AtOnce {
    limit: u32,
    /// The limit before the probe that is under way.
    settled: Option<u32>,
    /// Attempts accepted under this hypothesis.
    accepted: u32,
    /// Attempts accepted since the last change or refusal.
    quiet: u32,
    /// How many of those the next probe takes.
    patience: u32,
    /// When the limit last changed.
    since: Seconds,
    /// By how much the next probe raises the limit.
    stride: u32,
    /// Refusals that were no probe, since a quiet time.
    doubts: u32,
    /// A higher limit that was right before.
    lost: Option<u32>,
    /// The host held a single one from the beginning: a bucket without a burst looks alike.
    is_single: bool,
    /// Attempts beyond the limit that the present probe got accepted.
    passed: u32,
    /// Probes in a row that were refused only after several of them.
    leaks: u32,
    /// A probe with more was refused: the limit is confirmed a second time.
    is_bounded: bool,
    /// How often a limit that had come back came down again.
    relapses: u32,
}

/// What an end means for the hypothesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtOnceVerdict {
    /// It explains the end, or the attempt is older than the limit.
    Keeps,
    /// It explains the end with this limit.
    Moves,
    /// It cannot be the explanation.
    Falls,
}

impl AtOnce {
    /// The limit of a host that held this many while it refused.
    pub fn new(held: u32, now: Seconds) -> Self {
        Self {
            limit: held.max(1),
            settled: None,
            accepted: 0,
            quiet: 0,
            patience: if held <= 1 { SINGLE_PATIENCE } else { AT_ONCE_PATIENCE },
            since: now,
            stride: 1,
            doubts: 0,
            lost: None,
            is_single: held <= 1,
            passed: 0,
            leaks: 0,
            is_bounded: false,
            relapses: 0,
        }
    }

    /// How many may be in flight.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// The limit without a probe under way, once it is confirmed: so many are accepted, and more were refused again. One
    /// at once is never offered: a bucket without a burst looks alike.
    pub fn learned(&self) -> Option<u32> {
        let is_confirmed = self.accepted >= AT_ONCE_CONFIRMED.max(3 * self.limit);
        Some(self.settled.unwrap_or(self.limit)).filter(|&limit| is_confirmed && self.is_bounded && limit > 1)
    }

    /// Whether nothing has been accepted under this hypothesis.
    pub fn is_new(&self) -> bool {
        self.accepted == 0
    }

    /// The moment before which nothing starts: the first attempts come one by one, so that a refusal of one of them
    /// refutes the hypothesis cheaply. A second one at once starts late, so that a rate would accept it.
    pub fn opens_at(&self, last_start: Seconds, settle: Seconds, latency: Seconds) -> Seconds {
        if self.accepted < AT_ONCE_SINGLES {
            self.since.max(last_start) + settle
        } else if self.is_second_probed() {
            last_start + SECOND_PROBE_SHARE * latency
        } else {
            0.0
        }
    }

    fn is_second_probed(&self) -> bool {
        self.is_single && self.settled == Some(1)
    }

    /// Considers an accepted attempt that started with so many others in flight: the limit may rise.
    pub fn accepted(&mut self, others: u32, now: Seconds, latency: Seconds, wait: Seconds, cap: u32) -> AtOnceVerdict {
        self.accepted += 1;
        if others > 0 && self.is_second_probed() {
            return AtOnceVerdict::Falls;
        }
        self.quiet += 1;
        self.passed += u32::from(self.settled.is_some_and(|settled| others >= settled));
        if self.settled.is_some() && now - self.since > (4.0 * latency).max(1.0) && self.quiet >= 2 * self.limit {
            self.settled = None;
            if self.is_lowered() {
                self.patience = AT_ONCE_PATIENCE;
            }
        }
        let is_full = others + 1 >= self.limit;
        if self.limit >= cap
            || !is_full
            || self.quiet < self.patience
            || now - self.since <= self.probe_time(latency, wait)
        {
            return AtOnceVerdict::Keeps;
        }
        self.settled = Some(self.limit);
        self.limit = self.limit.saturating_add(self.stride.min((self.limit / 2).max(1)));
        self.stride = self.stride.saturating_mul(2);
        (self.since, self.quiet, self.passed) = (now, 0, 0);
        AtOnceVerdict::Moves
    }

    /// Whether the limit was higher before: perhaps it has only been lowered for a while.
    fn is_lowered(&self) -> bool {
        self.lost.is_some_and(|lost| self.limit < lost)
    }

    /// How long a limit lasts before it is probed.
    fn probe_time(&self, latency: Seconds, wait: Seconds) -> Seconds {
        // With stated waits, a probe must be worth the wait that it may cost.
        let worth = 20.0 * wait * (f64::from(self.patience) / 24.0).max(1.0);
        let is_untested = self.is_single && self.patience == SINGLE_PATIENCE;
        let usual = if self.is_lowered() || is_untested { LOST_PROBE_LATENCIES * latency } else { AT_ONCE_PROBE_TIME };
        worth.max(usual)
    }

    /// Considers the refusal of an attempt that started with so many others in flight. `on_their_way` is the share of
    /// its time in flight that an attempt is on the network, where the host does not hold it.
    pub fn refused(&mut self, others: u32, now: Seconds, wait: Seconds, on_their_way: f64) -> AtOnceVerdict {
        // As a rule, so many are on the network that a probe is not refused at once.
        let usual = (f64::from(self.limit) * on_their_way).exp();
        if others >= self.limit && self.settled.is_none() {
            return AtOnceVerdict::Keeps;
        }
        if self.quiet >= self.limit {
            self.doubts = 0;
        }
        (self.quiet, self.stride) = (0, 1);
        if let Some(settled) = self.settled.take() {
            self.leaks = if f64::from(self.passed) >= LEAK_PASSED * usual { self.leaks + 1 } else { 0 };
            if self.leaks >= MAX_LEAKS {
                return AtOnceVerdict::Falls;
            }
            self.set(settled, now);
            self.is_bounded = true;
            let most = if self.is_lowered() { AT_ONCE_PATIENCE_LOST } else { AT_ONCE_PATIENCE_MAX };
            self.patience = (self.patience * 2).min(most);
            return AtOnceVerdict::Moves;
        }
        self.doubts += 1;
        if self.accepted < AT_ONCE_PROVED {
            self.refuse_unproved(others, now, wait)
        } else {
            self.lower(others, now, usual)
        }
    }

    /// Whether so many refusals in one flight refute a new limit: at most a few attempts overtake each other.
    pub fn is_refuted_by(&self, refused: u32) -> bool {
        self.accepted < AT_ONCE_PROVED && self.doubts > 0 && refused > 1 + self.limit / 5
    }

    /// A new limit may be a little too high, because attempts overtake each other on the way.
    fn refuse_unproved(&mut self, others: u32, now: Seconds, wait: Seconds) -> AtOnceVerdict {
        let is_near = f64::from(others + 1) >= NEAR_LIMIT_SHARE * f64::from(self.limit);
        let allowed = 1 + self.limit / 12;
        if self.doubts > allowed || !is_near || self.limit <= 2 || wait > 0.0 {
            return AtOnceVerdict::Falls;
        }
        self.accepted = 0;
        self.set((self.limit - 1).min(others.max(1)), now);
        AtOnceVerdict::Moves
    }

    /// A limit that was right has come down.
    fn lower(&mut self, others: u32, now: Seconds, usual: f64) -> AtOnceVerdict {
        if others == 0 || self.doubts > MAX_AT_ONCE_DOUBTS {
            return AtOnceVerdict::Falls;
        }
        let lowered = if self.doubts >= LOWERING_DOUBTS {
            (self.limit * 3 / 4).min(others).max(1)
        } else if others + 1 == self.limit && self.limit > 1 {
            self.limit - 1
        } else {
            return AtOnceVerdict::Moves;
        };
        self.relapses += u32::from(self.lost.is_some_and(|lost| self.limit >= lost));
        if f64::from(self.relapses) >= MAX_RELAPSES * usual {
            return AtOnceVerdict::Falls;
        }
        (self.lost, self.patience) = (self.lost.max(Some(self.limit)), AT_ONCE_PATIENCE);
        self.set(lowered, now);
        AtOnceVerdict::Moves
    }

    fn set(&mut self, limit: u32, now: Seconds) {
        (self.limit, self.since) = (limit, now);
    }
}

#[cfg(test)]
mod tests {
    use super::{AtOnce, AtOnceVerdict};

    #[test]
    fn a_limit_is_offered_only_once_a_probe_with_more_was_refused() {
        const LATENCY: f64 = 0.05;
        let (mut at_once, mut now) = (AtOnce::new(8, 0.0), 0.0);
        let mut accept = |at_once: &mut AtOnce, others: u32| {
            now += LATENCY;
            (at_once.accepted(others, now, LATENCY, 0.0, 20), now)
        };
        // Far more are accepted than confirm a limit, but never as many at once as it allows.
        for _ in 0..1_000 {
            assert_eq!(accept(&mut at_once, 3).0, AtOnceVerdict::Keeps);
        }
        assert_eq!((at_once.limit(), at_once.learned()), (8, None), "nothing was refused since");
        let probed = (0..1_000).map(|_| accept(&mut at_once, 7)).find(|(verdict, _)| *verdict == AtOnceVerdict::Moves);
        let (_, at) = probed.unwrap();
        assert_eq!((at_once.limit(), at_once.learned()), (9, None), "the probe is under way");
        assert_eq!(at_once.refused(8, at + 0.01, 0.0, 0.0), AtOnceVerdict::Moves);
        assert_eq!((at_once.limit(), at_once.learned()), (8, Some(8)));
    }
}
