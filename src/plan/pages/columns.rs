//! The column of a page's number: a placeholder that no row fills in.
//!
//! Start at [`Source::page_column`].

use crate::plan::pages::NextLink;
use crate::plan::pages::position::PAGE;
use crate::plan::source::Source;

impl Source {
    /// Returns the column of the page's number, if pages are counted. Rows do not have it.
    pub(in crate::plan) fn page_column(&self) -> Option<usize> {
        let is_counted = matches!(self.rules.pages.next, Some(NextLink::Number { .. }));
        self.columns.iter().position(|column| is_counted && column == PAGE)
    }

    /// Returns the columns that rows fill in.
    pub(in crate::plan) fn row_columns(&self) -> Vec<String> {
        let mut columns = self.columns.clone();
        self.page_column().map(|at| columns.remove(at));
        columns
    }
}
