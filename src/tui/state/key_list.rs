//! The state of the help: its scroll position and its search text.
//!
//! Start at [`KeyList`].

use ratatui::crossterm::event::{Event as TerminalEvent, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

/// The open list of keys.
#[derive(Debug, Default)]
pub struct KeyList {
    /// The first visible line.
    pub scroll: usize,
    /// The maximum scroll position in the last picture.
    end: usize,
    text: Input,
    /// The search text is being typed.
    pub is_typing: bool,
}

impl KeyList {
    /// The search text. It is foreign, because it may have been pasted.
    pub fn text(&self) -> &str {
        self.text.value()
    }

    /// Records the maximum scroll position of a picture.
    pub(super) fn fit(&mut self, end: usize) {
        self.end = end;
        self.scroll = self.scroll.min(end);
    }

    /// Scrolls by some lines.
    pub(super) fn step(&mut self, by: isize) {
        self.scroll = self.scroll.saturating_add_signed(by).min(self.end);
    }

    pub(super) fn edit(&mut self, key: KeyEvent) {
        self.text.handle_event(&TerminalEvent::Key(key));
        self.scroll = 0;
    }

    /// Appends to the search text.
    pub(super) fn paste(&mut self, line: &str) {
        self.text = format!("{}{line}", self.text.value()).into();
        self.scroll = 0;
    }

    /// The list after the key that goes back: without its search text, or else closed.
    pub(super) fn after_back(self) -> Option<Self> {
        let is_searched = self.is_typing || !self.text().is_empty();
        is_searched.then(Self::default)
    }

    /// The list after its own key: closed if it was open, and otherwise at the top.
    pub(super) fn toggled(is_open: bool) -> Option<Self> {
        if is_open { None } else { Some(Self::default()) }
    }
}
