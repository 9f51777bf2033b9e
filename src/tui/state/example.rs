//! Which example of a failure lies open, and how far it is scrolled.
//!
//! Start at [`UiState::open_example`].

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::state::UiState;
use crate::tui::view::failures::example;

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
    pub(super) fn open_example(&mut self, row: usize, model: &Model) {
        self.example = Some(Opened { row, ..Opened::default() });
        self.measure_example(self.area, model);
    }

    /// Takes the size of the screen in, so that scrolling knows its end.
    pub(super) fn measure_example(&mut self, area: Rect, model: &Model) {
        if let Some(opened) = &mut self.example {
            opened.end = example::last_row(area, model, *opened);
            opened.scroll = opened.scroll.min(opened.end);
        }
    }

    /// Goes on to another example of the same cause.
    pub(super) fn turn_example(&mut self, by: isize, model: &Model) {
        if let Some(opened) = &mut self.example {
            let last = example::n(model, opened.row).saturating_sub(1);
            (opened.nth, opened.scroll) = (opened.nth.saturating_add_signed(by).min(last), 0);
            self.measure_example(self.area, model);
        }
    }
}

impl Opened {
    /// Scrolls.
    pub(super) fn step(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }
}
