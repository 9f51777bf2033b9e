//! The rows of each view: what is listed, how it is filtered and sorted, and what Enter opens.
//!
//! Rows know the model and draw nothing. Start at [`Rows`].

pub mod endpoints;
pub mod event_text;
pub mod failures;
pub mod filter;
pub mod hosts;
pub mod in_flight;
pub mod list;
pub mod log;
pub mod request;
pub mod sort_key;
pub mod waterfall;

use std::ops::Range;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::tui::curl::Asked;
use crate::tui::rows::endpoints::{EndpointRows, OverviewRows};
use crate::tui::rows::failures::FailureRows;
use crate::tui::rows::filter::Term;
use crate::tui::rows::hosts::HostRows;
use crate::tui::rows::in_flight::InFlightRows;
use crate::tui::rows::log::LogRows;
use crate::tui::rows::sort_key::SortKey;
use crate::tui::rows::waterfall::WaterfallRows;
use crate::tui::views::View;

/// What a view lists.
///
/// A row is identified by a number that never changes: an index into the model, or the number of an event.
pub trait Rows: Sync {
    /// What one row is, as a noun: `endpoint`, `host`.
    fn noun(&self) -> &'static str;

    /// The numbers of all rows.
    fn range(&self, model: &Model) -> Range<usize>;

    /// Adds the rows of a table that is sorted by a column and may be filtered.
    ///
    /// By default these are [`Rows::range`]; some views leave rows out or list other rows by another column.
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
    fn request<'m>(&self, _model: &'m Model, _row: usize) -> Option<Asked<'m>> {
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

/// The rows of a view.
pub fn rows_of(view: View) -> &'static dyn Rows {
    match view {
        View::Overview => &OverviewRows,
        View::Waterfall => &WaterfallRows,
        View::Endpoint => &EndpointRows,
        View::Failures => &FailureRows,
        View::Hosts => &HostRows,
        View::Log => &LogRows,
        View::InFlight => &InFlightRows,
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

#[cfg(test)]
mod tests {
    use super::rows_of;
    use crate::tui::views::View;

    #[test]
    fn every_view_names_its_rows_and_their_columns() {
        for view in View::ALL {
            assert!(!rows_of(view).columns().is_empty() && !rows_of(view).noun().is_empty());
        }
    }
}
