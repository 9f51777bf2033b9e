//! The judgement of a flight of refusals under a window.
//!
//! Start at [`Window::judge`].

use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::natural;
use crate::source::pool::adapt::seconds::{NEVER, Seconds};
use crate::source::pool::adapt::tuning::{
    LOST_SHARE, MORE_EVERY, MORE_EVERY_LOST, MORE_EVERY_MAX, MORE_EVERY_REFUSED, SCOUT_SHARE, SMOOTH_SHARE,
    WINDOW_RETRY_SHARE,
};
use crate::source::pool::adapt::window::{Experiment, Window, WindowVerdict};

impl Window {
    /// Judges a flight of refusals. No window is taken for longer than `longest`.
    pub fn judge(&mut self, now: Seconds, history: &History, longest: Seconds) -> WindowVerdict {
        let (quota, length, experiment) = (f64::from(self.quota), self.length, self.experiment.take());
        // With a pace there may be no pause, so a burst is no longer than the window.
        let held = history.count_since(self.burst.0.max(now - self.length));
        let used = f64::from(held);
        if let Some(Experiment::More { .. }) = experiment
            && held >= self.quota
        {
            self.is_bounded = self.stride <= (self.quota / 10).max(1);
            self.stride = (self.quota / 20).max(1);
            // A quota that was larger before has perhaps only been lowered for a while.
            let most = if self.lost.is_some() { MORE_EVERY_LOST } else { MORE_EVERY_MAX };
            self.every = (self.every * 2).max(MORE_EVERY_REFUSED).min(most);
            return WindowVerdict::Stays;
        }
        if used < (SCOUT_SHARE * quota).max(2.0) {
            self.burst.1 = -NEVER;
            return self.judge_refused_scout(experiment, now, longest);
        }
        // A shorter window is not yet tried in the burst that comes before it.
        let is_tried =
            experiment.is_some_and(|experiment| !matches!(experiment, Experiment::Shorter { is_live: false, .. }));
        if (is_tried || self.clean == 0) && used < SMOOTH_SHARE * quota {
            return WindowVerdict::Smooth(quota / length);
        }
        if self.clean > 0 && used < LOST_SHARE * quota {
            (self.lost, self.every) = (self.lost.max(Some(self.quota)), MORE_EVERY);
        }
        (self.quota, self.unchanged, self.stride) = (held.max(1), 0, (held / 20).max(1));
        self.is_bounded = false;
        WindowVerdict::Stays
    }

    /// The scout was refused: the window is longer than the pause before it.
    fn judge_refused_scout(&mut self, experiment: Option<Experiment>, now: Seconds, longest: Seconds) -> WindowVerdict {
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
        match natural::next_longer(self.length).filter(|longer| *longer <= longest) {
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
