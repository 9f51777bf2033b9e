//! The clock of due times: when each attempt would have started, had the slots not all been taken.
//!
//! Pure. The pace of a run never catches up, so that no server gets a burst. This clock remembers how far the starts are
//! behind. It counts only time in which every slot was taken: no pause, no wait that a server asks for, no lack of jobs, and
//! no lateness of this machine. Start at [`DueClock::start`].

use crate::event::due_time::{DueTime, MissedStarts};
use crate::event::{Micros, Offset};

/// The clock of due times.
#[derive(Debug, Default)]
pub(super) struct DueClock {
    /// How far the starts are behind.
    behind: Micros,
    /// For how long every slot has been taken since the next start was due by the pace.
    busy: Micros,
    /// How many slots are free, while only the pace holds the next start back.
    free: u32,
    /// Free slots × time, in which starts that are behind could have been made.
    unused: Micros,
    /// How long attempts take, mostly the last ones.
    service: Micros,
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
    /// Whether the starts are behind.
    pub(super) fn is_behind(&self) -> bool {
        !self.behind.is_zero()
    }

    /// Every slot was taken for so long, after the next start was due by the pace.
    pub(super) fn add_busy(&mut self, time: Micros) {
        self.busy += time;
    }

    /// Time passes in which not every slot is taken.
    pub(super) fn pass(&mut self, time: Micros) {
        if self.is_behind() {
            self.unused += Micros(time.0.saturating_mul(self.free.into()));
        }
    }

    /// So many slots are free, and only the pace holds the next start back.
    pub(super) fn hold_by_pace(&mut self, free: u32) {
        self.free = free;
    }

    /// An attempt has ended that took so long.
    pub(super) fn end(&mut self, took: Micros) {
        self.service = if self.service.is_zero() { took } else { Micros(self.service.0.midpoint(took.0)) };
    }

    /// Forgets how far the starts are behind: what holds the next one is not the slots.
    pub(super) fn reset(&mut self) {
        *self = Self { service: self.service, ..Self::default() };
    }

    /// Counts a start. Returns when it was due, if that was earlier.
    ///
    /// Slots that were free while the pace held the starts back could have made some that are behind. Those are missed.
    pub(super) fn start(&mut self, start: PacedStart) -> Option<DueTime> {
        let busy = self.busy.min(start.waited);
        let due_at = |late: Micros| Offset(start.now.0.saturating_sub(late.0));
        let first = due_at(self.behind + busy);
        let n_behind = self.behind.0.checked_div(start.gap.0).unwrap_or(0);
        let n = (self.unused.0 / self.service.0.max(1)).min(n_behind);
        if n == n_behind {
            (self.behind, self.unused) = (Micros::ZERO, Micros::ZERO);
        } else {
            self.behind = Micros(self.behind.0 - n * start.gap.0);
            self.unused = Micros(self.unused.0 - n * self.service.0.max(1));
        }
        let late = self.behind + busy;
        self.behind += busy.min(start.slide);
        (self.busy, self.free) = (Micros::ZERO, 0);
        let missed = (n > 0).then_some(MissedStarts { n, first });
        (!late.is_zero() || n > 0).then_some(DueTime { at: due_at(late), missed })
    }
}
