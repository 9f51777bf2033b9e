//! The hypothesis that a host limits the attempts in flight.
//!
//! The limit is just below the lowest number in flight that was refused. After a while it is probed with one more,
//! and rises quickly if that is accepted. If a level is both accepted and refused, the hypothesis falls. Start at [`AtOnce::refused`].

use crate::event::Offset;
use crate::source::pool::adapt::record::AttemptRecord;
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{
    LIMIT_LOSS_SHARE, LIMIT_PROBE_AFTER, LIMIT_PROBE_AFTER_LOSS, LIMIT_PROBE_AFTER_MAX, LIMIT_PROBE_AFTER_TIME,
    MAX_CONTRADICTIONS,
};
use crate::source::pool::adapt::{AttemptEvidence, HypothesisResponse};

/// The limit of a host that limits the attempts in flight.
#[derive(Debug)]
pub struct AtOnce {
    limit: u32,
    /// The limit without the probe under way, if there is one.
    settled: u32,
    /// Nothing has been refused yet.
    is_starting: bool,
    /// Attempts accepted since the last refusal.
    quiet: u32,
    /// When the limit last changed.
    since: Offset,
    /// Attempts that started before this moment prove nothing about this limit.
    stale_before: Offset,
    /// By how much the next probe will raise the limit, if this one is accepted.
    stride: u32,
    /// Attempts that only the probe allowed, and that were accepted.
    n_probe_accepted: u32,
    /// A higher limit that was accepted before, if there was one.
    lost: Option<u32>,
    /// Probes in a row that were refused.
    refused_probes: u32,
    contradictions: Contradictions,
}

/// Evidence against the hypothesis.
#[derive(Debug, Default)]
struct Contradictions {
    /// The highest number in flight that was accepted since the last round of refusals.
    proved: u32,
    /// Something has been refused since the last probe.
    is_round: bool,
    /// Fewer in flight were refused than had been accepted.
    is_contradicted: bool,
    /// Contradictory rounds, minus the others.
    count: u32,
}

impl AtOnce {
    /// The limit of a host about which nothing is known.
    pub fn start() -> Self {
        Self { is_starting: true, ..Self::below(1, Offset::ZERO) }
    }

    /// The limit of a host that refused with this many others in flight.
    pub fn below(level: u32, now: Offset) -> Self {
        let limit = level.max(1);
        Self {
            limit,
            settled: limit,
            is_starting: false,
            quiet: 0,
            since: now,
            stale_before: now,
            stride: 1,
            n_probe_accepted: 0,
            lost: None,
            refused_probes: 0,
            contradictions: Contradictions::default(),
        }
    }

    /// How many may be in flight.
    pub fn limit(&self) -> u32 {
        self.limit
    }

    /// Lowers the limit below the refused number, or rejects the hypothesis.
    pub fn refused(&mut self, evidence: &AttemptEvidence, record: &AttemptRecord) -> HypothesisResponse {
        self.stale_before = evidence.at;
        // With a higher limit, a later attempt may have overtaken this one on the way.
        if evidence.others == 0 && self.limit == 1 {
            return HypothesisResponse::Falls(AdaptReason::Alone);
        }
        if evidence.others >= self.limit {
            // It started before the limit came down.
            return HypothesisResponse::Keeps;
        }
        // A refused probe goes back to the limit before it, and not below, because its attempts may overtake each
        // other on the way. If that limit is too high as well, the next refusal shows it.
        let floor = if self.is_probing() { self.settled } else { 1 };
        let limit = evidence.others.max(floor);
        self.contradictions.refused(limit);
        if self.contradictions.count >= MAX_CONTRADICTIONS {
            return HypothesisResponse::Falls(AdaptReason::Contradicted);
        }
        if !self.is_starting && f64::from(limit) < f64::from(self.settled) * LIMIT_LOSS_SHARE {
            self.lost = self.lost.max(Some(self.settled));
        }
        self.refused_probes = if limit < self.settled { 0 } else { self.refused_probes + 1 };
        self.is_starting = false;
        self.quiet = 0;
        self.set(limit, limit, evidence.at);
        HypothesisResponse::Moves(AdaptReason::Crowded { refused: record.refused(), in_flight: evidence.others + 1 })
    }

    /// Raises the limit, if an accepted attempt is a reason to.
    pub fn accepted(&mut self, evidence: &AttemptEvidence, cap: u32) -> Option<AdaptReason> {
        let in_flight = evidence.others.saturating_add(1);
        if evidence.started >= self.stale_before {
            self.contradictions.proved = self.contradictions.proved.max(in_flight);
        }
        if self.limit >= cap {
            return None;
        }
        if self.is_starting {
            // Each attempt that was accepted at half the limit or more raises it by one.
            let was_full = in_flight.saturating_mul(2) >= self.limit;
            self.limit += u32::from(was_full);
            self.settled = self.limit;
            return was_full.then_some(AdaptReason::Untested);
        }
        self.quiet += 1;
        if self.is_probing() {
            self.n_probe_accepted += u32::from(evidence.others >= self.settled && evidence.started >= self.since);
            if self.n_probe_accepted < (self.limit / 2).clamp(3, 20) {
                return None;
            }
            self.stride = self.stride.saturating_mul(2);
            self.raise(cap, evidence.at);
            return Some(AdaptReason::Room);
        }
        let is_full = in_flight >= self.limit;
        if !is_full || self.quiet < self.patience() || evidence.at.since(self.since) < LIMIT_PROBE_AFTER_TIME {
            return None;
        }
        self.contradictions.round_is_over(self.limit);
        self.stride = 1;
        self.raise(cap, evidence.at);
        Some(AdaptReason::Quiet { accepted: self.quiet })
    }

    fn is_probing(&self) -> bool {
        self.limit > self.settled && !self.is_starting
    }

    /// How many attempts must be accepted before the next probe.
    fn patience(&self) -> u32 {
        let is_lost = self.lost.is_some_and(|lost| f64::from(self.limit) < f64::from(lost) * LIMIT_LOSS_SHARE);
        let most = if is_lost { LIMIT_PROBE_AFTER_LOSS } else { LIMIT_PROBE_AFTER_MAX };
        LIMIT_PROBE_AFTER.saturating_mul(1 << self.refused_probes.min(8)).min(most)
    }

    fn raise(&mut self, cap: u32, now: Offset) {
        let limit = self.limit.saturating_add(self.stride).min(cap);
        self.set(self.limit, limit, now);
    }

    fn set(&mut self, settled: u32, limit: u32, now: Offset) {
        (self.settled, self.limit) = (settled, limit);
        self.n_probe_accepted = 0;
        self.since = now;
    }
}

impl Contradictions {
    fn refused(&mut self, limit: u32) {
        self.is_round = true;
        // Large numbers are inexact, because attempts may be on their way.
        let contradicts = limit < self.proved - self.proved / 8;
        if contradicts && !self.is_contradicted {
            self.is_contradicted = true;
            self.count += 1;
        }
    }

    fn round_is_over(&mut self, limit: u32) {
        if !self.is_round {
            return;
        }
        if !self.is_contradicted {
            self.count = self.count.saturating_sub(1);
        }
        *self = Self { proved: limit, count: self.count, ..Self::default() };
    }
}
