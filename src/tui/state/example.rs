//! Which example of a failure lies open, and how far it is scrolled.
//!
//! Start at [`UiState::open_example`].

use crate::model::Model;
use crate::tui::rows::failures::example_count;
use crate::tui::state::UiState;

/// An example that lies open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The row of its cause.
    pub row: usize,
    /// Which of that cause's examples.
    pub nth: usize,
    /// The first line in sight.
    pub scroll: usize,
    /// The furthest line it can be scrolled to, when it was last drawn.
    end: usize,
}

impl UiState {
    /// Opens the first example of a cause.
    pub(super) fn open_example(&mut self, row: usize) {
        self.example = Some(Opened { row, ..Opened::default() });
    }

    /// Records how far the example can be scrolled.
    pub(super) fn fit_example(&mut self, end: usize) {
        if let Some(opened) = &mut self.example {
            opened.end = end;
            opened.scroll = opened.scroll.min(end);
        }
    }

    /// Goes on to another example of the same cause.
    pub(super) fn turn_example(&mut self, by: isize, model: &Model) {
        if let Some(opened) = &mut self.example {
            let last = example_count(model, opened.row).saturating_sub(1);
            (opened.nth, opened.scroll) = (opened.nth.saturating_add_signed(by).min(last), 0);
        }
    }
}

impl Opened {
    /// Scrolls.
    pub(super) fn step(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }
}
