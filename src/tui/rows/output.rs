//! The rows of the output view: none, because what a program prints is no part of the model.
//!
//! The view has lines of its own, in `tui/output_pane.rs`. Start at [`OutputRows`].

use std::ops::Range;

use crate::event::Offset;
use crate::model::Model;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::Listing;
use crate::tui::rows::sort_key::SortKey;

/// The rows of the output view.
#[derive(Debug)]
pub struct OutputRows;

impl Listing for OutputRows {
    fn noun(&self) -> &'static str {
        "line"
    }

    fn range(&self, _model: &Model) -> Range<usize> {
        0..0
    }

    fn columns(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn sort_key(&self, _model: &Model, row: usize, _column: usize, _now: Offset) -> SortKey {
        SortKey::Least(row as u64)
    }

    fn matches(&self, _model: &Model, _row: usize, _now: Offset, _term: &Term) -> bool {
        false
    }

    fn is_stream(&self) -> bool {
        true
    }
}
