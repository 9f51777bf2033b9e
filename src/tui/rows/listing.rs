//! The interface of a view's rows.
//!
//! Start at [`Listing`].

use std::ops::Range;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::tui::curl::CurlRequest;
use crate::tui::rows::filter::Term;
use crate::tui::rows::sort_key::SortKey;
use crate::tui::views::View;

/// What a view lists.
///
/// A row is identified by a number that never changes: an index into the model, or the number of an event.
pub trait Listing: Sync {
    /// What one row is, as a noun: `endpoint`, `host`.
    fn noun(&self) -> &'static str;

    /// The numbers of all rows.
    fn range(&self, model: &Model) -> Range<usize>;

    /// Adds the rows of a table that is sorted by a column and may be filtered.
    ///
    /// By default these are [`Listing::range`]; some views leave rows out or list other rows by another column.
    fn collect(&self, model: &Model, _column: usize, _is_filtered: bool, rows: &mut Vec<usize>) {
        rows.extend(self.range(model));
    }

    /// Identifies what is on a row; it changes where a row is a seat that one attempt leaves to the next.
    fn occupant(&self, _model: &Model, row: usize) -> u64 {
        row as u64
    }

    /// How long the order by a column is kept, so that rows do not jump while they are read.
    fn order_lifetime(&self, _column: usize) -> Micros {
        Micros(500_000)
    }

    /// The names of the columns that rows can be sorted by; the first is the default.
    fn columns(&self) -> &'static [&'static str];

    /// What a row is sorted by in a column.
    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey;

    /// Whether a row matches one term of a filter.
    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool;

    /// What Enter opens on a row.
    fn drill_down(&self, _model: &Model, _row: usize) -> Option<DrillDown> {
        None
    }

    /// The request of a row, or the last request of those that it sums up.
    fn request<'m>(&self, _model: &'m Model, _row: usize) -> Option<CurlRequest<'m>> {
        None
    }

    /// Whether the view shows details of the selected row; then only the user changes the selection.
    fn has_detail(&self) -> bool {
        false
    }

    /// Whether new rows appear at one end only, so that the newest can be followed.
    fn is_stream(&self) -> bool {
        false
    }
}

/// What Enter opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DrillDown {
    /// The log, with a filter that matches the events of the row.
    Events(String),
    /// A sample of a failure; from there, the log with this filter.
    Example(String),
    /// The same row in a view of its own.
    SameRow(View),
}
