//! Moves in what the screen shows: order, auto-scroll, time axis, selection, and the scroll position of popups.
//!
//! Start at [`UiState::step`].

use crate::event::Offset;
use crate::model::Model;
use crate::tui::rows::grouping::Grouping;
use crate::tui::rows::list::List;
use crate::tui::state::UiState;
use crate::tui::views::View;

/// The remark when new rows move the others.
const FOLLOWED: &str = "following the newest rows";
/// The remark when they do not.
const NOT_FOLLOWED: &str = "the newest rows are not followed";

impl UiState {
    /// Groups the overview by the next thing.
    pub(super) fn regroup(&mut self, model: &Model, now: Offset) {
        let next = self.grouping.next(model);
        self.chosen_grouping = Some(next);
        self.fit_grouping(model);
        self.show_remark(&format!("grouped by {}", next.rows().noun()), now);
    }

    /// Starts the overview anew if its rows stand for something else now.
    pub(super) fn fit_grouping(&mut self, model: &Model) {
        let grouping = self.chosen_grouping.unwrap_or_else(|| Grouping::usual(model));
        if std::mem::replace(&mut self.grouping, grouping) != grouping {
            let all = &mut self.lists[View::Overview as usize];
            *all = List::with_filter(all.filter.value().to_owned());
        }
    }

    /// Sorts by the next column.
    pub(super) fn sort(&mut self, how: &str, now: Offset) {
        let n = self.rows().columns().len();
        self.sort_by((self.list().column + 1) % n, how, now);
    }

    /// Sorts by a column.
    pub(super) fn sort_by(&mut self, column: usize, how: &str, now: Offset) {
        let columns = self.rows().columns();
        let list = self.list_mut();
        list.column = column;
        list.is_reversed = false;
        list.invalidate();
        let by = columns.get(list.column).copied().unwrap_or_default();
        self.show_remark(&format!("{how} by {by}"), now);
    }

    /// Toggles auto-scroll.
    pub(super) fn follow(&mut self, now: Offset) {
        if self.view == View::Output {
            self.output.toggle_follow();
            let is_followed = self.output.is_followed();
            return self.show_remark(if is_followed { FOLLOWED } else { NOT_FOLLOWED }, now);
        }
        let list = self.list_mut();
        if list.column != 0 {
            // Auto-scroll needs the rows in order of time.
            list.column = 0;
            list.is_scroll_locked = false;
            list.invalidate();
        } else {
            list.is_scroll_locked = !list.is_scroll_locked;
        }
        let is_locked = self.list().is_scroll_locked;
        if is_locked {
            self.axis.pin();
        } else {
            self.axis.follow_rows();
        }
        self.show_remark(if is_locked { NOT_FOLLOWED } else { FOLLOWED }, now);
    }

    /// Reverses the order.
    pub(super) fn reverse(&mut self, now: Offset) {
        let list = self.list_mut();
        list.is_reversed = !list.is_reversed;
        list.invalidate();
        let how = if list.is_reversed { "reversed" } else { "in the usual order" };
        self.show_remark(how, now);
    }

    /// Toggles the scale of latencies.
    pub(super) fn change_scale(&mut self, now: Offset) {
        self.is_linear = !self.is_linear;
        self.show_remark(if self.is_linear { "linear scale" } else { "logarithmic scale" }, now);
    }

    /// Pans to another time, and turns auto-scroll off.
    pub(super) fn pan(&mut self, quarters: i64, now: Offset) {
        self.axis.pan(quarters, now);
        self.list_mut().is_scroll_locked = true;
    }

    /// Zooms the time axis around the selected row or the newest.
    pub(super) fn zoom(&mut self, is_in: bool, model: &Model, now: Offset) {
        let list = self.list();
        let around = match list.selected_row().filter(|_| list.is_scroll_locked) {
            Some(row) => model.timeline.nth(row as u64).map(|bar| bar.started),
            None => Some(model.ended.unwrap_or(now)),
        };
        let is_followed = !list.is_scroll_locked;
        self.axis.zoom(is_in, around.unwrap_or(self.axis.from), is_followed);
    }

    /// Moves the selection, or scrolls the open popup.
    pub(super) fn step(&mut self, by: isize) {
        if let Some(palette) = &mut self.palette {
            return palette.step(by);
        }
        if let Some(menu) = &mut self.settings {
            return menu.step(by);
        }
        if let Some(list) = &mut self.help {
            return list.step(by);
        }
        if let Some(row) = &mut self.working {
            *row = row.saturating_add_signed(by).min(self.working_end);
            return;
        }
        if let Some(comparison) = &mut self.comparison {
            return comparison.scroll_by(by);
        }
        if let Some(card) = &mut self.card {
            return card.scroll_by(by);
        }
        if self.view == View::Output {
            return self.output.step(by);
        }
        let rows = self.rows();
        self.list_mut().step(by, rows);
    }
}
