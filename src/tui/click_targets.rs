//! Click targets: the areas of the screen that react to a click, recorded while it is drawn.
//!
//! Start at [`ClickTargets::at`].

use ratatui::layout::{Position, Rect};

use crate::event::origin::Origin;
use crate::event::{Attempt, Offset};
use crate::tui::action::Action;
use crate::tui::views::View;

/// A target of a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// The tab of a view.
    Tab(View),
    /// The header of a sortable column.
    ColumnHeader(usize),
    /// A row of the list, by its number.
    Row(usize),
    /// One of an endpoint's slowest attempts.
    SlowAttempt(Origin, Attempt),
    /// A moment on the scrub bar of a replay.
    Moment(Offset),
    /// A key hint of the footer, with its action.
    Hint(Action),
    /// A lane of the lab, by its index.
    Lane(u8),
    /// A row of the palette.
    PaletteRow(usize),
    /// A popup: it covers the targets below it.
    Popup,
}

/// All click targets of one picture.
#[derive(Clone, Debug, Default)]
pub struct ClickTargets(Vec<(Rect, ClickTarget)>);

impl ClickTargets {
    /// Records a target.
    pub fn add(&mut self, area: Rect, target: ClickTarget) {
        if !area.is_empty() {
            self.0.push((area, target));
        }
    }

    /// The target at a position; the last drawn is on top.
    pub fn at(&self, position: Position) -> Option<ClickTarget> {
        self.0.iter().rev().find(|(area, _)| area.contains(position)).map(|(_, target)| *target)
    }

    /// All targets, in the order in which they were drawn.
    pub fn iter(&self) -> impl Iterator<Item = (Rect, ClickTarget)> {
        self.0.iter().copied()
    }
}
