//! What can be clicked, and where: noted down while it is drawn, so that both have one geometry.
//!
//! Start at [`Targets::at`].

use ratatui::layout::{Position, Rect};

use crate::tui::action::Action;
use crate::tui::views::View;

/// What lies under the mouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
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
pub struct Targets(Vec<(Rect, Target)>);

impl Targets {
    /// Notes down what has just been drawn.
    pub fn add(&mut self, area: Rect, target: Target) {
        if !area.is_empty() {
            self.0.push((area, target));
        }
    }

    /// What lies there: whatever was drawn last.
    pub fn at(&self, position: Position) -> Option<Target> {
        self.0.iter().rev().find(|(area, _)| area.contains(position)).map(|(_, target)| *target)
    }

    /// Everything there is, as it was drawn.
    pub fn iter(&self) -> impl Iterator<Item = (Rect, Target)> {
        self.0.iter().copied()
    }
}
