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
    /// The rows that match, in the order of the table.
    pub order: Vec<usize>,
    /// The selected row.
    pub selected: usize,
    /// How many rows are above the first in sight.
    pub scroll: usize,
    /// Rows the table had when it was last drawn.
    pub page: usize,
    /// The column it is sorted by.
    pub column: usize,
    /// Sorted the other way round.
    pub is_reversed: bool,
    /// What rows must match.
    pub filter: Input,
    /// The user reads: new rows do not move the visible ones.
    pub is_reading: bool,
    arranged: Option<Arranged>,
    /// The occupant of the selected row at the last picture.
    occupant: Option<u64>,
}

/// The inputs of the current order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Arranged {
    at: Offset,
    range: Range<usize>,
    is_over: bool,
}

impl List {
    /// Rows that match a filter, and no place among them yet.
    pub fn narrowed(filter: String) -> Self {
        Self { filter: filter.into(), ..Self::default() }
    }

    /// The same rows in the same order, with one of them selected.
    pub fn around(&self, row: usize) -> Self {
        let filter = self.filter.value().to_owned();
        // With the order, so that the selection has its place in it.
        let order = self.order.clone();
        Self { order, selected: row, column: self.column, is_reversed: self.is_reversed, ..Self::narrowed(filter) }
    }

    /// Brings order and selection up to date, before a picture is drawn.
    pub fn refresh(&mut self, rows: &dyn Listing, model: &Model, now: Offset) {
        if self.is_stale(rows, model, now) {
            self.arrange(rows, model, now);
        }
        self.keep_in_view(rows);
        self.occupant = Some(rows.occupant(model, self.selected));
    }

    /// Order and filter are made anew at the next picture.
    pub fn upset(&mut self) {
        self.arranged = None;
    }

    /// The filter's text has changed.
    pub fn refilter(&mut self) {
        self.upset();
        self.scroll = 0;
    }

    /// The rows in sight, and which of them is selected.
    pub fn in_sight(&self) -> impl Iterator<Item = (usize, bool)> {
        self.order.iter().skip(self.scroll).map(|&row| (row, row == self.selected))
    }

    /// The selected row, where it is among those that match.
    pub fn chosen(&self) -> Option<usize> {
        self.row_of_selected().map(|_| self.selected)
    }

    /// Moves the selection.
    pub fn step(&mut self, by: isize, rows: &dyn Listing) {
        let at = self.row_of_selected().unwrap_or(self.scroll);
        let last = self.order.len().saturating_sub(1);
        self.go_to(at.saturating_add_signed(by).min(last), rows);
    }

    /// Selects a row, if it is among those that match.
    pub fn select(&mut self, row: usize, rows: &dyn Listing) {
        if let Some(to) = self.order.iter().position(|&known| known == row) {
            self.go_to(to, rows);
        }
    }

    /// Moves what is in sight; the selection is taken along where it would be left behind.
    pub fn scroll_by(&mut self, by: isize, rows: &dyn Listing) {
        let (room, n) = (self.page.max(1), self.order.len());
        let last = n.saturating_sub(room);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
        let in_sight = self.scroll..(self.scroll + room).min(n);
        let newest = if self.is_reversed { 0 } else { n.saturating_sub(1) };
        let at = self.row_of_selected().unwrap_or(self.scroll);
        let to = if self.is_stream(rows) && in_sight.contains(&newest) {
            newest
        } else {
            at.clamp(self.scroll, in_sight.end.saturating_sub(1).max(self.scroll))
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
        self.is_reading = to != newest;
        self.keep_in_view(rows);
    }

    /// Whether rows come at one end alone: sorted by anything but time they come anywhere.
    fn is_stream(&self, rows: &dyn Listing) -> bool {
        rows.is_stream() && self.column == 0
    }

    /// As many rows as a page moves.
    pub fn page_step(&self) -> isize {
        isize::try_from(self.page.saturating_sub(1).max(1)).unwrap_or(1)
    }

    fn is_stale(&self, rows: &dyn Listing, model: &Model, now: Offset) -> bool {
        let Some(arranged) = &self.arranged else { return true };
        let range = rows.range(model);
        let has_more = range != arranged.range;
        // The end is looked at longest, and nothing draws after it: its order is right at once.
        if arranged.is_over != is_over(model) || (has_more && self.filter.value().is_empty()) {
            return true;
        }
        // A stream's rows keep their order: only new ones make it old.
        now.since(arranged.at) >= rows.order_lifetime(self.column) && (has_more || !self.is_stream(rows))
    }

    /// Sorts and filters the rows anew.
    fn arrange(&mut self, rows: &dyn Listing, model: &Model, now: Offset) {
        let range = rows.range(model);
        let was_at = self.row_of_selected();
        let first_in_sight = self.order.get(self.scroll).copied();
        let filter = Filter::read(self.filter.value());
        let matches = |row: &usize| filter.takes(|term| rows.matches(model, *row, now, term));
        self.order.clear();
        rows.collect(model, self.column, !filter.is_empty(), &mut self.order);
        if !filter.is_empty() {
            self.order.retain(matches);
        }
        self.sort(rows, model, now);
        // The user has changed filter or order: the list starts at the top.
        let is_asked_anew = self.arranged.is_none();
        self.arranged = Some(Arranged { at: now, range, is_over: is_over(model) });
        if self.is_stream(rows) {
            return self.hold_still(first_in_sight);
        }
        // The selection stays with its row, unless it sits at the top: there it shows what is next.
        let follows_top = was_at == Some(0) && !rows.has_detail();
        let is_another = self.occupant.is_some_and(|before| before != rows.occupant(model, self.selected));
        let is_gone = self.row_of_selected().is_none();
        let place = if follows_top || was_at.is_none() || (is_gone && is_asked_anew) {
            Some(0)
        } else if is_another || is_gone {
            // The selected row has gone: the cursor keeps its position.
            was_at
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

    /// What is being read stays where it is while rows come and go; the old ones go first.
    fn hold_still(&mut self, first_in_sight: Option<usize>) {
        if !self.is_reading {
            return;
        }
        let is_before = |row: usize, than: usize| if self.is_reversed { row > than } else { row < than };
        let place = |of: usize| self.order.partition_point(|&row| is_before(row, of));
        if let Some(first) = first_in_sight {
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
        if self.is_stream(rows) && !self.is_reading {
            let newest = if self.is_reversed { self.order.first() } else { self.order.last() };
            self.selected = newest.copied().unwrap_or(0);
        }
        let room = self.page.max(1);
        self.scroll = self.scroll.min(self.order.len().saturating_sub(room));
        // The cursor sits on the first row until it is moved, so rows above it are never missed.
        if let Some(row) = self.row_of_selected() {
            if row < self.scroll {
                self.scroll = row;
            } else if row >= self.scroll + room {
                self.scroll = row + 1 - room;
            }
        }
    }
}

/// Whether a run is over.
pub fn is_over(model: &Model) -> bool {
    matches!(model.stage, Stage::Ended(_))
}
