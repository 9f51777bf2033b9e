//! The rows of the in-flight view: a row holds one attempt, and then another.
//!
//! Start at [`InFlightRows`].

use std::ops::Range;
use std::sync::Arc;

use crate::event::outcome::Phase;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::open::OpenAttempt;
use crate::model::timeline::Bar;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::theme::role::Status;

/// The column of the name.
pub const NAME: usize = 1;
/// The column of the bytes received.
pub const BYTES: usize = 2;
/// The column of the time since the last byte.
pub const QUIET: usize = 3;
/// The column of the time left.
pub const LEFT: usize = 4;

/// The source reports the progress of attempts that are older than a second. An attempt that is this old
/// without a report is taken to be waiting for its response.
pub const PROGRESS_KNOWN_AFTER: Micros = Micros(2_000_000);

/// The rows of the in-flight view.
#[derive(Debug)]
pub struct InFlightRows;

impl Listing for InFlightRows {
    fn noun(&self) -> &'static str {
        "attempt in flight"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.open.rows()
    }

    fn occupant(&self, model: &Model, row: usize) -> u64 {
        model.open.in_row(row).map_or(u64::MAX, |(attempt, _)| attempt.job.0 << 8 | u64::from(attempt.n))
    }

    /// Sorted by age, the order can change at once: rows only move up when an older attempt ends.
    fn order_lifetime(&self, column: usize) -> Micros {
        if column == 0 { Micros::ZERO } else { Micros(500_000) }
    }

    fn columns(&self) -> &'static [&'static str] {
        &["age", "request", "bytes", "time since the last byte", "time left"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey {
        let Some((_, flight)) = model.open.in_row(row) else { return SortKey::Least(u64::MAX) };
        match column {
            NAME => SortKey::Name(Arc::clone(&flight.target)),
            BYTES => SortKey::most(flight.progress.map_or(0, |progress| progress.bytes)),
            QUIET => SortKey::most(quiet_for(flight, now).0),
            LEFT => SortKey::Least(flight.until.map_or(u64::MAX - 1, |until| until.0)),
            _ => SortKey::Least(flight.started.0),
        }
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some((_, flight)) = model.open.in_row(row) else { return false };
        let host = model.hosts.row(flight.host).map_or("", |host| &*host.name);
        let endpoint = model.endpoints.get(flight.endpoint).map_or("", |endpoint| &*endpoint.name);
        match term {
            Term::Word(word) => word.is_in(&flight.target) || word.is_in(endpoint),
            Term::Host(word) => word.is_in(host),
            Term::Endpoint(word) => word.is_in(endpoint),
            Term::Length(bound) => bound.contains(now.since(flight.started)),
            Term::State(word) => word.is_in(phase_text(flight, now).1),
            Term::Cause(_) | Term::Status(_) | Term::Failures(_) => false,
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.open.in_row(row).map(|_| DrillDown::Card(CardSet::Rows))
    }

    fn bar<'m>(&self, model: &'m Model, row: usize) -> Option<&'m Bar> {
        let (_, flight) = model.open.in_row(row)?;
        model.timeline.nth(flight.number)
    }
}

/// The current phase of an attempt, as far as it is known.
pub fn phase_text(flight: &OpenAttempt, now: Offset) -> (Status, &'static str) {
    match flight.progress.map(|progress| progress.phase) {
        None if now.since(flight.started) < PROGRESS_KNOWN_AFTER => (Status::Running, "started"),
        None | Some(Phase::FirstByte | Phase::Job) => (Status::Slow, "waiting"),
        Some(Phase::Resolve) => (Status::Slow, "looking up"),
        Some(Phase::Connect) => (Status::Slow, "connecting"),
        Some(Phase::Tls) => (Status::Slow, "securing"),
        Some(Phase::Body) => (Status::Running, "reading"),
    }
}

/// The time since the last byte arrived.
pub fn quiet_for(flight: &OpenAttempt, now: Offset) -> Micros {
    now.since(flight.progress.and_then(|progress| progress.received).unwrap_or(flight.started))
}
