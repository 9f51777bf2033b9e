//! The list of one view: filtered and sorted rows, the selection and the scroll position.
//!
//! Every view keeps its own list, so that its position is remembered. Start at [`List::refresh`].

use std::ops::Range;

use tui_input::Input;

use crate::event::Offset;
use crate::model::{Model, Stage};
use crate::tui::rows::filter::Filter;
use crate::tui::rows::listing::Listing;
use crate::tui::rows::sort_key::SortKey;

/// The rows of one view.
#[derive(Debug, Default)]
pub struct List {
    /// The matching rows, in display order.
    pub order: Vec<usize>,
    /// The selected row.
    pub selected: usize,
    /// The number of rows above the first visible one.
    pub scroll: usize,
    /// The number of rows that were visible in the last picture.
    pub page: usize,
    /// The column that rows are sorted by.
    pub column: usize,
    /// The sort order is reversed.
    pub is_reversed: bool,
    /// The filter's text.
    pub filter: Input,
    /// Auto-scroll is off: new rows do not move the visible ones.
    pub is_scroll_locked: bool,
    arranged: Option<Arranged>,
    /// The occupant of the selected row in the last picture.
    occupant: Option<u64>,
}

/// The inputs of the current order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arranged {
    at: Offset,
    range: Range<usize>,
    is_over: bool,
    n_changes: u64,
}

impl List {
    /// A list with a filter, before its first refresh.
    pub fn with_filter(filter: String) -> Self {
        Self { filter: filter.into(), ..Self::default() }
    }

    /// A copy with the same filter and order, and another selected row.
    #[must_use]
    pub fn with_selected(&self, row: usize) -> Self {
        let filter = self.filter.value().to_owned();
        // The order is copied too, so that the selection keeps its position.
        let order = self.order.clone();
        Self { order, selected: row, column: self.column, is_reversed: self.is_reversed, ..Self::with_filter(filter) }
    }

    /// Updates order and selection; called before each picture.
    pub fn refresh(&mut self, rows: &dyn Listing, model: &Model, now: Offset) {
        if self.is_stale(rows, model, now) {
            self.arrange(rows, model, now);
        }
        self.keep_in_view(rows);
        self.occupant = Some(rows.occupant(model, self.selected));
    }

    /// Makes the next refresh sort and filter again.
    pub fn invalidate(&mut self) {
        self.arranged = None;
    }

    /// Applies a changed filter text, from the top of the list.
    pub fn refilter(&mut self) {
        self.invalidate();
        self.scroll = 0;
    }

    /// The rows from the first visible one on, each with whether it is selected.
    pub fn visible_rows(&self) -> impl Iterator<Item = (usize, bool)> {
        self.order.iter().skip(self.scroll).map(|&row| (row, row == self.selected))
    }

    /// The selected row, if it matches the filter.
    pub fn selected_row(&self) -> Option<usize> {
        self.row_of_selected().map(|_| self.selected)
    }

    /// Moves the selection by some rows.
    pub fn step(&mut self, by: isize, rows: &dyn Listing) {
        let at = self.row_of_selected().unwrap_or(self.scroll);
        let last = self.order.len().saturating_sub(1);
        self.go_to(at.saturating_add_signed(by).min(last), rows);
    }

    /// Selects a row, if it matches the filter.
    pub fn select(&mut self, row: usize, rows: &dyn Listing) {
        if let Some(to) = self.order.iter().position(|&known| known == row) {
            self.go_to(to, rows);
        }
    }

    /// Scrolls; the selection moves only if it would become invisible.
    pub fn scroll_by(&mut self, by: isize, rows: &dyn Listing) {
        let (room, n) = (self.page.max(1), self.order.len());
        let last = n.saturating_sub(room);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
        let visible = self.scroll..(self.scroll + room).min(n);
        let newest = if self.is_reversed { 0 } else { n.saturating_sub(1) };
        let at = self.row_of_selected().unwrap_or(self.scroll);
        let to = if self.is_stream(rows) && visible.contains(&newest) {
            newest
        } else {
            at.clamp(self.scroll, visible.end.saturating_sub(1).max(self.scroll))
        };
        self.go_to(to, rows);
    }

    fn go_to(&mut self, to: usize, rows: &dyn Listing) {
        if let Some(&row) = self.order.get(to) {
            self.selected = row;
            self.occupant = None;
        }
        // Selecting the newest row turns auto-scroll on again.
        let newest = if self.is_reversed { 0 } else { self.order.len().saturating_sub(1) };
        self.is_scroll_locked = to != newest;
        self.keep_in_view(rows);
    }

    /// Whether new rows appear at one end only. Sorted by anything but time, they appear anywhere.
    fn is_stream(&self, rows: &dyn Listing) -> bool {
        rows.is_stream() && self.column == 0
    }

    /// The number of rows that a page key moves.
    pub fn page_step(&self) -> isize {
        isize::try_from(self.page.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn is_stale(&self, rows: &dyn Listing, model: &Model, now: Offset) -> bool {
        let Some(arranged) = &self.arranged else { return true };
        let range = rows.range(model);
        let has_more = range != arranged.range;
        // Nothing is drawn after the end of the run, so its order must be correct at once.
        if arranged.is_over != is_over(model) || (has_more && self.filter.value().is_empty()) {
            return true;
        }
        // A replay that is paused may go back, and it may reach a moment only after its first picture.
        let is_other_moment = now < arranged.at || (now == arranged.at && n_changes(model) != arranged.n_changes);
        let is_old = is_other_moment || now.since(arranged.at) >= rows.order_lifetime(self.column);
        // The rows of a stream keep their order, so only new rows require sorting.
        is_old && (has_more || !self.is_stream(rows))
    }

    /// Sorts and filters the rows.
    fn arrange(&mut self, rows: &dyn Listing, model: &Model, now: Offset) {
        let range = rows.range(model);
        let old_place = self.row_of_selected();
        let first_visible = self.order.get(self.scroll).copied();
        let filter = Filter::parse(self.filter.value());
        let matches = |row: &usize| filter.accepts(|term| rows.matches(model, *row, now, term));
        self.order.clear();
        rows.collect(model, self.column, !filter.is_empty(), &mut self.order);
        if !filter.is_empty() {
            self.order.retain(matches);
        }
        self.sort(rows, model, now);
        // The user has changed filter or order, so the list starts at the top.
        let is_new_query = self.arranged.is_none();
        self.arranged = Some(Arranged { at: now, range, is_over: is_over(model), n_changes: n_changes(model) });
        if self.is_stream(rows) {
            return self.keep_position(first_visible);
        }
        // The selection follows its row. At the top it stays there instead, to show the next row.
        let follows_top = old_place == Some(0) && !rows.has_detail();
        let has_new_occupant = self.occupant.is_some_and(|before| before != rows.occupant(model, self.selected));
        let is_gone = self.row_of_selected().is_none();
        let place = if follows_top || old_place.is_none() || (is_gone && is_new_query) {
            Some(0)
        } else if has_new_occupant || is_gone {
            // The selected row is gone, so the cursor keeps its position.
            old_place
        } else {
            None
        };
        let last = self.order.len().saturating_sub(1);
        if let Some(&row) = place.and_then(|at| self.order.get(at.min(last))) {
            self.selected = row;
        }
    }

    /// Computes each row's key once; the sort is stable in both directions.
    fn sort(&mut self, rows: &dyn Listing, model: &Model, now: Offset) {
        let mut keyed: Vec<(SortKey, usize)> =
            self.order.iter().map(|&row| (rows.sort_key(model, row, self.column, now), row)).collect();
        if self.is_reversed {
            keyed.sort_by(|(a, _), (b, _)| b.cmp(a));
        } else {
            keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
        self.order.clear();
        self.order.extend(keyed.into_iter().map(|(_, row)| row));
    }

    /// While auto-scroll is off, keeps the visible rows in place when rows appear or expire. Old rows expire first.
    fn keep_position(&mut self, first_visible: Option<usize>) {
        if !self.is_scroll_locked {
            return;
        }
        let is_before = |row: usize, than: usize| if self.is_reversed { row > than } else { row < than };
        let place = |wanted: usize| self.order.partition_point(|&row| is_before(row, wanted));
        if let Some(first) = first_visible {
            self.scroll = place(first);
        }
        let at = place(self.selected).min(self.order.len().saturating_sub(1));
        if let Some(&row) = self.order.get(at) {
            self.selected = row;
        }
    }

    fn row_of_selected(&self) -> Option<usize> {
        self.order.iter().position(|&row| row == self.selected)
    }

    fn keep_in_view(&mut self, rows: &dyn Listing) {
        if self.is_stream(rows) && !self.is_scroll_locked {
            let newest = if self.is_reversed { self.order.first() } else { self.order.last() };
            self.selected = newest.copied().unwrap_or(0);
        }
        let room = self.page.max(1);
        self.scroll = self.scroll.min(self.order.len().saturating_sub(room));
        // The cursor stays on the first row until it is moved, so that no row above it is missed.
        if let Some(row) = self.row_of_selected() {
            if row < self.scroll {
                self.scroll = row;
            } else if row >= self.scroll + room {
                self.scroll = row + 1 - room;
            }
        }
    }
}

/// A number that changes with every attempt and every job.
fn n_changes(model: &Model) -> u64 {
    model.totals.started + model.totals.ended + model.totals.settled()
}

/// Whether a run is over.
pub fn is_over(model: &Model) -> bool {
    matches!(model.stage, Stage::Ended(_))
}
