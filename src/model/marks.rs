//! Marks under the in-flight chart that explain why the level changed.
//!
//! Start at [`Marks`].

use crate::event::{Micros, Offset};

/// Why the level changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first refusal of a burst, with its status.
    Refusals(u16),
    /// The limit was changed, from and to.
    Limit(u32, u32),
    /// The run was paused.
    Paused,
    /// The run was resumed.
    Resumed,
    /// The user marked this moment; the number of the mark, from 0.
    Marked(u64),
    /// The run is draining.
    Draining,
    /// The process or its machine was stopped for this long.
    Stopped(Micros),
}

/// The last marks, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: Vec<(Offset, Mark)>,
    last_refusal: Option<Offset>,
}

impl Marks {
    /// Number of marks kept; a chart has no space for more.
    const KEPT: usize = 32;
    /// Refusals closer than this belong to one burst.
    const BURST: u64 = 5_000_000;

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Offset, Mark)> + '_ {
        self.marks.iter().copied()
    }

    /// When an attempt was last refused.
    pub fn last_refusal(&self) -> Option<Offset> {
        self.last_refusal
    }

    /// Sets a mark. Limit changes in quick succession share one mark, from the first value to the last.
    pub(super) fn set(&mut self, at: Offset, mark: Mark) {
        const SAME_CHANGE: u64 = 1_000_000;
        if let Mark::Limit(_, to) = mark
            && let Some((last_at, Mark::Limit(_, last_to))) = self.marks.last_mut()
            && at.since(*last_at).0 < SAME_CHANGE
        {
            *last_to = to;
            *last_at = at;
            return;
        }
        if self.marks.len() == Self::KEPT {
            self.marks.remove(0);
        }
        self.marks.push((at, mark));
    }

    /// Records a refusal; the first one of a burst sets a mark.
    pub(super) fn record_refusal(&mut self, at: Offset, status: u16) {
        if self.last_refusal.is_none_or(|last| at.since(last).0 >= Self::BURST) {
            self.set(at, Mark::Refusals(status));
        }
        self.last_refusal = Some(at);
    }
}
