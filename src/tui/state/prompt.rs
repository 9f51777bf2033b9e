//! The prompts: the filter and the search of the palette, with what was typed there before.
//!
//! Start at [`UiState::edit`] and [`PromptHistory`].

use ratatui::crossterm::event::{Event as TerminalEvent, KeyEvent};
use tui_input::backend::crossterm::EventHandler;

use crate::event::Offset;
use crate::tui::rows::filter;
use crate::tui::state::UiState;
use crate::tui::state::key_list::KeyList;

/// The lines that were typed into one prompt before, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PromptHistory {
    lines: Vec<String>,
    /// The number of the line that is shown, while the user goes through them.
    shown: Option<usize>,
    /// What was typed before that.
    draft: String,
}

impl PromptHistory {
    /// Number of lines kept.
    const KEPT: usize = 50;

    /// Keeps a line as the newest.
    pub(super) fn keep(&mut self, line: &str) {
        self.shown = None;
        if line.trim().is_empty() {
            return;
        }
        self.lines.retain(|known| known != line);
        if self.lines.len() == Self::KEPT {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// The user types another line.
    pub(super) fn leave(&mut self) {
        self.shown = None;
    }

    /// The line before the one that is shown, or else the newest that differs from what is typed.
    pub(super) fn older(&mut self, typed: &str) -> Option<String> {
        let before = self.shown.unwrap_or(self.lines.len());
        let at = self.lines[..before].iter().rposition(|line| self.shown.is_some() || line != typed)?;
        if self.shown.is_none() {
            typed.clone_into(&mut self.draft);
        }
        self.shown = Some(at);
        self.lines.get(at).cloned()
    }

    /// The line after the one that is shown; after the newest, what was typed before.
    pub(super) fn newer(&mut self) -> Option<String> {
        let after = self.shown? + 1;
        self.shown = Some(after).filter(|after| *after < self.lines.len());
        Some(self.shown.and_then(|at| self.lines.get(at)).unwrap_or(&self.draft).clone())
    }
}

impl UiState {
    /// The line that the user is typing: a filter, or a search in the list of keys.
    pub fn typed_text(&self) -> &str {
        self.help.as_ref().map_or_else(|| self.list().filter.value(), KeyList::text)
    }

    /// Edits the line that the user is typing, with a key that has no action here.
    pub fn edit(&mut self, key: KeyEvent) {
        if let Some(palette) = &mut self.palette {
            self.searches.leave();
            palette.edit(key);
        } else if let Some(list) = self.help.as_mut().filter(|list| list.is_typing) {
            list.edit(key);
        } else if self.is_typing {
            self.filters.leave();
            let list = self.list_mut();
            list.filter.handle_event(&TerminalEvent::Key(key));
            list.refilter();
        }
    }

    /// Appends pasted text to the line that the user is typing.
    pub fn paste(&mut self, text: &str) {
        let line = text.lines().next().unwrap_or_default();
        if let Some(palette) = &mut self.palette {
            self.searches.leave();
            return palette.paste(line);
        }
        if let Some(list) = self.help.as_mut().filter(|list| list.is_typing) {
            return list.paste(line);
        }
        self.filters.leave();
        let typed = format!("{}{line}", self.list().filter.value());
        self.set_filter(typed);
    }

    /// Keeps the typed filter, and says what in it is no term.
    pub(super) fn keep_filter(&mut self, now: Offset) {
        if let Some(list) = &mut self.help {
            list.is_typing = false;
            return;
        }
        self.is_typing = false;
        let typed = self.list().filter.value().to_owned();
        self.filters.keep(&typed);
        if let Some(mistake) = filter::mistake(&typed) {
            self.show_remark(&mistake, now);
        }
    }

    /// Shows an older or a newer line of the open prompt. Returns whether there was one.
    ///
    /// Above the first row, the rows end and the older lines begin.
    pub(super) fn step_history(&mut self, by: isize) -> bool {
        if let Some(palette) = &mut self.palette {
            let line = match by {
                -1 if palette.selected == 0 => self.searches.older(palette.text()),
                1 => self.searches.newer(),
                _ => None,
            };
            return line.map(|line| palette.set_text(line)).is_some();
        }
        if !self.is_typing || self.help.is_some() {
            return false;
        }
        let list = self.list();
        let is_on_top = list.order.first().is_none_or(|first| *first == list.selected);
        let typed = list.filter.value().to_owned();
        let line = match by {
            -1 if is_on_top => self.filters.older(&typed),
            1 => self.filters.newer(),
            _ => None,
        };
        line.map(|line| self.set_filter(line)).is_some()
    }

    /// Selects the next or the previous row that matches the filter, around the ends.
    pub(super) fn next_match(&mut self, by: isize, now: Offset) {
        let list = self.list();
        let n = list.order.len();
        if list.filter.value().is_empty() {
            return self.show_remark("no filter is set, so there is no next match", now);
        }
        if n == 0 {
            return self.show_remark("nothing matches the filter", now);
        }
        let at = list.order.iter().position(|row| *row == list.selected);
        let to = match (at, by < 0) {
            (None, _) => 0,
            (Some(at), false) => (at + 1) % n,
            (Some(at), true) => (at + n - 1) % n,
        };
        let (row, rows) = (list.order[to], self.rows());
        self.list_mut().select(row, rows);
        self.show_remark(&format!("match {} of {n}", to + 1), now);
    }

    fn set_filter(&mut self, text: String) {
        let list = self.list_mut();
        list.filter = text.into();
        list.refilter();
    }
}

#[cfg(test)]
mod tests {
    use super::PromptHistory;

    #[test]
    fn older_lines_come_first_and_the_draft_comes_last() {
        let mut history = PromptHistory::default();
        assert_eq!((history.older("x"), history.newer()), (None, None));
        for line in ["a", "b", " ", "a", "c"] {
            history.keep(line);
        }
        let older = |history: &mut PromptHistory, typed: &str| history.older(typed).unwrap_or_default();
        assert_eq!(older(&mut history, "dr"), "c");
        assert_eq!([older(&mut history, "c"), older(&mut history, "a")], ["a", "b"]);
        assert_eq!(history.older("b"), None);
        let newer = |history: &mut PromptHistory| history.newer().unwrap_or_default();
        assert_eq!([newer(&mut history), newer(&mut history), newer(&mut history)], ["a", "c", "dr"]);
        assert_eq!(history.newer(), None);
        // The line that is already there is not the older one.
        assert_eq!(older(&mut history, "c"), "a");
    }

    #[test]
    fn the_oldest_line_is_forgotten() {
        let mut history = PromptHistory::default();
        (0..60).for_each(|i| history.keep(&i.to_string()));
        assert_eq!((history.lines.len(), history.lines[0].as_str()), (PromptHistory::KEPT, "10"));
    }
}
