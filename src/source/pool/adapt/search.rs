//! The search for what a host accepts: it is asked by single attempts, and then by growing batches.
//!
//! The moments of the probes are the natural ends of windows. What comes back, and how soon, shows a window (all of
//! it, after a natural time) from a bucket (so much per second). Start at [`SearchOrigin::next_probe`].

use crate::source::pool::adapt::history::{History, StartId};
use crate::source::pool::adapt::natural::{self, BURST_PROBE, COMMON, EARLY_PROBES, WINDOWS};
use crate::source::pool::adapt::seconds::{NEVER, SAME, Seconds};
use crate::source::pool::adapt::tuning::{
    ARRIVAL_SHARE, FAR_PROBE, FULL_SHARE, MAX_LENIENT_WINDOW, MIN_SEARCHED_RATE, NETWORK_MARGIN, NO_LIMIT_FACTOR,
    NO_LIMIT_REFUSED, NO_LIMIT_TIME, PROBE_SPACING, REPLAY_SHARE, SMOOTH_SHARE,
};

/// Where the counting of a possible window begins, and what was accepted since.
#[derive(Debug, Default)]
pub struct SearchOrigin {
    /// The first start of the present window, as far as it is known.
    pub anchor: Option<Seconds>,
    /// The anchor before the present one, which is restored if the attempt at that is refused.
    pub earlier: Option<Seconds>,
    /// The first start of the batch, for a longer window around a pace.
    pub outer: Seconds,
    /// When the first refused attempt of the search started.
    pub refused_at: Seconds,
    /// How many were accepted before.
    pub accepted: u32,
    /// The least that the host took at once after a pause.
    pub depth: Option<u32>,
    /// How many it took at first.
    pub burst: Option<u32>,
}

/// Batches of attempts that double, a settle time apart.
#[derive(Clone, Copy, Debug)]
pub struct Ramp {
    /// When its first attempt started.
    pub from: Seconds,
    batch: u32,
    left: u32,
    last: Seconds,
}

/// A single attempt that asks whether the host accepts again.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    /// The attempt.
    pub id: StartId,
    /// When it started.
    pub started: Seconds,
}

/// What a ramp has found.
#[derive(Clone, Copy, Debug)]
pub enum RampFinding {
    /// Twice the limit came back at once: there is no limit.
    NoLimit,
    /// All came back after a natural time.
    Window {
        /// Starts per window.
        quota: u32,
        /// Its length.
        length: Seconds,
        /// It is longer than this.
        shortest: Seconds,
    },
    /// Few came back: so many in so much time.
    Rate {
        /// How many were accepted.
        accepted: u32,
        /// In how much time.
        lasted: Seconds,
        /// All came back, so the next attempt waits for the next window.
        resumes: Option<Seconds>,
    },
}

impl SearchOrigin {
    /// Counts what was accepted before a search.
    pub fn begin_search(&mut self, refused_at: Seconds, is_paced: bool, history: &History) {
        self.refused_at = refused_at;
        if is_paced {
            self.anchor = Some(self.outer);
        }
        self.accepted = history.count_since(self.anchor()).max(1);
        self.burst.get_or_insert(self.accepted);
    }

    /// Begins to count anew with the attempt that starts now: after a pause, a window may begin.
    pub fn begin_anew(&mut self, now: Seconds) {
        self.earlier = self.anchor.replace(now);
    }

    /// Takes that back if the attempt was refused: no window has begun.
    pub fn refuse(&mut self, started: Seconds) {
        if self.anchor.is_some_and(|anchor| (anchor - started).abs() <= SAME) {
            self.anchor = self.earlier.take().or(self.anchor);
        }
    }

    /// Counts what was accepted before a ramp again: late refusals are known by now.
    pub fn recount(&mut self, ramp_from: Seconds, history: &History) {
        let accepted = history.count(self.anchor() - SAME, ramp_from - 2.0 * SAME);
        self.accepted = self.accepted.min(accepted.max(1));
    }

    /// When counting begins; never, before the first start.
    pub fn anchor(&self) -> Seconds {
        self.anchor.unwrap_or(NEVER)
    }

    /// When the next probe may start: at the next natural end of a window, or soon after the refusal.
    pub fn next_probe(&self, now: Seconds, history: &History) -> Seconds {
        let (anchor, refused_at) = (self.anchor(), self.refused_at);
        // The server counts from the arrival of the first request, which is at most as late as its answer.
        let arrival = |window: Seconds| history.first_answer_latency().min(ARRIVAL_SHARE * window);
        let windows = WINDOWS.into_iter().map(|window| anchor + window + arrival(window));
        // Soon after the refusal; only once after a short burst, which may rather have filled a window.
        let is_worth = |pause: &Seconds| refused_at - anchor > 0.5 * pause || *pause == BURST_PROBE;
        let early = EARLY_PROBES.into_iter().filter(is_worth);
        // After a long time without refusals the window began at some moment before the refusal.
        let is_late = now - anchor > natural::LONGEST;
        let late = WINDOWS.into_iter().filter(|_| is_late);
        let soon = early.chain(late).map(|pause| refused_at + pause);
        // A slow refusal of the probe itself makes the margin longer, but that end has been tried.
        let tried = history.last_start().unwrap_or(-NEVER) - NETWORK_MARGIN;
        let margin = NETWORK_MARGIN + history.settle_time();
        let untried = windows.chain(soon).filter(|&end| end > tried);
        let next = untried.map(|end| end + margin).filter(|&end| end > now + PROBE_SPACING);
        next.reduce(f64::min).unwrap_or(now + FAR_PROBE)
    }

    /// Judges a ramp whose last attempt started at `until`; it was refused if that is before `now`.
    pub fn judge(&mut self, ramp: &Ramp, until: Seconds, now: Seconds, facts: RampFacts<'_>) -> RampFinding {
        let RampFacts { history, cap, refused, is_paced } = facts;
        let back = history.count_since(ramp.from).max(1);
        let (anchor, before) = (self.anchor(), self.accepted);
        let passed = ramp.from - anchor;
        let lasted = until.max(ramp.from) - self.refused_at;
        // A probe that was refused shows that the window is longer.
        let last_refused = history.ends().iter().filter(|end| !end.is_accepted && end.started < ramp.from);
        let shortest = last_refused.map(|end| end.started).reduce(f64::max).map_or(0.0, |at| at - anchor);
        let natural = WINDOWS.into_iter().rev().find(|&window| shortest < window && window <= passed + SAME);
        let length = natural.unwrap_or(passed);
        let in_window = history.count(until - length, until);
        if passed > 4.0 {
            self.outer = ramp.from;
        }
        let is_unrefused = f64::from(refused) <= (NO_LIMIT_REFUSED * f64::from(back)).max(1.0);
        if back >= NO_LIMIT_FACTOR * cap && is_unrefused && lasted < no_limit_time(history) {
            return RampFinding::NoLimit;
        }
        let taken = if until < now - SAME { back } else { before };
        self.depth = Some(self.depth.map_or(taken, |depth| depth.min(taken)));
        let is_all = f64::from(back) >= SMOOTH_SHARE * f64::from(before);
        let is_all_in_window = f64::from(in_window) >= FULL_SHARE * f64::from(before) && before >= back + 2 && is_paced;
        // A moving window frees as many as had started a window ago. A counter that slides looks alike at other lengths.
        let freed = history.count(anchor - SAME, until - length + NETWORK_MARGIN);
        let is_moving = natural.is_some_and(|length| COMMON.contains(&length) && until - length - anchor < length)
            && freed < before
            && back <= freed + 2
            && f64::from(back + 2) >= 0.7 * f64::from(freed);
        if natural.is_some() && (is_all || is_all_in_window || is_moving) {
            let quota = if back < before && is_all { back } else { before };
            return RampFinding::Window { quota, length, shortest };
        }
        let is_all = back >= before;
        let lasted = if is_all && passed < MAX_LENIENT_WINDOW {
            if length <= passed * 1.2 { length } else { passed }
        } else {
            lasted
        };
        let resumes = is_all.then(|| ramp.from + lasted + NETWORK_MARGIN + history.settle_time());
        if passed > 2.0 {
            self.anchor = Some(ramp.from);
        }
        RampFinding::Rate { accepted: back, lasted: lasted.max(MIN_SEARCHED_RATE), resumes }
    }
}

/// What else is known when a ramp is judged.
#[derive(Clone, Copy, Debug)]
pub struct RampFacts<'a> {
    /// The history of the host.
    pub history: &'a History,
    /// How many the user allows.
    pub cap: u32,
    /// Refusals at the end of the ramp.
    pub refused: u32,
    /// A pace is known.
    pub is_paced: bool,
}

/// How soon everything must come back if there is no limit.
fn no_limit_time(history: &History) -> Seconds {
    NO_LIMIT_TIME + 4.0 * history.answer_latency()
}

/// What a ramp does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RampStep {
    /// An attempt may start.
    Starts,
    /// Nothing starts before this moment.
    Waits(Seconds),
    /// As many came back as had been accepted before.
    IsFull,
    /// So many came back so soon that there is no limit.
    IsUnlimited,
}

impl Ramp {
    /// A ramp whose first attempt was the probe, and was not refused.
    pub fn new(from: Seconds, origin: &SearchOrigin) -> Self {
        Self { from, batch: 2, left: origin.accepted.saturating_sub(1).min(2), last: -NEVER }
    }

    /// Whether nothing was accepted before but one attempt, so there is nothing to ramp up to.
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// When the next attempt may start if the window moves: each place is free a window after it was taken. Only for
    /// a short burst; after a long one the batches show more.
    fn frees_at(&self, back: u32, origin: &SearchOrigin, history: &History) -> Option<Seconds> {
        let (anchor, passed) = (origin.anchor(), self.from - origin.anchor());
        if origin.refused_at - anchor > REPLAY_SHARE * passed {
            return None;
        }
        let all = history.count_since(anchor);
        history.nth_last_start(all.checked_sub(back)?).filter(|&start| start < self.from).map(|start| start + passed)
    }

    /// Counts a start.
    pub fn start(&mut self, now: Seconds) {
        self.left = self.left.saturating_sub(1);
        self.last = now;
    }

    /// Takes the next step.
    pub fn step(&mut self, now: Seconds, origin: &SearchOrigin, history: &History, cap: u32) -> RampStep {
        let (back, before) = (history.count_since(self.from), origin.accepted);
        let is_soon = before >= NO_LIMIT_FACTOR * cap && now - origin.refused_at < no_limit_time(history);
        let goal = if is_soon { (before + before * 3 / 10).min(4 * cap) } else { before };
        if is_soon && back >= goal {
            return RampStep::IsUnlimited;
        }
        if let Some(frees_at) = self.frees_at(back, origin, history)
            && frees_at > now + SAME
        {
            return RampStep::Waits(frees_at);
        }
        if self.left > 0 {
            return RampStep::Starts;
        }
        let next = self.last + history.settle_time();
        if next > now + SAME {
            return RampStep::Waits(next);
        }
        if back >= goal {
            return RampStep::IsFull;
        }
        self.batch = self.batch.saturating_mul(2);
        self.left = self.batch.min((goal - back).max(1));
        RampStep::Starts
    }
}

#[cfg(test)]
mod tests {
    use super::SearchOrigin;
    use crate::source::pool::adapt::history::History;
    use crate::source::pool::adapt::seconds;

    #[test]
    fn an_end_is_tried_once_although_the_refusal_was_slow() {
        let origin = SearchOrigin { anchor: Some(0.0), refused_at: 0.1, ..SearchOrigin::default() };
        let mut history = History::default();
        let mut refuse = |from: f64, to: f64| {
            let id = history.start(seconds::offset_at(from), 0);
            let attempt = history.take(id).expect("it is in flight");
            history.add_refused(attempt, to);
            origin.next_probe(to, &history)
        };
        let (first, second) = (refuse(0.9, 0.92), refuse(1.03, 1.12));
        assert!((1.0..1.1).contains(&first), "{first}: the next natural end");
        assert!((2.0..2.5).contains(&second), "{second}: not the same end once more");
    }

    #[test]
    fn a_refused_attempt_after_a_pause_begins_no_window() {
        let mut origin = SearchOrigin { anchor: Some(1.0), ..SearchOrigin::default() };
        origin.begin_anew(3.0);
        origin.refuse(2.5);
        assert_eq!(origin.anchor, Some(3.0));
        origin.refuse(3.0);
        assert_eq!(origin.anchor, Some(1.0));
        origin.refuse(1.0);
        assert_eq!(origin.anchor, Some(1.0));
    }
}
