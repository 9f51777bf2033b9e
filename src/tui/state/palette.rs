//! The state of the action palette: the search text and the selected action.
//!
//! Start at [`Palette::rows`].

use ratatui::crossterm::event::Event as TerminalEvent;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;

use crate::control::Abilities;
use crate::event::Offset;
use crate::tui::action::Action;
use crate::tui::keymap::entry::{ActionEntry, Context};
use crate::tui::keymap::search::search;
use crate::tui::state::moments::parse_moment;
use ratatui::crossterm::event::KeyEvent;

/// The open palette.
#[derive(Debug)]
pub struct Palette {
    /// The context below the palette, which decides the listed actions.
    context: Context,
    can: Abilities,
    /// The search text.
    text: Input,
    /// The selected row.
    pub selected: usize,
    /// The end of the replay, in which a typed moment can be sought.
    replay_end: Option<Offset>,
}

impl Palette {
    /// A palette for a context and a source's abilities.
    pub(super) fn new(context: Context, can: Abilities) -> Self {
        Self { context, can, text: Input::default(), selected: 0, replay_end: None }
    }

    /// The same for a replay with this end.
    pub(super) fn of_replay(self, replay_end: Option<Offset>) -> Self {
        Self { replay_end, ..self }
    }

    /// The search text. It is foreign, because it may have been pasted.
    pub fn text(&self) -> &str {
        self.text.value()
    }

    /// The matching actions, best first. Actions that the source does not support come last.
    pub fn rows(&self) -> Vec<&'static ActionEntry> {
        let mut rows = search(self.context, self.text.value());
        rows.sort_by_key(|entry| entry.needs.refusal(self.can).is_some());
        rows
    }

    /// The number of actions without a search text.
    pub fn n_unfiltered(&self) -> usize {
        search(self.context, "").len()
    }

    /// The selected action.
    pub fn selected_action(&self) -> Option<Action> {
        self.rows().get(self.selected).map(|entry| entry.action)
    }

    pub(super) fn edit(&mut self, key: KeyEvent) {
        self.text.handle_event(&TerminalEvent::Key(key));
        self.selected = 0;
    }

    /// Replaces the search text.
    pub(super) fn set_text(&mut self, text: String) {
        self.text = text.into();
        self.selected = 0;
    }

    /// The moment of a replay that was typed instead of an action.
    pub fn moment(&self) -> Option<Offset> {
        parse_moment(self.text.value(), self.replay_end?)
    }

    /// Appends to the search text.
    pub(super) fn paste(&mut self, line: &str) {
        self.text = format!("{}{line}", self.text.value()).into();
        self.selected = 0;
    }

    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows().len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
    }
}
