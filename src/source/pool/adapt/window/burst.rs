//! What a burst proves, and what the next one tries.
//!
//! Start at [`Window::end_burst`].

use crate::source::pool::adapt::flight::Flight;
use crate::source::pool::adapt::history::History;
use crate::source::pool::adapt::natural::{self, WINDOWS};
use crate::source::pool::adapt::seconds::{SAME, Seconds};
use crate::source::pool::adapt::tuning::{
    CLEAN_SHORT_CYCLES, FULL_SHARE, MAX_HALVINGS, MORE_EVERY_REFUSED, ODD_LENGTH_AFTER, SHORT_WINDOW,
};
use crate::source::pool::adapt::window::{Experiment, WaitKind, Window, WindowVerdict};

impl Window {
    pub(super) fn end_burst(
        &mut self,
        now: Seconds,
        flight: &Flight,
        history: &History,
        waits: WaitKind,
    ) -> WindowVerdict {
        let (quota, length) = self.effective(history);
        let used = f64::from(history.count(self.burst.0 - SAME, now - SAME));
        if let Some(Experiment::Shorter { is_live, .. }) = &mut self.experiment
            && !std::mem::replace(is_live, true)
        {
            return WindowVerdict::Stays;
        }
        // A larger quota is only known if more than before was used.
        let is_tried = quota == self.quota || used > f64::from(self.quota);
        if used < FULL_SHARE * f64::from(quota) || !is_tried || flight.last >= self.burst.0 {
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
                if self.lost.is_some_and(|lost| quota >= lost) {
                    (self.lost, self.stride, self.every) = (None, (quota / 20).max(1), MORE_EVERY_REFUSED);
                }
            }
            None => {}
        }
        self.begin_experiment(waits);
        WindowVerdict::Repeats
    }

    /// Chooses what to try next: a shorter window, or a larger quota.
    pub(super) fn begin_experiment(&mut self, waits: WaitKind) {
        self.experiment = None;
        let (shortest, length) = (self.shortest, self.length);
        let natural = WINDOWS.into_iter().find(|&window| shortest + 0.05 < window && window < length - 0.05);
        let is_wide = shortest < 0.75 * length && self.halvings < MAX_HALVINGS;
        let shorter = natural.or_else(|| is_wide.then_some(f64::midpoint(shortest, length)));
        // A stated wait ends a window exactly; only a short one may be shorter than whole seconds.
        let is_useful = |window: Seconds| {
            waits == WaitKind::None
                || length <= SHORT_WINDOW
                    && (waits == WaitKind::Constant || self.clean >= 2)
                    && (self.halvings < 1 || natural::is_natural(window))
        };
        let shorter = shorter.filter(|&window| is_useful(window));
        let is_too_soon = natural.is_none() && length > SHORT_WINDOW && self.clean < ODD_LENGTH_AFTER;
        if let Some(window) = shorter {
            if is_too_soon {
                return;
            }
            self.halvings += u32::from(!natural::is_natural(window));
            self.experiment = Some(Experiment::Shorter { length: window, is_live: false, clean: 0 });
        } else if self.clean.is_multiple_of(self.every) {
            let more = self.quota.saturating_add(self.stride);
            self.experiment = Some(Experiment::More { quota: self.lost.map_or(more, |lost| more.min(lost)) });
        }
    }
}
