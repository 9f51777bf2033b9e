//! Click targets: what can be clicked and where, recorded while it is drawn.
//!
//! Start at [`ClickTargets::at`].

use ratatui::layout::{Position, Rect};

use crate::tui::action::Action;
use crate::tui::views::View;

/// A target of a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClickTarget {
    /// The tab of a view.
    Tab(View),
    /// The name of a column that rows can be sorted by.
    Head(usize),
    /// A row of the view, by its number.
    Row(usize),
    /// A key of the footer, and what it does.
    Hint(Action),
    /// A row of the list of what can be done.
    Choice(usize),
    /// A sheet: what is below it cannot be reached.
    Sheet,
}

/// Everything in one picture that can be clicked.
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

    /// Everything there is, as it was drawn.
    pub fn iter(&self) -> impl Iterator<Item = (Rect, ClickTarget)> {
        self.0.iter().copied()
    }
}
