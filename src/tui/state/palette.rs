//! The list of what can be done now: what is typed to narrow it, and the place in it.
//!
//! Start at [`Palette::rows`].

use ratatui::crossterm::event::Event as TerminalEvent;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::control::Abilities;
use crate::tui::action::Action;
use crate::tui::keymap::entry::{ActionEntry, Context};
use crate::tui::keymap::search::search;
use ratatui::crossterm::event::KeyEvent;

/// The list, while it lies open.
#[derive(Debug)]
pub struct Palette {
    /// What lies below it, and so what can be done.
    under: Context,
    can: Abilities,
    /// What is typed.
    text: Input,
    /// The selected row.
    pub at: usize,
}

impl Palette {
    /// Everything that can be done there.
    pub(super) fn over(under: Context, can: Abilities) -> Self {
        Self { under, can, text: Input::default(), at: 0 }
    }

    /// What is typed; foreign text, for it may have been pasted.
    pub fn text(&self) -> &str {
        self.text.value()
    }

    /// The actions that fit it, the best first; what this source can never do comes last.
    pub fn rows(&self) -> Vec<&'static ActionEntry> {
        let mut rows = search(self.under, self.text.value());
        rows.sort_by_key(|entry| entry.needs.refusal(self.can).is_some());
        rows
    }

    /// How many there are while nothing is typed.
    pub fn n_all(&self) -> usize {
        search(self.under, "").len()
    }

    /// The selected one.
    pub fn chosen(&self) -> Option<Action> {
        self.rows().get(self.at).map(|entry| entry.action)
    }

    pub(super) fn edit(&mut self, key: KeyEvent) {
        self.text.handle_event(&TerminalEvent::Key(key));
        self.at = 0;
    }

    /// Goes on where the text ends.
    pub(super) fn paste(&mut self, line: &str) {
        self.text = format!("{}{line}", self.text.value()).into();
        self.at = 0;
    }

    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows().len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }
}
