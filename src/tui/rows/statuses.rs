//! The rows of the overview that stand for the ends of attempts: statuses, time-outs, failures.
//!
//! Start at [`StatusRows`].

use std::cmp::Reverse;
use std::ops::Range;

use crate::event::Offset;
use crate::model::Model;
use crate::model::anatomy::Ending;
use crate::tui::rows::filter::{Term, quoted};
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::request::{ending_status, ending_text, http_status_of};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::rows::waterfall::status_name;
use crate::tui::theme::role::Status;

/// The column of the status.
pub const STATUS: usize = 1;
/// The column of the attempts.
pub const ATTEMPTS: usize = 2;

/// The rows for statuses.
#[derive(Debug)]
pub struct StatusRows;

impl Listing for StatusRows {
    fn noun(&self) -> &'static str {
        "status"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.anatomy.n_endings()
    }

    fn columns(&self) -> &'static [&'static str] {
        &["state", "status", "attempts"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, _now: Offset) -> SortKey {
        let Some((ending, n)) = model.anatomy.nth_ending(row) else { return SortKey::Least(u64::MAX) };
        match column {
            STATUS => SortKey::Name(ending_text(ending).into()),
            ATTEMPTS => SortKey::most(n),
            _ => SortKey::Ranked(u64::from(ending_status(ending) == Status::Ok), Reverse(n)),
        }
    }

    fn matches(&self, model: &Model, row: usize, _now: Offset, term: &Term) -> bool {
        let Some((ending, _)) = model.anatomy.nth_ending(row) else { return false };
        match term {
            Term::Word(word) | Term::Cause(word) => word.is_in(&ending_text(ending)),
            Term::Status(statuses) => http_status_of(ending).is_some_and(|status| statuses.contains(status)),
            Term::State(word) => word.is_in(status_name(ending_status(ending))),
            Term::Endpoint(_) | Term::Host(_) | Term::Length(_) | Term::Failures(_) => false,
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.anatomy.nth_ending(row).map(|_| DrillDown::Requests(row))
    }
}

/// A filter of the waterfall that matches the requests with an end.
pub fn requests_filter(ending: Ending) -> String {
    match (http_status_of(ending), ending) {
        (Some(status), _) => format!("status:{status}"),
        (None, Ending::Cancelled) => "state:cancelled".to_owned(),
        (None, ending) => format!("cause:{}", quoted(&ending_text(ending))),
    }
}
