//! What the server states about its quota, and the window that follows from it.
//!
//! `remaining` bounds what may be in flight. Answers overtake each other, so a larger remainder means a new window only
//! if its attempt started after the smaller one was heard. Start at [`Quota::hear`].

use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::natural::WINDOWS;
use crate::source::pool::adapt::seconds::{NEVER, Seconds, has_come};
use crate::source::pool::adapt::stated::StatedQuota;
use crate::source::pool::adapt::tuning::{
    EVEN_PACE_SHARE, FIT_TOLERANCE, LONG_STATED_WINDOW, MAX_FULL_PADDING, MAX_RESET_PADDING, NETWORK_MARGIN,
    RESET_PADDING, SCOUTS_KEPT, SHORT_WINDOW,
};

/// The quota of a host, as far as the server states it.
#[derive(Debug)]
pub struct Quota {
    level: Option<QuotaState>,
    /// Requests per window.
    most: Option<u32>,
    /// The length of the window.
    window: Option<Seconds>,
    /// The server states the window itself.
    is_policy: bool,
    /// Resets are longer than the window, by up to a second: they are rounded.
    is_padded: bool,
    /// When the present window began.
    began: Option<Seconds>,
    /// Bounds of an unknown window.
    bounds: (Seconds, Seconds),
    /// The longest reset that was stated.
    longest_reset: Seconds,
    /// New windows that were seen.
    n_windows: u32,
    /// The length of the window is the nearest natural one, although the resets contradict it.
    is_guess: bool,
    /// Answers to attempts that started earlier describe a window that is over.
    stale_before: Seconds,
}

/// The remainder of the present window.
#[derive(Clone, Copy, Debug)]
struct QuotaState {
    remaining: u32,
    heard: Seconds,
    resets: Seconds,
}

/// An even pace that a stated quota asks for.
#[derive(Clone, Copy, Debug)]
pub struct StatedPace {
    /// Starts per second.
    pub rate: f64,
    /// The pace is new, so it starts now.
    pub is_new: bool,
}

impl Default for Quota {
    fn default() -> Self {
        Self {
            level: None,
            most: None,
            window: None,
            is_policy: false,
            is_padded: false,
            began: None,
            bounds: (0.0, NEVER),
            longest_reset: 0.0,
            n_windows: 0,
            is_guess: false,
            stale_before: -1.0,
        }
    }
}

impl Quota {
    /// Whether the server states what remains.
    pub fn is_stated(&self) -> bool {
        self.level.is_some()
    }

    /// Whether the length of the window is known.
    pub fn has_window(&self) -> bool {
        self.window.is_some()
    }

    /// The quota and its window, if both are known.
    pub fn known(&self) -> Option<(u32, Seconds)> {
        self.most.zip(self.window)
    }

    /// The quota and its window, if both are known for certain.
    pub fn learned(&self) -> Option<(u32, Seconds)> {
        self.known().filter(|_| !self.is_guess)
    }

    /// Takes in what an answer states. Returns the even pace that this asks for.
    pub fn hear(
        &mut self,
        stated: &StatedQuota,
        at: Seconds,
        now: Seconds,
        anchor: Seconds,
        history: &History,
        cap: u32,
    ) -> Option<StatedPace> {
        self.most = stated.quota.or(self.most);
        let (Some(remaining), Some(reset)) = (stated.remaining, stated.resets) else { return None };
        if stated.quota.is_none() {
            self.most = self.most.max(Some(remaining.saturating_add(1)));
        }
        if let Some(window) = stated.window.filter(|_| !self.is_policy) {
            (self.is_policy, self.window) = (true, Some(window));
        }
        let mut pace = None;
        if let Some((quota, window)) = self.known().filter(|_| self.is_policy) {
            let asks = window <= SHORT_WINDOW && quota > 1 && is_slow_burst(quota, window, history, cap);
            pace = asks.then(|| StatedPace { rate: f64::from(quota - 1) / window * 0.995, is_new: false });
        }
        if at < self.stale_before {
            return pace;
        }
        self.hear_level(remaining, reset, at, now, anchor, history, cap).or(pace)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one answer")]
    fn hear_level(
        &mut self,
        remaining: u32,
        reset: Seconds,
        started: Seconds,
        now: Seconds,
        anchor: Seconds,
        history: &History,
        cap: u32,
    ) -> Option<StatedPace> {
        let mut pace = None;
        let heard = QuotaState { remaining, heard: now, resets: now + reset };
        let before = *self.level.get_or_insert_with(|| {
            self.began = Some(anchor);
            heard
        });
        self.bounds.0 = self.bounds.0.max(reset - RESET_PADDING);
        if reset > self.longest_reset {
            self.longest_reset = reset;
            if !self.is_policy && !self.is_guess && self.window.is_some_and(|window| reset > window + 1.05) {
                self.window = None;
            }
            if self.window.is_none() {
                pace = self.fit_window(reset, history, cap);
            }
        }
        let is_new_window = remaining > before.remaining && started > before.heard || before.resets == NEVER;
        if is_new_window {
            if !self.is_policy && self.window.is_none() {
                // It began between the last answer that showed the old one and this one.
                let passed = self.began.map_or(NEVER, |began| (started - began + 0.01).min(self.longest_reset + 0.01));
                self.bounds.1 = self.bounds.1.min(passed);
                pace = self.fit_window(self.bounds.1, history, cap);
            }
            self.began = Some(started);
            self.n_windows += 1;
        } else if (remaining < before.remaining || remaining == 0)
            && let Some(began) = self.began
        {
            // The window began when its first attempt arrived, which can be as late as its answer.
            self.bounds.0 = self.bounds.0.max(started - began - history.first_answer_latency());
        }
        if is_new_window || remaining <= before.remaining {
            self.level = Some(heard);
        }
        pace
    }

    /// Looks for the only natural window within the bounds.
    fn fit_window(&mut self, most: Seconds, history: &History, cap: u32) -> Option<StatedPace> {
        let is_fit = |window: &Seconds| self.bounds.0 - 0.004 <= *window && *window <= most + FIT_TOLERANCE;
        let mut fitting = WINDOWS.into_iter().filter(is_fit);
        let first = fitting.next();
        let Some(window) = first else {
            // The bounds contradict each other: the window has changed, or its resets are padded by more.
            self.bounds = ((self.longest_reset - RESET_PADDING).max(0.0), NEVER);
            let nearest = WINDOWS.into_iter().rev().find(|&window| window <= self.longest_reset);
            self.window = nearest.filter(|window| self.longest_reset - window <= MAX_RESET_PADDING);
            (self.is_guess, self.is_padded) = (true, true);
            return None;
        };
        if fitting.next().is_some() {
            return None;
        }
        self.window = Some(window);
        self.is_guess = false;
        self.is_padded = self.longest_reset > window * 1.05;
        let quota = self.most.filter(|&quota| quota > 1)?;
        let asks = window <= SHORT_WINDOW && (self.is_padded || is_slow_burst(quota, window, history, cap));
        asks.then(|| StatedPace { rate: f64::from(quota - 1) / window * 0.985, is_new: true })
    }

    /// The moment before which nothing starts, at `x` or later. [`NEVER`] if an attempt must end first.
    pub fn opens_at(&mut self, x: Seconds, now: Seconds, history: &History, is_paced: bool) -> Seconds {
        let Some(mut level) = self.level else { return x };
        if x >= level.resets && has_come(level.resets, now) {
            level = QuotaState { remaining: self.most.unwrap_or(1), heard: now, resets: NEVER };
            (self.level, self.stale_before) = (Some(level), now);
        }
        let in_flight = history.n_in_flight();
        let left = level.remaining.saturating_sub(in_flight);
        let candidate = self.candidate();
        let kept = match (candidate, self.window) {
            // Two scouts measure an unknown window.
            (Some(_), _) => SCOUTS_KEPT.min(self.most.unwrap_or(0) / 4),
            (None, Some(window)) if level.resets < NEVER && !self.is_policy && self.is_padded => {
                u32::from(window < LONG_STATED_WINDOW || !self.is_worth_its_padding(window))
            }
            (None, _) => 0,
        };
        if left > kept {
            return x;
        }
        if level.remaining > 0
            && let Some(opens_at) = self.never_used_up(x, history, is_paced)
        {
            return opens_at;
        }
        if in_flight > 0 {
            return NEVER;
        }
        if let (Some(window), true) = (candidate, left > 0) {
            let began = self.began.unwrap_or(now);
            let arrival = history.first_answer_latency().min(0.1 * window);
            return x.max((began + window + NETWORK_MARGIN + history.settle_time() + arrival).min(level.resets));
        }
        if level.resets < NEVER { x.max(level.resets) } else { x }
    }

    /// The next start with one less than the quota in each window, where that is better than to use it up: then
    /// nothing makes us to wait for a rounded moment.
    fn never_used_up(&self, x: Seconds, history: &History, is_paced: bool) -> Option<Seconds> {
        let (quota, window) = self.known().filter(|&(quota, _)| quota > 1)?;
        // What a rounded moment costs in each window, against one attempt less.
        let padding = if self.is_padded { self.longest_reset - window } else { 0.0 };
        let is_slow = padding.max(0.3) + history.answer_latency() > 2.0 * window / f64::from(quota);
        // In a short batch, one less in each window may cost a whole window.
        let is_short = window >= LONG_STATED_WINDOW && self.is_worth_its_padding(window);
        if !is_paced && (is_short || !((!self.is_policy || window > SHORT_WINDOW) && is_slow)) {
            return None;
        }
        let arrival = history.first_answer_latency().min(0.1 * window);
        Some(match history.nth_last_start(quota - 1) {
            Some(start) => x.max(start + window * 1.01 + NETWORK_MARGIN + arrival),
            None => x,
        })
    }

    /// Whether the present window is used up in full although its end is padded. In a batch of so few, the padding costs
    /// less than the one window more that one attempt less in each would take.
    fn is_worth_its_padding(&self, window: Seconds) -> bool {
        let padding = (self.longest_reset - window).max(FIT_TOLERANCE);
        padding <= MAX_FULL_PADDING * window && f64::from(self.n_windows + 2) <= window / padding
    }

    /// The shortest natural window that is not excluded, if the window is unknown.
    fn candidate(&self) -> Option<Seconds> {
        if self.window.is_some() || self.began.is_none() {
            return None;
        }
        let (shortest, longest) = self.bounds;
        WINDOWS.into_iter().find(|&window| shortest - 0.004 < window && window < longest - 0.02)
    }
}

/// Whether a burst would take so long that an even pace gets more out of a short window.
fn is_slow_burst(quota: u32, window: Seconds, history: &History, cap: u32) -> bool {
    history.answer_latency() * f64::from(quota.div_ceil(cap)) > EVEN_PACE_SHARE * window
}
