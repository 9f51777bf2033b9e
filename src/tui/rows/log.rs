//! The rows of the log: one for each event that is kept.
//!
//! Start at [`LogRows`].

use std::ops::Range;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::model::Model;
use crate::model::endpoint::EndpointStats;
use crate::model::event_log::EventSubject;
use crate::tui::curl::CurlRequest;
use crate::tui::rows::card::{CardSet, is_attempt};
use crate::tui::rows::event_text::describe;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::theme::role::Status;

/// The rows of the log.
#[derive(Debug)]
pub struct LogRows;

impl Listing for LogRows {
    fn noun(&self) -> &'static str {
        "event"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        let kept = model.event_log.kept();
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        number(kept.start)..number(kept.end)
    }

    fn columns(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn sort_key(&self, _model: &Model, row: usize, _column: usize, _now: Offset) -> SortKey {
        SortKey::Least(row as u64)
    }

    fn matches(&self, model: &Model, row: usize, _now: Offset, term: &Term) -> bool {
        let Some(item) = model.event_log.nth(row as u64) else { return false };
        let about = item.event.subject();
        match term {
            Term::Word(word) => {
                let event = describe(item, model);
                word.is_in(&event.place)
                    || word.is_in(&event.text)
                    || event.number.is_some_and(|number| word.is_in(&number))
                    || about.target.is_some_and(|target| word.is_in(target))
            }
            Term::Status(statuses) => about.outcome.and_then(status_of).is_some_and(|status| statuses.contains(status)),
            Term::Length(bound) => about.took.is_some_and(|took| bound.contains(took)),
            Term::Failures(_) => false,
            Term::Host(word) => host_of(&about, model).is_some_and(|host| word.is_in(host)),
            Term::Endpoint(word) => endpoint_of(&about, model).is_some_and(|endpoint| word.is_in(&endpoint.name)),
            Term::State(word) => word.is_in(status_name(describe(item, model).status)),
            Term::Cause(word) => about
                .outcome
                .and_then(Cause::from_outcome)
                .is_some_and(|cause| word.is_in(&cause.to_string()) || word.is_in(cause.kind().label())),
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        is_attempt(model, row).then_some(DrillDown::Card(CardSet::Events))
    }

    fn request<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        let about = model.event_log.nth(row as u64)?.event.subject();
        Some(CurlRequest { target: about.target?, endpoint: about.endpoint? })
    }

    fn is_stream(&self) -> bool {
        true
    }
}

/// The endpoint that an event happened at.
pub fn endpoint_of<'m>(about: &EventSubject<'m>, model: &'m Model) -> Option<&'m EndpointStats> {
    model.endpoints.get(about.endpoint?)
}

/// The host of an event, or else of its endpoint.
pub fn host_of<'m>(about: &EventSubject<'m>, model: &'m Model) -> Option<&'m str> {
    let at_endpoint = || model.hosts.get(endpoint_of(about, model)?.host?);
    about.host.map(|host| &**host).or_else(|| at_endpoint().map(|host| &*host.name))
}

fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// The name of a status, as filters use it.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Running => "running",
        Status::Ok => "ok",
        Status::Slow => "notice",
        Status::Retrying => "retrying",
        Status::Limited => "limited",
        Status::Failed => "failed",
        Status::Timeout => "timeout",
        Status::Cancelled => "cancelled",
        Status::Paused => "paused",
        Status::Down => "down",
    }
}
