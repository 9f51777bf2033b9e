//! The hypothesis that a host limits the rate of attempts.
//!
//! The rate stays near the ceiling: it falls a little after a refusal, and rises a little after a stretch without
//! one. A streak of refusals cuts deeper, down to the rate that was accepted. A ceiling that was higher before is
//! remembered, and probes look for it. Start at [`PerSecond::refused`].

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::goal::{Goal, Probe};
use crate::source::pool::adapt::record::{AttemptRecord, span_of};
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{
    BASE_CUT, CUT_BUDGET, FIRST_RATE_SHARE, GROWTH, LINEAR_STRETCHES, LOST_SHARE, MAX_CUT, MAX_GROWTH, MAX_RATE,
    MIN_RATE, MIN_SPAN, MIN_UTILIZATION, PROBE_ATTEMPTS, PROBE_ECHO, PROBE_TIME, STREAK_FACTOR, STREAK_RESET_AFTER,
    STREAK_RESTART_AFTER, STRETCH_ATTEMPTS, STRETCH_TIME,
};
use crate::source::pool::adapt::{AttemptEvidence, HypothesisResponse};

/// The rate of a host that limits the rate of attempts.
#[derive(Debug)]
pub struct PerSecond {
    /// Starts per second.
    rate: f64,
    /// The rate that the server states, if it states one.
    stated: Option<f64>,
    /// Attempts accepted since the last refusal or probe step.
    quiet: u32,
    /// When that refusal or step was.
    since: Offset,
    /// Stretches without a refusal after which the rate was raised.
    stretches: u32,
    /// A search has ended, and since then only probes were refused. So the ceiling is a little higher.
    is_below: bool,
    /// The last rate that was accepted for a while without a refusal.
    stable_rate: Option<f64>,
    /// Why a higher rate may be accepted, if there is a reason.
    goal: Option<Goal>,
    /// The probe under way.
    probe: Option<Probe>,
    /// The current streak of refusals.
    streak: Streak,
    /// Attempts that started before this moment prove nothing about this rate.
    stale_before: Offset,
}

/// A streak: refusals with few accepted attempts between them.
#[derive(Debug)]
struct Streak {
    /// How often [`STREAK_FACTOR`] applies to the next cut.
    length: u32,
    /// Since when accepted attempts count as evidence of the accepted rate.
    began: Offset,
    /// When it last lowered the rate.
    cut: Offset,
    /// No attempt was accepted since then.
    is_unbroken: bool,
}

impl PerSecond {
    /// The first rate of a host that turned out to limit the rate, from the attempts on record.
    pub fn new(now: Offset, record: &AttemptRecord) -> Self {
        let (accepted, seconds) = record.accepted(now, MIN_SPAN);
        // If none was accepted, the first refusal proves little: the quota may have been used up before the run.
        let rate = FIRST_RATE_SHARE * accepted.max(1.0) / seconds;
        Self { goal: Some(Goal::Search { refused: None }), ..Self::at(rate, now) }
    }

    /// The rate that the server states.
    pub fn stated(rate: f64, now: Offset) -> Self {
        let rate = rate.min(MAX_RATE);
        Self { rate, stated: Some(rate), ..Self::at(rate, now) }
    }

    fn at(rate: f64, now: Offset) -> Self {
        Self {
            rate: rate.clamp(MIN_RATE, MAX_RATE),
            stated: None,
            quiet: 0,
            since: now,
            stretches: 0,
            is_below: false,
            stable_rate: None,
            goal: None,
            probe: None,
            streak: Streak { length: 0, began: now, cut: now, is_unbroken: false },
            stale_before: now,
        }
    }

    /// The least time between two starts.
    pub fn gap(&self) -> Micros {
        gap_of(self.rate)
    }

    /// Lowers the rate, if the refusal is evidence against it.
    pub fn refused(&mut self, evidence: &AttemptEvidence, record: &AttemptRecord) -> HypothesisResponse {
        let now = evidence.at;
        if evidence.started < self.stale_before {
            return HypothesisResponse::Keeps;
        }
        let fast = AdaptReason::Fast { refused: record.refused(), gap: self.gap() };
        let (rate, reason) = if let Some(probe) = self.probe.take() {
            self.update_goal(probe);
            self.streak.length = 0;
            self.stale_before = now + PROBE_ECHO;
            (probe.from, fast)
        } else {
            let Some(cut) = self.cut(now, record, fast) else {
                return HypothesisResponse::Keeps;
            };
            self.stale_before = now;
            cut
        };
        self.set(rate);
        self.reset_quiet(now);
        self.stretches = 0;
        HypothesisResponse::Moves(reason)
    }

    /// The rate after a refusal that no probe explains, and why. `None` if the rate is not the cause.
    fn cut(&mut self, now: Offset, record: &AttemptRecord, fast: AdaptReason) -> Option<(f64, AdaptReason)> {
        // Two refusals in a row count double: at a rate slightly too high, half of the attempts would be accepted.
        self.streak.length += u32::from(self.streak.is_unbroken && self.streak.length > 0);
        // The fewer attempts were accepted since the last refusal, the further the rate is above the ceiling.
        let lone = (CUT_BUDGET / f64::from(self.quiet.max(1))).clamp(BASE_CUT, BASE_CUT * 2.0);
        // The cut takes back at least the last raise.
        let before = self.stable_rate.filter(|stable_rate| *stable_rate >= self.rate * LOST_SHARE).unwrap_or(self.rate);
        let soft = before.min(self.rate * (1.0 - lone));
        let hard =
            self.rate * (1.0 - (lone * STREAK_FACTOR.powi(self.streak.length.min(8).cast_signed())).min(MAX_CUT));
        let accepted_rate = self.accepted_rate(now, record);
        let (rate, reason) = if self.streak.length == 0 {
            (soft, fast)
        } else if accepted_rate <= hard {
            (hard, fast)
        } else if accepted_rate <= soft {
            (accepted_rate, AdaptReason::Accepting { gap: gap_of(accepted_rate) })
        } else if now.since(self.streak.cut) < MIN_SPAN {
            // This window was used up before the last cut.
            return None;
        } else {
            (soft, fast)
        };
        if self.streak.length == 0 || self.quiet >= STREAK_RESTART_AFTER {
            self.streak.began = now;
        }
        self.is_below = false;
        self.streak.length += 1;
        self.streak.cut = now;
        self.streak.is_unbroken = true;
        if let Some(stable_rate) = self.stable_rate.filter(|stable_rate| rate < stable_rate * LOST_SHARE) {
            self.goal = Some(Goal::back_to(match self.goal {
                Some(Goal::Return { rate, .. }) => rate.max(stable_rate),
                Some(Goal::Search { .. }) | None => stable_rate,
            }));
            self.stable_rate = None;
        }
        Some((rate, reason))
    }

    /// The accepted rate, measured since the streak began.
    fn accepted_rate(&self, now: Offset, record: &AttemptRecord) -> f64 {
        let span = now.since(self.streak.began).min(span_of(self.gap())).max(MIN_SPAN);
        // On average, half an attempt more than counted is accepted between two refusals.
        let (accepted, seconds) = record.accepted(now, span);
        let smooth = (accepted + 0.5) / seconds;
        // A window of a second shows its true number in whole seconds only.
        let whole = Micros(span.0 / MIN_SPAN.0 * MIN_SPAN.0);
        let (accepted, seconds) = record.accepted(now, whole);
        smooth.max(accepted / seconds)
    }

    /// Updates the goal after a refused probe.
    fn update_goal(&mut self, probe: Probe) {
        let was_search = matches!(self.goal, Some(Goal::Search { .. }));
        self.goal = self.goal.and_then(|goal| goal.after_refusal(probe, self.rate));
        self.is_below |= was_search && self.goal.is_none();
    }

    /// Raises the rate, if an accepted attempt is a reason to.
    pub fn accepted(&mut self, evidence: &AttemptEvidence, record: &AttemptRecord) -> Option<AdaptReason> {
        let now = evidence.at;
        self.quiet += 1;
        self.streak.is_unbroken = false;
        let lasted = now.since(self.since);
        if self.quiet >= STREAK_RESET_AFTER {
            self.streak.length = 0;
        }
        if let Some(probe) = self.probe {
            let after = self.goal.map_or(PROBE_TIME, Goal::probe_time);
            let has_succeeded = self.quiet >= PROBE_ATTEMPTS && lasted >= after;
            return if has_succeeded { self.finish_probe(probe, now) } else { None };
        }
        if self.quiet >= STREAK_RESET_AFTER && lasted >= PROBE_TIME {
            self.stable_rate = Some(self.rate);
        }
        let accepted = self.quiet;
        let probe = self.goal.and_then(|goal| goal.first_probe(self.rate, accepted, lasted));
        if let Some(probe) = probe.filter(|_| self.is_busy(now, record)) {
            self.start_probe(probe, now);
            return Some(AdaptReason::Quiet { accepted });
        }
        let next = self.stretches + 1;
        let stretch = if self.is_below { STRETCH_ATTEMPTS / 2 } else { STRETCH_ATTEMPTS };
        let is_stretch = accepted >= stretch.saturating_mul(next) && lasted.0 >= STRETCH_TIME.0 * u64::from(next);
        if !is_stretch || self.stated.is_some_and(|stated| self.rate >= stated) || !self.is_busy(now, record) {
            return None;
        }
        self.stretches = next;
        let easy = if self.is_below { 0 } else { LINEAR_STRETCHES };
        let doublings = next.saturating_sub(easy).min(16).cast_signed();
        self.set(self.rate * (1.0 + (GROWTH * 2_f64.powi(doublings)).min(MAX_GROWTH)));
        Some(AdaptReason::Quiet { accepted })
    }

    /// Continues after an accepted probe step, or ends the search.
    fn finish_probe(&mut self, probe: Probe, now: Offset) -> Option<AdaptReason> {
        let Some(next) = self.goal.and_then(|goal| goal.next_probe(probe, self.rate)) else {
            self.is_below = matches!(self.goal, Some(Goal::Search { .. }));
            (self.goal, self.probe) = (None, None);
            self.reset_quiet(now);
            return None;
        };
        self.start_probe(next, now);
        Some(AdaptReason::Room)
    }

    fn start_probe(&mut self, probe: Probe, now: Offset) {
        self.set(self.rate * (1.0 + probe.stride));
        self.probe = Some(probe);
        self.reset_quiet(now);
    }

    /// Whether the rate is what limits the starts.
    fn is_busy(&self, now: Offset, record: &AttemptRecord) -> bool {
        let (accepted, seconds) = record.accepted(now, span_of(self.gap()));
        accepted / seconds >= self.rate * MIN_UTILIZATION
    }

    fn set(&mut self, rate: f64) {
        let most = self.stated.unwrap_or(MAX_RATE);
        self.rate = rate.clamp(MIN_RATE.min(most), most);
    }

    fn reset_quiet(&mut self, now: Offset) {
        self.quiet = 0;
        self.since = now;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between ten microseconds and minutes")]
fn gap_of(rate: f64) -> Micros {
    Micros((1e6 / rate).round() as u64)
}
