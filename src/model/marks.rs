//! Moments worth a mark under the in-flight chart: why the level changed.
//!
//! Start at [`Marks`].

use crate::event::Offset;

/// Why the level changed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first refusal after a quiet time, with its status.
    Refusals(u16),
    /// The limit was turned, from and to.
    Limit(u32, u32),
    /// The run was paused.
    Paused,
    /// The run was resumed.
    Resumed,
    /// Nothing starts any more.
    Draining,
}

/// The last marks, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    marks: Vec<(Offset, Mark)>,
    last_refusal: Option<Offset>,
}

impl Marks {
    /// Marks kept; a chart has no room for more.
    const KEPT: usize = 32;
    /// Refusals closer than this belong to one burst.
    const BURST: u64 = 5_000_000;

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Offset, Mark)> + '_ {
        self.marks.iter().copied()
    }

    /// Sets a mark. Turning a setting step by step leaves one mark, from the first to the last.
    pub(super) fn set(&mut self, at: Offset, mark: Mark) {
        const SAME_TURN: u64 = 1_000_000;
        if let Mark::Limit(_, to) = mark
            && let Some((last_at, Mark::Limit(_, last_to))) = self.marks.last_mut()
            && at.since(*last_at).0 < SAME_TURN
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

    /// Notes a refusal; the first of a burst sets a mark.
    pub(super) fn refused(&mut self, at: Offset, status: u16) {
        if self.last_refusal.is_none_or(|last| at.since(last).0 >= Self::BURST) {
            self.set(at, Mark::Refusals(status));
        }
        self.last_refusal = Some(at);
    }
}
