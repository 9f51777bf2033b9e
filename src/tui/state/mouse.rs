//! Clicks and the mouse wheel, translated into actions.
//! Start at [`UiState::click`].

use crate::event::Offset;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::UiState;
use crate::tui::views::View;

/// The rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;

impl UiState {
    /// Handles a click: selects what was clicked, and returns the action to perform, if any.
    pub fn click(&mut self, target: ClickTarget, now: Offset) -> Option<Action> {
        if self.is_typing && matches!(target, ClickTarget::Row(_) | ClickTarget::ColumnHeader(_) | ClickTarget::Tab(_))
        {
            // A click on a result ends typing.
            self.is_typing = false;
        }
        let context = self.context();
        let action = match target {
            ClickTarget::Tab(view) => Action::Show(view),
            ClickTarget::Hint(action) => action,
            ClickTarget::PaletteRow(row) => {
                self.palette.as_mut()?.selected = row;
                Action::Choose
            }
            ClickTarget::ColumnHeader(_) | ClickTarget::Row(_) if !matches!(context, Context::At(_)) => return None,
            ClickTarget::ColumnHeader(column) if column == self.list().column => Action::SortReverse,
            ClickTarget::ColumnHeader(column) => {
                self.sort_by(column, "sorted", now);
                return None;
            }
            ClickTarget::SlowAttempt(..) if context != Context::At(View::Endpoint) => return None,
            ClickTarget::Row(_) | ClickTarget::SlowAttempt(..) if self.clicked == Some(target) => Action::Open,
            ClickTarget::SlowAttempt(origin, attempt) => {
                (self.clicked, self.slow) = (Some(target), Some((origin, attempt)));
                return None;
            }
            ClickTarget::Moment(at) => {
                self.moments.clicked = Some(at);
                Action::SeekTo
            }
            ClickTarget::Row(row) => {
                self.clicked = Some(target);
                let rows = self.rows();
                self.list_mut().select(row, rows);
                return None;
            }
            ClickTarget::Popup | ClickTarget::Lane(_) => return None,
        };
        keymap::entry(action).is_some_and(|entry| entry.contexts.contains(&context)).then_some(action)
    }

    /// Scrolls by one notch of the wheel. The selection moves only if it would become invisible.
    pub fn scroll_wheel(&mut self, is_up: bool) {
        let by = if is_up { -NOTCH } else { NOTCH };
        match self.context() {
            // The endpoint view shows one row, so the wheel moves to its neighbours.
            Context::At(View::Endpoint) | Context::Palette | Context::Settings => self.step(by.signum()),
            Context::Help | Context::Card | Context::Compare => self.step(by),
            Context::At(_) => {
                let rows = self.rows();
                self.list_mut().scroll_by(by, rows);
            }
            Context::Race | Context::Prompt | Context::Menu | Context::Question | Context::Confirm => {}
        }
    }
}
