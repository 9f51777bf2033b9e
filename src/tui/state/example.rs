//! The open example of a failure, and its scroll position.
//!
//! Start at [`UiState::open_example`].

use crate::model::Model;
use crate::tui::rows::failures::example_count;
use crate::tui::state::UiState;

/// An open example.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenExample {
    /// The row of its cause.
    pub row: usize,
    /// The number of the example, from 0.
    pub nth: usize,
    /// The first visible line.
    pub scroll: usize,
    /// The maximum scroll position in the last picture.
    end: usize,
}

impl UiState {
    /// Opens the first example of a cause.
    pub(super) fn open_example(&mut self, row: usize) {
        self.example = Some(OpenExample { row, ..OpenExample::default() });
    }

    /// Records the maximum scroll position.
    pub(super) fn fit_example(&mut self, end: usize) {
        if let Some(opened) = &mut self.example {
            opened.end = end;
            opened.scroll = opened.scroll.min(end);
        }
    }

    /// Shows another example of the same cause.
    pub(super) fn step_example(&mut self, by: isize, model: &Model) {
        if let Some(opened) = &mut self.example {
            let last = example_count(model, opened.row).saturating_sub(1);
            (opened.nth, opened.scroll) = (opened.nth.saturating_add_signed(by).min(last), 0);
        }
    }
}

impl OpenExample {
    /// Scrolls by some lines.
    pub(super) fn step(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }
}
