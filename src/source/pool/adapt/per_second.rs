//! The hypothesis that a host refuses what is too many per second.
//!
//! The pace hovers around the ceiling: a little less after a refusal, a little more after a stretch of
//! quiet. Refusals close to each other cut harder, down to what is demonstrably accepted. The ceiling of
//! before is remembered and probed for. Start at [`PerSecond::refused`].

use crate::event::{Micros, Offset};
use crate::source::pool::adapt::record::{Record, span_of};
use crate::source::pool::adapt::step::Reason;
use crate::source::pool::adapt::tuning::{
    BUSY, CALM, EASY_STRETCHES, FASTEST, FEW_TRIES, FIRST_PACE, FOUND, FRESH, GROWTH, HARDER, LANDED, LANDED_AFTER,
    LEAP, LOST, MOST_CUT, MOST_GROWTH, MOST_LEAP, NEARLY, PROBE_AFTER, PROBE_AFTER_TIME, PROBE_ECHO, SHORT_OF, SLOWEST,
    SOFT, SPAN, STRETCH, STRETCH_LASTS, TRIES,
};
use crate::source::pool::adapt::{Evidence, Verdict};

/// A pace.
#[derive(Debug)]
pub struct PerSecond {
    /// Starts per second.
    rate: f64,
    /// What the server said it allows, if it did.
    told: Option<f64>,
    /// Accepted since the last refusal or leap.
    quiet: u32,
    /// When that was.
    since: Offset,
    /// Stretches of quiet that were rewarded.
    stretches: u32,
    /// The last pace that was held in quiet for a while.
    held: Option<f64>,
    /// The pace of before that is looked for.
    goal: Option<Goal>,
    /// The probe that is out.
    probe: Option<Probe>,
    /// Refusals close to each other.
    streak: Streak,
    /// Attempts that started before this moment say nothing of this pace.
    stale_before: Offset,
}

/// A pace to be found again.
#[derive(Clone, Copy, Debug)]
struct Goal {
    /// The pace, where one is remembered; without, there may be room of which nobody knows.
    rate: Option<f64>,
    /// Probes that may still be refused.
    tries: u32,
}

/// Leaps above the pace that is known to be accepted.
#[derive(Clone, Copy, Debug)]
struct Probe {
    /// Where the last leap began.
    from: f64,
    /// How far it went, as a share.
    stride: f64,
    /// It was not the first.
    has_landed: bool,
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
    pub fn new(now: Offset, record: &Record) -> Self {
        let (accepted, seconds) = record.accepted(now, SPAN);
        let goal = Some(Goal { rate: None, tries: FEW_TRIES });
        Self { goal, ..Self::at(FIRST_PACE * accepted / seconds, now) }
    }

    /// The pace that the server named.
    pub fn told(rate: f64, now: Offset) -> Self {
        let rate = rate.min(FASTEST);
        Self { rate, told: Some(rate), ..Self::at(rate, now) }
    }

    fn at(rate: f64, now: Offset) -> Self {
        Self {
            rate: rate.clamp(SLOWEST, FASTEST),
            told: None,
            quiet: 0,
            since: now,
            stretches: 0,
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
    pub fn refused(&mut self, evidence: &Evidence, record: &Record) -> Verdict {
        let now = evidence.at;
        if evidence.started < self.stale_before {
            return Verdict::Stands;
        }
        let fast = Reason::Fast { refused: record.refused(), gap: self.gap() };
        let (rate, reason) = if let Some(probe) = self.probe.take() {
            self.count_try(probe);
            self.streak.length = 0;
            self.stale_before = now + PROBE_ECHO;
            (probe.from, fast)
        } else {
            let Some(cut) = self.cut(now, record, fast) else {
                return Verdict::Stands;
            };
            self.stale_before = now;
            cut
        };
        self.set(rate);
        self.rest(now);
        self.stretches = 0;
        Verdict::Moves(reason)
    }

    /// The pace after a refusal that no probe explains, and why; none where the pace is not to blame.
    fn cut(&mut self, now: Offset, record: &Record, fast: Reason) -> Option<(f64, Reason)> {
        // Two in a row weigh double: half of what is too fast would have passed.
        self.streak.length += u32::from(self.streak.is_unbroken && self.streak.length > 0);
        let soft = self.rate * (1.0 - SOFT);
        let hard = self.rate * (1.0 - (SOFT * HARDER.powi(self.streak.length.min(8).cast_signed())).min(MOST_CUT));
        let shown = self.shown(now, record);
        let (rate, reason) = if self.streak.length == 0 || shown <= hard {
            (hard, fast)
        } else if shown <= soft {
            (shown, Reason::Accepting { gap: gap_of(shown) })
        } else if now.since(self.streak.cut) < SPAN {
            // The end of a window that was used up before the last cut.
            return None;
        } else {
            (soft, fast)
        };
        if self.streak.length == 0 || self.quiet >= FRESH {
            self.streak.began = now;
        }
        self.streak.length += 1;
        self.streak.cut = now;
        self.streak.is_unbroken = true;
        if let Some(held) = self.held.filter(|held| rate < held * LOST) {
            let remembered = self.goal.and_then(|goal| goal.rate).unwrap_or(held);
            self.goal = Some(Goal { rate: Some(remembered.max(held)), tries: TRIES });
            self.held = None;
        }
        Some((rate, reason))
    }

    /// How much per second is accepted, as far as the streak of refusals has shown.
    fn shown(&self, now: Offset, record: &Record) -> f64 {
        let span = now.since(self.streak.began).min(span_of(self.gap())).max(SPAN);
        // Between two refusals there is half an attempt more than is seen of it, on average.
        let (accepted, seconds) = record.accepted(now, span);
        let smooth = (accepted + 0.5) / seconds;
        // A window of a second shows its true number in whole seconds only.
        let whole = Micros(span.0 / SPAN.0 * SPAN.0);
        let (accepted, seconds) = record.accepted(now, whole);
        smooth.max(accepted / seconds)
    }

    /// Books a probe that was refused.
    fn count_try(&mut self, probe: Probe) {
        let Some(goal) = &mut self.goal else { return };
        goal.tries = goal.tries.saturating_sub(1);
        if probe.has_landed && goal.rate.is_some_and(|rate| probe.from >= rate * NEARLY) {
            goal.tries = goal.tries.min(FEW_TRIES);
        }
        self.goal = self.goal.filter(|goal| goal.tries > 0);
    }

    /// Goes faster, if what was accepted is a reason to.
    pub fn accepted(&mut self, evidence: &Evidence, record: &Record) -> Option<Reason> {
        let now = evidence.at;
        self.quiet += 1;
        self.streak.is_unbroken = false;
        let lasted = now.since(self.since);
        if self.quiet >= CALM {
            self.streak.length = 0;
        }
        if let Some(probe) = self.probe {
            let has_landed = self.quiet >= LANDED && lasted >= LANDED_AFTER;
            return if has_landed { self.leap_on(probe, now) } else { None };
        }
        if self.quiet >= CALM && lasted >= LANDED_AFTER {
            self.held = Some(self.rate);
        }
        let accepted = self.quiet;
        if self.goal.is_some_and(|goal| goal.is_beyond(self.rate))
            && accepted >= PROBE_AFTER
            && lasted >= PROBE_AFTER_TIME
            && self.is_busy(now, record)
        {
            self.leap(self.first_stride(), false, now);
            return Some(Reason::Quiet { accepted });
        }
        let next = self.stretches + 1;
        let is_stretch = accepted >= STRETCH.saturating_mul(next) && lasted.0 >= STRETCH_LASTS.0 * u64::from(next);
        if !is_stretch || self.told.is_some_and(|told| self.rate >= told) || !self.is_busy(now, record) {
            return None;
        }
        self.stretches = next;
        let doublings = next.saturating_sub(EASY_STRETCHES).min(16).cast_signed();
        self.set(self.rate * (1.0 + (GROWTH * 2_f64.powi(doublings)).min(MOST_GROWTH)));
        Some(Reason::Quiet { accepted })
    }

    /// Goes on from a leap that was accepted, or ends the search.
    fn leap_on(&mut self, probe: Probe, now: Offset) -> Option<Reason> {
        if self.goal.is_some_and(|goal| goal.is_beyond(self.rate)) {
            self.leap((probe.stride * 2.0).min(MOST_LEAP), true, now);
            return Some(Reason::Room);
        }
        self.goal = None;
        self.probe = None;
        self.rest(now);
        None
    }

    fn leap(&mut self, stride: f64, has_landed: bool, now: Offset) {
        self.probe = Some(Probe { from: self.rate, stride, has_landed });
        let goal = self.goal.and_then(|goal| goal.rate).map_or(FASTEST, |rate| rate * SHORT_OF);
        self.set((self.rate * (1.0 + stride)).min(goal));
        self.rest(now);
    }

    fn first_stride(&self) -> f64 {
        match self.goal.and_then(|goal| goal.rate) {
            Some(_) => (1.0 / self.rate).clamp(LEAP, MOST_LEAP),
            None => LEAP,
        }
    }

    /// Whether the pace is what holds the starts back.
    fn is_busy(&self, now: Offset, record: &Record) -> bool {
        let (accepted, seconds) = record.accepted(now, span_of(self.gap()));
        accepted / seconds >= self.rate * BUSY
    }

    fn set(&mut self, rate: f64) {
        let most = self.told.unwrap_or(FASTEST);
        self.rate = rate.clamp(SLOWEST.min(most), most);
    }

    fn rest(&mut self, now: Offset) {
        self.quiet = 0;
        self.since = now;
    }
}

impl Goal {
    fn is_beyond(&self, rate: f64) -> bool {
        self.rate.is_none_or(|goal| rate < goal * FOUND)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between ten microseconds and minutes")]
fn gap_of(rate: f64) -> Micros {
    Micros((1e6 / rate).round() as u64)
}
