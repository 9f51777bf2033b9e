//! The hypothesis that a host allows so many in each window of time.
//!
//! Each window is a burst, and the first attempt of a burst is its scout. A window's length and quota are refined by
//! one experiment per burst. Start at [`Window::start`].

mod burst;
mod judgement;

use crate::source::pool::adapt::flight::Flight;
use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::seconds::{NEVER, SAME, Seconds};
use crate::source::pool::adapt::tuning::{
    BURST_PAUSE, BURST_SHARE, FULL_SHARE, MORE_EVERY, NETWORK_MARGIN, SHORT_WINDOW, SMOOTH_SHARE,
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
    /// A larger quota that was right before.
    lost: Option<u32>,
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

/// What the waits that the server states are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitKind {
    /// There are none.
    None,
    /// They are always the same, for a window of any length.
    Constant,
    /// They end when the window does, at whole seconds.
    Varied,
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
    pub fn new(quota: u32, length: Seconds, burst: (Seconds, Seconds), shortest: Seconds, waits: WaitKind) -> Self {
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
            lost: None,
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
    pub fn learned(&self, waits: WaitKind) -> Option<(u32, Seconds)> {
        let is_refining = matches!(self.experiment, Some(Experiment::Shorter { .. }));
        let is_exact = waits == WaitKind::None || self.length > SHORT_WINDOW || self.halvings > 0;
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
        let x = self.scout.map_or(x, |scout| x.max(scout + history.scout_time(self.length)));
        let (quota, length) = self.effective(history);
        // By our own log, never more than the quota in a window.
        match history.nth_last_start(quota) {
            Some(start) => x.max(start + length + NETWORK_MARGIN + settle),
            None => x,
        }
    }

    /// Notes that an attempt was accepted: after its scout, the rest of a burst follows at once.
    pub fn note_accepted(&mut self, started: Seconds) {
        if self.scout == Some(started) {
            self.scout = None;
        }
    }

    /// Counts a start. The first one after a pause is the scout of a burst: then the last burst is judged, and a
    /// pace replaces the window if it turns out to be sliding.
    pub fn start(&mut self, now: Seconds, flight: &Flight, history: &History, waits: WaitKind) -> WindowVerdict {
        self.scout = None;
        let is_rested = now - self.burst.1 > BURST_PAUSE * self.length;
        let is_over = now - self.burst.0 > BURST_SHARE * self.effective(history).1 || self.burst.1 == -NEVER;
        let is_first = is_rested && is_over || now - self.burst.0 > 2.0 * self.length;
        let verdict = if is_first { self.end_burst(now, flight, history, waits) } else { WindowVerdict::Stays };
        if is_first {
            (self.scout, self.burst.0) = (Some(now), now);
        }
        self.burst.1 = now;
        verdict
    }
}
