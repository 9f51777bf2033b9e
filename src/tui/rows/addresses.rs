//! The rows of the overview that stand for the addresses of lists: those that need attention first.
//!
//! Start at [`AddressRows`].

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use crate::event::Offset;
use crate::model::Model;
use crate::model::anatomy::Ending;
use crate::model::endpoint::addresses::AddressStats;
use crate::tui::curl::CurlRequest;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::request::{ending_status, ending_text, http_status_of};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::rows::waterfall::status_name;
use crate::tui::theme::role::Status;

/// The column of the address.
pub const ADDRESS: usize = 1;
/// The column of the jobs that have ended.
pub const DONE: usize = 2;
/// The column of the attempts in flight.
pub const LIVE: usize = 3;
/// The column of the last time in flight.
pub const LAST: usize = 4;
/// The column of the longest time in flight.
pub const SLOWEST: usize = 5;
/// The column of the failed jobs.
pub const FAILED: usize = 6;

/// The rows for addresses.
#[derive(Debug)]
pub struct AddressRows;

impl Listing for AddressRows {
    fn noun(&self) -> &'static str {
        "address"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.addresses.all().len()
    }

    fn columns(&self) -> &'static [&'static str] {
        &["state", "address", "done", "in flight", "last time", "longest time", "failed"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey {
        let Some(address) = model.addresses.get(row) else { return SortKey::Least(u64::MAX) };
        match column {
            ADDRESS => SortKey::Name(Arc::clone(&address.target)),
            DONE => SortKey::most(address.settled()),
            LIVE => SortKey::most(address.in_flight),
            LAST => SortKey::most(address.last_end.map_or(0, |(took, _)| took.0)),
            SLOWEST => SortKey::most(address.longest(now).0),
            FAILED => SortKey::most(address.failed),
            _ => SortKey::Ranked(rank(state(address)), Reverse(address.longest(now).0)),
        }
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(address) = model.addresses.get(row) else { return false };
        let ending = address.last_end.map(|(_, ending)| ending);
        match term {
            Term::Word(word) => word.is_in(&address.target) || ending.is_some_and(|it| word.is_in(&ending_text(it))),
            Term::Endpoint(word) | Term::Host(word) => {
                model.endpoints.get(address.endpoint as usize).is_some_and(|endpoint| word.is_in(&endpoint.name))
            }
            Term::Status(statuses) => ending.and_then(http_status_of).is_some_and(|status| statuses.contains(status)),
            Term::Length(bound) => bound.contains(address.longest(now)),
            Term::Failures(bound) => bound.contains_number(address.failed.into()),
            Term::State(word) => word.is_in(status_name(state(address))),
            Term::Cause(word) => ending.is_some_and(|ending| word.is_in(&ending_text(ending))),
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.addresses.get(row).map(|_| DrillDown::Card(CardSet::Addresses))
    }

    fn request<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        let address = model.addresses.get(row)?;
        Some(CurlRequest { target: &address.target, endpoint: address.endpoint as usize })
    }
}

/// The state of an address: that of its last job if that failed, and otherwise what happens now.
pub fn state(address: &AddressStats) -> Status {
    let last = address.last_end.map(|(_, ending)| ending_status(ending));
    if address.health.is_some_and(|health| !health.is_up) {
        return last.filter(|status| *status != Status::Ok).unwrap_or(Status::Failed);
    }
    match last {
        _ if address.in_flight > 0 => Status::Running,
        Some(Status::Limited | Status::Timeout | Status::Failed) if address.health.is_none() => Status::Retrying,
        Some(status) => status,
        None => Status::Queued,
    }
}

/// The rank of a state: what failed comes first, then what is tried again.
fn rank(state: Status) -> u64 {
    match state {
        Status::Failed | Status::Timeout | Status::Down => 0,
        Status::Limited | Status::Retrying => 1,
        Status::Queued | Status::Running | Status::Ok | Status::Slow | Status::Paused => 2,
        Status::Cancelled => 3,
    }
}

/// The last result of an address in a few letters: `200`, `timeout`.
pub fn result(ending: Ending) -> String {
    match (http_status_of(ending), ending) {
        (Some(status), _) => status.to_string(),
        (None, Ending::TimedOut(_)) => "timeout".to_owned(),
        (None, ending) => ending_text(ending),
    }
}
