//! The hypothesis that a host allows so many in each window of time.
//!
//! Each window is a burst, and the first attempt of a burst is its scout. A window's length and quota are refined by
//! one experiment per burst. Start at [`Window::start`].

use crate::source::pool::adapt::flight::Flight;
use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::natural::{self, WINDOWS};
use crate::source::pool::adapt::seconds::{NEVER, SAME, Seconds};
use crate::source::pool::adapt::tuning::{
    BURST_PAUSE, CLEAN_SHORT_CYCLES, FULL_SHARE, MAX_HALVINGS, MORE_EVERY, MORE_EVERY_MAX, MORE_EVERY_REFUSED,
    NETWORK_MARGIN, SCOUT_SHARE, SHORT_WINDOW, SMOOTH_SHARE, WINDOW_RETRY_SHARE,
};

/// A window, its quota, and the experiments that refine them.
#[derive(Debug)]
pub struct Window {
    quota: u32,
    length: Seconds,
    /// Bursts that were accepted as a whole.
    clean: u32,
    /// Those since the window last changed.
    unchanged: u32,
    /// Scouts refused in a row.
    refused_scouts: u32,
    /// Scouts refused since two bursts in a row were accepted.
    doubts: u32,
    experiment: Option<Experiment>,
    /// The window is longer than this.
    shortest: Seconds,
    /// Lengths tried that are not natural.
    halvings: u32,
    /// When the present burst began, and when its last attempt started.
    burst: (Seconds, Seconds),
    /// When the scout started whose refusal may still come.
    scout: Option<Seconds>,
    /// By how much the next experiment raises the quota.
    stride: u32,
    /// How many bursts pass between those experiments.
    every: u32,
    /// A little more than the quota was refused.
    is_bounded: bool,
}

/// A change that is tried for a while.
#[derive(Clone, Copy, Debug)]
enum Experiment {
    /// A shorter window.
    Shorter {
        length: Seconds,
        /// It applies to the present burst.
        is_live: bool,
        /// Bursts that were accepted.
        clean: u32,
    },
    /// A larger quota.
    More { quota: u32 },
}

/// What a burst or a refusal means for the hypothesis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WindowVerdict {
    /// The window stays, perhaps with another quota or length.
    Stays,
    /// It stays: a burst was accepted as a whole, and the next one begins.
    Repeats,
    /// It stays, and the next burst waits until this moment.
    Waits(Seconds),
    /// Room comes back little by little: a pace of this rate.
    Smooth(f64),
    /// It does not explain the refusals.
    Falls,
}

impl Window {
    /// A window of this quota and length that is longer than `shortest`. `burst` is when its first burst began, and
    /// when the last attempt of that started.
    pub fn new(quota: u32, length: Seconds, burst: (Seconds, Seconds), shortest: Seconds, waits: bool) -> Self {
        let mut window = Self {
            quota: quota.max(1),
            length,
            clean: 0,
            unchanged: 0,
            refused_scouts: 0,
            doubts: 0,
            experiment: None,
            shortest,
            halvings: 0,
            burst,
            scout: None,
            stride: 1,
            every: MORE_EVERY,
            is_bounded: false,
        };
        window.begin_experiment(waits);
        window
    }

    /// Starts per window.
    pub fn quota(&self) -> u32 {
        self.quota
    }

    /// The length of the window.
    pub fn length(&self) -> Seconds {
        self.length
    }

    /// The mean rate.
    pub fn rate(&self) -> f64 {
        f64::from(self.quota) / self.length
    }

    /// The window, once it is confirmed. Stated waits end at whole seconds, so a short window may be shorter than them.
    pub fn learned(&self, waits: bool) -> Option<(u32, Seconds)> {
        let is_refining = matches!(self.experiment, Some(Experiment::Shorter { .. }));
        let is_exact = !waits || self.length > SHORT_WINDOW || self.halvings > 0;
        (self.unchanged >= 2 && !is_refining && is_exact && self.is_bounded).then_some((self.quota, self.length))
    }

    /// When the present burst began.
    pub fn burst(&self) -> Seconds {
        self.burst.0
    }

    /// Whether the window explains a refusal that a pace within the window would otherwise explain.
    pub fn explains(&self, started: Seconds, history: &History) -> bool {
        self.is_scout(started) || f64::from(history.count(self.burst.0 - SAME, started)) >= 0.9 * f64::from(self.quota)
    }

    /// Whether a flight of refusals concerns the window, so that none of them is a stray.
    pub fn is_concerned(&self, flight: &Flight, history: &History) -> bool {
        let used = f64::from(history.count_since(self.burst.0));
        self.experiment.is_some() || self.is_scout(flight.first) || used >= SMOOTH_SHARE * f64::from(self.quota)
    }

    fn is_scout(&self, started: Seconds) -> bool {
        (started - self.burst.0).abs() <= SAME
    }

    /// Quota and length for the present burst: what is known, or what is tried.
    fn effective(&self, history: &History) -> (u32, Seconds) {
        match self.experiment {
            None => (self.quota, self.length),
            Some(Experiment::More { quota }) => (quota, self.length),
            Some(Experiment::Shorter { length, is_live, .. }) => {
                let used = f64::from(history.count(self.burst.0 - SAME, self.burst.1));
                let is_tried = is_live || used >= FULL_SHARE * f64::from(self.quota);
                (self.quota, if is_tried { length } else { self.length })
            }
        }
    }

    /// The moment before which nothing starts, at `x` or later.
    pub fn opens_at(&self, x: Seconds, history: &History) -> Seconds {
        let settle = history.settle_time();
        let x = self.scout.map_or(x, |scout| x.max(scout + settle));
        let (quota, length) = self.effective(history);
        // By our own log, never more than the quota in a window.
        match history.nth_last_start(quota) {
            Some(start) => x.max(start + length + NETWORK_MARGIN + settle),
            None => x,
        }
    }

    /// Counts a start. The first one after a pause is the scout of a burst: then the last burst is judged, and a
    /// pace replaces the window if it turns out to be sliding.
    pub fn start(&mut self, now: Seconds, flight: &Flight, history: &History, waits: bool) -> WindowVerdict {
        self.scout = None;
        let is_first = now - self.burst.1 > BURST_PAUSE * self.length || now - self.burst.0 > 2.0 * self.length;
        let verdict = if is_first { self.end_burst(now, flight, history, waits) } else { WindowVerdict::Stays };
        if is_first {
            (self.scout, self.burst.0) = (Some(now), now);
        }
        self.burst.1 = now;
        verdict
    }

    fn end_burst(&mut self, now: Seconds, flight: &Flight, history: &History, waits: bool) -> WindowVerdict {
        let (quota, length) = self.effective(history);
        let used = f64::from(history.count(self.burst.0 - SAME, now - SAME));
        if let Some(Experiment::Shorter { is_live, .. }) = &mut self.experiment
            && !std::mem::replace(is_live, true)
        {
            return WindowVerdict::Stays;
        }
        if used < FULL_SHARE * f64::from(quota) || flight.last >= self.burst.0 {
            return WindowVerdict::Stays;
        }
        self.clean += 1;
        self.unchanged += 1;
        self.refused_scouts = 0;
        if self.unchanged >= 2 {
            self.doubts = 0;
        }
        match &mut self.experiment {
            // A window by the clock may look shorter, but not several times running.
            Some(Experiment::Shorter { clean, .. }) if *clean + 1 < CLEAN_SHORT_CYCLES => {
                *clean += 1;
                return WindowVerdict::Repeats;
            }
            Some(experiment) => {
                if !natural::is_natural(length) && length <= SHORT_WINDOW {
                    return WindowVerdict::Smooth(f64::from(quota) / length);
                }
                if let Experiment::More { .. } = experiment {
                    (self.stride, self.every) = ((self.stride * 2).min(quota), 1);
                }
                self.is_bounded &= quota == self.quota;
                (self.quota, self.length, self.unchanged) = (quota, length, 0);
            }
            None => {}
        }
        self.begin_experiment(waits);
        WindowVerdict::Repeats
    }

    /// Chooses what to try next: a shorter window, or a larger quota.
    fn begin_experiment(&mut self, waits: bool) {
        self.experiment = None;
        let (shortest, length) = (self.shortest, self.length);
        let natural = WINDOWS.into_iter().find(|&window| shortest + 0.05 < window && window < length - 0.05);
        let is_wide = shortest < 0.75 * length && self.halvings < MAX_HALVINGS;
        let shorter = natural.or_else(|| is_wide.then_some(f64::midpoint(shortest, length)));
        // A stated wait ends a window exactly; only a short one may be shorter than whole seconds.
        let is_useful = |window: Seconds| {
            !waits || length <= SHORT_WINDOW && self.clean >= 2 && (self.halvings < 1 || natural::is_natural(window))
        };
        if let Some(window) = shorter.filter(|&window| is_useful(window)) {
            self.halvings += u32::from(!natural::is_natural(window));
            self.experiment = Some(Experiment::Shorter { length: window, is_live: false, clean: 0 });
        } else if self.clean.is_multiple_of(self.every) {
            self.experiment = Some(Experiment::More { quota: self.quota.saturating_add(self.stride) });
        }
    }

    /// Judges a flight of refusals.
    pub fn judge(&mut self, now: Seconds, history: &History) -> WindowVerdict {
        let (quota, length, experiment) = (f64::from(self.quota), self.length, self.experiment.take());
        // With a pace there may be no pause, so a burst is no longer than the window.
        let held = history.count_since(self.burst.0.max(now - self.length));
        let used = f64::from(held);
        if let Some(Experiment::More { .. }) = experiment
            && held >= self.quota
        {
            self.is_bounded = self.stride <= (self.quota / 10).max(1);
            self.stride = (self.quota / 20).max(1);
            self.every = (self.every * 2).clamp(MORE_EVERY_REFUSED, MORE_EVERY_MAX);
            return WindowVerdict::Stays;
        }
        if used < (SCOUT_SHARE * quota).max(2.0) {
            self.burst.1 = -NEVER;
            return self.judge_refused_scout(experiment, now);
        }
        if (experiment.is_some() || self.clean == 0) && used < SMOOTH_SHARE * quota {
            return WindowVerdict::Smooth(quota / length);
        }
        (self.quota, self.unchanged, self.stride) = (held.max(1), 0, (held / 20).max(1));
        self.is_bounded = false;
        WindowVerdict::Stays
    }

    /// The scout was refused: the window is longer than the pause before it.
    fn judge_refused_scout(&mut self, experiment: Option<Experiment>, now: Seconds) -> WindowVerdict {
        if let Some(Experiment::Shorter { length, .. }) = experiment {
            self.shortest = self.shortest.max(length);
            return WindowVerdict::Stays;
        }
        if experiment.is_some() {
            return WindowVerdict::Stays;
        }
        (self.refused_scouts, self.doubts, self.unchanged) = (self.refused_scouts + 1, self.doubts + 1, 0);
        // Every other scout is refused, or both so far: the window is longer.
        let is_too_short = self.doubts >= 2 && (self.refused_scouts == 1 || self.clean == 0);
        match natural::next_longer(self.length) {
            Some(longer) if is_too_short => {
                self.shortest = self.shortest.max(self.length);
                (self.length, self.doubts) = (longer, 0);
            }
            _ if self.refused_scouts > 1 => return WindowVerdict::Falls,
            _ => {}
        }
        WindowVerdict::Waits(now + WINDOW_RETRY_SHARE * self.length)
    }
}
