//! Clicks and the mouse wheel, translated into actions.
//! Start at [`UiState::click`].

use crate::event::Offset;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::rows::rows_of;
use crate::tui::state::UiState;
use crate::tui::views::View;

/// Rows that one notch of the wheel moves.
const NOTCH: isize = 3;

impl UiState {
    /// Takes a click in: chooses what can be chosen at once, and gives back what is to be done.
    pub fn click(&mut self, target: ClickTarget, now: Offset) -> Option<Action> {
        if self.is_typing && matches!(target, ClickTarget::Row(_) | ClickTarget::Head(_) | ClickTarget::Tab(_)) {
            // A click on a result ends typing.
            self.is_typing = false;
        }
        let context = self.context();
        let action = match target {
            ClickTarget::Tab(view) => Action::Show(view),
            ClickTarget::Hint(action) => action,
            ClickTarget::Choice(row) => {
                self.palette.as_mut()?.at = row;
                Action::Choose
            }
            ClickTarget::Head(_) | ClickTarget::Row(_) if !matches!(context, Context::At(_)) => return None,
            ClickTarget::Head(column) if column == self.list().column => Action::SortReverse,
            ClickTarget::Head(column) => {
                self.sort_by(column, "sorted", now);
                return None;
            }
            ClickTarget::Row(row) if self.clicked == Some((self.view, row)) => Action::Open,
            ClickTarget::Row(row) => {
                self.clicked = Some((self.view, row));
                let rows = rows_of(self.view);
                self.list_mut().select(row, rows);
                return None;
            }
            ClickTarget::Sheet => return None,
        };
        keymap::entry(action).is_some_and(|entry| entry.contexts.contains(&context)).then_some(action)
    }

    /// Turns the wheel: what is in sight moves, and the selection only where it would be left behind.
    pub fn turn_wheel(&mut self, is_up: bool) {
        let by = if is_up { -NOTCH } else { NOTCH };
        match self.context() {
            // There is one row on it, and those are its neighbours.
            Context::At(View::Endpoint) | Context::Palette => self.step(by.signum()),
            Context::Help | Context::Example => self.step(by),
            Context::At(view) => self.list_mut().scroll_by(by, rows_of(view)),
            Context::Race | Context::Prompt | Context::Menu | Context::Question | Context::Confirm => {}
        }
    }
}
