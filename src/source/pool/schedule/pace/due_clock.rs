//! The clock of due times: when each attempt would have started, had the slots not all been taken.
//!
//! Pure. The pace of a run never catches up, so that no server gets a burst. This clock remembers how far the starts are
//! behind. It counts only time in which every slot was taken: no pause, no wait that a server asks for, no lack of jobs, and
//! no lateness of this machine. Start at [`DueClock::start`].

use crate::event::due_time::DueTime;
use crate::event::{Micros, Offset};

/// The clock of due times.
#[derive(Debug, Default)]
pub(super) struct DueClock {
    /// How far the starts are behind.
    behind: Micros,
    /// For how long every slot has been taken since the next start was due by the pace.
    busy: Micros,
    /// Whether a slot is free, and only the pace holds the next start back.
    is_held_by_pace: bool,
}

/// A start, as the pace sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct PacedStart {
    pub(super) now: Offset,
    /// For how long its job has waited for a slot.
    pub(super) waited: Micros,
    /// By how much it moves all later starts.
    pub(super) slide: Micros,
    /// The time between two starts.
    pub(super) gap: Micros,
}

impl DueClock {
    /// Every slot was taken for so long, after the next start was due by the pace.
    pub(super) fn add_busy(&mut self, time: Micros) {
        self.busy += time;
    }

    /// A slot is free, and only the pace holds the next start back.
    pub(super) fn hold_by_pace(&mut self) {
        self.is_held_by_pace = true;
    }

    /// Forgets how far the starts are behind: what holds the next one is not the slots.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Counts a start. Returns when it was due, if that was earlier.
    ///
    /// Once only the pace holds the starts back, those that are behind will never be made: they are missed, and count as if
    /// they had been sent together with this one.
    pub(super) fn start(&mut self, start: PacedStart) -> Option<DueTime> {
        let busy = self.busy.min(start.waited);
        let late = self.behind + busy;
        let mut missed = 0;
        if std::mem::take(&mut self.is_held_by_pace) {
            missed = late.0.checked_div(start.gap.0).unwrap_or(0);
            self.behind = Micros::ZERO;
        } else {
            self.behind += busy.min(start.slide);
        }
        self.busy = Micros::ZERO;
        let at = Offset(start.now.0.saturating_sub(late.0));
        (!late.is_zero()).then_some(DueTime { at, missed })
    }
}
