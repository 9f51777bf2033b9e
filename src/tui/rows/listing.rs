//! The interface of a view's rows.
//!
//! Start at [`Listing`].

use std::ops::Range;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::timeline::Bar;
use crate::tui::curl::CurlRequest;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::sort_key::SortKey;
use crate::tui::views::View;

/// The rows of a view.
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

    /// An identifier of the row's content. It changes when a row gets another attempt.
    fn occupant(&self, _model: &Model, row: usize) -> u64 {
        row as u64
    }

    /// The minimum time between two sorts by a column, so that rows do not jump while the user reads.
    fn order_lifetime(&self, _column: usize) -> Micros {
        Micros(500_000)
    }

    /// The names of the columns that rows can be sorted by; the first is the default.
    fn columns(&self) -> &'static [&'static str];

    /// The key by which a column sorts a row.
    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey;

    /// Whether a row matches one term of a filter.
    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool;

    /// What Enter opens for a row.
    fn drill_down(&self, _model: &Model, _row: usize) -> Option<DrillDown> {
        None
    }

    /// The attempt of a row, if it has exactly one.
    fn bar<'m>(&self, _model: &'m Model, _row: usize) -> Option<&'m Bar> {
        None
    }

    /// The request of a row; if the row sums up several, one of them.
    fn request<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        self.bar(model, row).map(CurlRequest::of_bar)
    }

    /// Whether the view shows details of the selected row. If so, only the user moves the selection.
    fn has_detail(&self) -> bool {
        false
    }

    /// Whether new rows appear at one end only, so that auto-scroll is possible.
    fn is_stream(&self) -> bool {
        false
    }
}

/// What Enter opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DrillDown {
    /// The card of the row's request, which belongs to this set.
    Card(CardSet),
    /// The waterfall, with the requests that ended as those of this row did.
    Requests(usize),
    /// The events whose text contains this.
    Events(String),
    /// Another view.
    Other(View),
    /// The same row in a view of its own.
    SameRow(View),
}
