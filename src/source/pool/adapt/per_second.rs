//! The hypothesis that a host refuses what is too many per second.
//!
//! The pace stays near the ceiling: a little less after a refusal, a little more after a stretch of
//! quiet. Refusals close to each other cut harder, down to what is demonstrably accepted. The ceiling of
//! before is remembered and probed for. Start at [`PerSecond::refused`].

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::goal::{Goal, Probe};
use crate::source::pool::adapt::record::{AttemptRecord, span_of};
use crate::source::pool::adapt::step::AdaptReason;
use crate::source::pool::adapt::tuning::{
    BUSY, CALM, EASY_STRETCHES, FASTEST, FIRST_PACE, FRESH, GROWTH, HARDER, LANDED, LANDED_AFTER, LONE, LOST, MOST_CUT,
    MOST_GROWTH, PROBE_ECHO, SLOWEST, SOFT, SPAN, STRETCH, STRETCH_LASTS,
};
use crate::source::pool::adapt::{AttemptEvidence, HypothesisResponse};

/// A pace.
#[derive(Debug)]
pub struct PerSecond {
    /// Starts per second.
    rate: f64,
    /// The rate that the server states, if it states one.
    stated: Option<f64>,
    /// Accepted since the last refusal or leap.
    quiet: u32,
    /// When that was.
    since: Offset,
    /// Stretches of quiet that were rewarded.
    stretches: u32,
    /// A search has ended and since then nothing but probes was refused: the ceiling is a little higher.
    is_below: bool,
    /// The last pace that was held in quiet for a while.
    held: Option<f64>,
    /// Why there may be room above, if there may be.
    goal: Option<Goal>,
    /// The probe that is out.
    probe: Option<Probe>,
    /// Refusals close to each other.
    streak: Streak,
    /// Attempts that started before this moment say nothing of this pace.
    stale_before: Offset,
}

/// Refusals close to each other.
#[derive(Debug)]
struct Streak {
    /// How much harder than a lone refusal the next one cuts, as a power.
    length: u32,
    /// When it began, or when what had been accepted before stopped to count.
    began: Offset,
    /// When it last cut.
    cut: Offset,
    /// Nothing was accepted since the last cut.
    is_unbroken: bool,
}

impl PerSecond {
    /// The pace of a host that accepted what is on record and turned out to count per second.
    pub fn new(now: Offset, record: &AttemptRecord) -> Self {
        let (accepted, seconds) = record.accepted(now, SPAN);
        // Where nothing was, the first refusal says little: an upstream may be spent from before.
        let rate = FIRST_PACE * accepted.max(1.0) / seconds;
        Self { goal: Some(Goal::Search { refused: None }), ..Self::at(rate, now) }
    }

    /// The pace that the server states.
    pub fn stated(rate: f64, now: Offset) -> Self {
        let rate = rate.min(FASTEST);
        Self { rate, stated: Some(rate), ..Self::at(rate, now) }
    }

    fn at(rate: f64, now: Offset) -> Self {
        Self {
            rate: rate.clamp(SLOWEST, FASTEST),
            stated: None,
            quiet: 0,
            since: now,
            stretches: 0,
            is_below: false,
            held: None,
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

    /// Slows down, if the refusal says something of this pace.
    pub fn refused(&mut self, evidence: &AttemptEvidence, record: &AttemptRecord) -> HypothesisResponse {
        let now = evidence.at;
        if evidence.started < self.stale_before {
            return HypothesisResponse::Keeps;
        }
        let fast = AdaptReason::Fast { refused: record.refused(), gap: self.gap() };
        let (rate, reason) = if let Some(probe) = self.probe.take() {
            self.learn(probe);
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
        self.rest(now);
        self.stretches = 0;
        HypothesisResponse::Moves(reason)
    }

    /// The pace after a refusal that no probe explains, and why; none where the pace is not to blame.
    fn cut(&mut self, now: Offset, record: &AttemptRecord, fast: AdaptReason) -> Option<(f64, AdaptReason)> {
        // Two in a row weigh double: half of what is too fast would have passed.
        self.streak.length += u32::from(self.streak.is_unbroken && self.streak.length > 0);
        // And the fewer were accepted since the last refusal, the more the pace is above the ceiling.
        let lone = (LONE / f64::from(self.quiet.max(1))).clamp(SOFT, SOFT * 2.0);
        // Where quiet had just been rewarded, that is taken back at least.
        let before = self.held.filter(|held| *held >= self.rate * LOST).unwrap_or(self.rate);
        let soft = before.min(self.rate * (1.0 - lone));
        let hard = self.rate * (1.0 - (lone * HARDER.powi(self.streak.length.min(8).cast_signed())).min(MOST_CUT));
        let shown = self.shown(now, record);
        let (rate, reason) = if self.streak.length == 0 {
            (soft, fast)
        } else if shown <= hard {
            (hard, fast)
        } else if shown <= soft {
            (shown, AdaptReason::Accepting { gap: gap_of(shown) })
        } else if now.since(self.streak.cut) < SPAN {
            // The end of a window that was used up before the last cut.
            return None;
        } else {
            (soft, fast)
        };
        if self.streak.length == 0 || self.quiet >= FRESH {
            self.streak.began = now;
        }
        self.is_below = false;
        self.streak.length += 1;
        self.streak.cut = now;
        self.streak.is_unbroken = true;
        if let Some(held) = self.held.filter(|held| rate < held * LOST) {
            self.goal = Some(Goal::back_to(match self.goal {
                Some(Goal::Return { rate, .. }) => rate.max(held),
                Some(Goal::Search { .. }) | None => held,
            }));
            self.held = None;
        }
        Some((rate, reason))
    }

    /// How much per second is accepted, as far as the streak of refusals has shown.
    fn shown(&self, now: Offset, record: &AttemptRecord) -> f64 {
        let span = now.since(self.streak.began).min(span_of(self.gap())).max(SPAN);
        // Between two refusals there is half an attempt more than is counted, on average.
        let (accepted, seconds) = record.accepted(now, span);
        let smooth = (accepted + 0.5) / seconds;
        // A window of a second shows its true number in whole seconds only.
        let whole = Micros(span.0 / SPAN.0 * SPAN.0);
        let (accepted, seconds) = record.accepted(now, whole);
        smooth.max(accepted / seconds)
    }

    /// Draws the lesson of a probe that was refused.
    fn learn(&mut self, probe: Probe) {
        let was_search = matches!(self.goal, Some(Goal::Search { .. }));
        self.goal = self.goal.and_then(|goal| goal.after_refusal(probe, self.rate));
        self.is_below |= was_search && self.goal.is_none();
    }

    /// Goes faster, if what was accepted is a reason to.
    pub fn accepted(&mut self, evidence: &AttemptEvidence, record: &AttemptRecord) -> Option<AdaptReason> {
        let now = evidence.at;
        self.quiet += 1;
        self.streak.is_unbroken = false;
        let lasted = now.since(self.since);
        if self.quiet >= CALM {
            self.streak.length = 0;
        }
        if let Some(probe) = self.probe {
            let after = self.goal.map_or(LANDED_AFTER, Goal::landed_after);
            let has_landed = self.quiet >= LANDED && lasted >= after;
            return if has_landed { self.leap_on(probe, now) } else { None };
        }
        if self.quiet >= CALM && lasted >= LANDED_AFTER {
            self.held = Some(self.rate);
        }
        let accepted = self.quiet;
        let probe = self.goal.and_then(|goal| goal.first_leap(self.rate, accepted, lasted));
        if let Some(probe) = probe.filter(|_| self.is_busy(now, record)) {
            self.leap(probe, now);
            return Some(AdaptReason::Quiet { accepted });
        }
        let next = self.stretches + 1;
        let stretch = if self.is_below { STRETCH / 2 } else { STRETCH };
        let is_stretch = accepted >= stretch.saturating_mul(next) && lasted.0 >= STRETCH_LASTS.0 * u64::from(next);
        if !is_stretch || self.stated.is_some_and(|stated| self.rate >= stated) || !self.is_busy(now, record) {
            return None;
        }
        self.stretches = next;
        let easy = if self.is_below { 0 } else { EASY_STRETCHES };
        let doublings = next.saturating_sub(easy).min(16).cast_signed();
        self.set(self.rate * (1.0 + (GROWTH * 2_f64.powi(doublings)).min(MOST_GROWTH)));
        Some(AdaptReason::Quiet { accepted })
    }

    /// Goes on from a leap that was accepted, or ends the search.
    fn leap_on(&mut self, probe: Probe, now: Offset) -> Option<AdaptReason> {
        let Some(next) = self.goal.and_then(|goal| goal.next_leap(probe, self.rate)) else {
            self.is_below = matches!(self.goal, Some(Goal::Search { .. }));
            (self.goal, self.probe) = (None, None);
            self.rest(now);
            return None;
        };
        self.leap(next, now);
        Some(AdaptReason::Room)
    }

    fn leap(&mut self, probe: Probe, now: Offset) {
        self.set(self.rate * (1.0 + probe.stride));
        self.probe = Some(probe);
        self.rest(now);
    }

    /// Whether the pace is what holds the starts back.
    fn is_busy(&self, now: Offset, record: &AttemptRecord) -> bool {
        let (accepted, seconds) = record.accepted(now, span_of(self.gap()));
        accepted / seconds >= self.rate * BUSY
    }

    fn set(&mut self, rate: f64) {
        let most = self.stated.unwrap_or(FASTEST);
        self.rate = rate.clamp(SLOWEST.min(most), most);
    }

    fn rest(&mut self, now: Offset) {
        self.quiet = 0;
        self.since = now;
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between ten microseconds and minutes")]
fn gap_of(rate: f64) -> Micros {
    Micros((1e6 / rate).round() as u64)
}
