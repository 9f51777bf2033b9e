//! The rows of the failures view: one for each cause.
//!
//! Start at [`FailureRows`].

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::incidents::FailureGroup;
use crate::model::incidents::example::Example;
use crate::tui::curl::CurlRequest;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;

/// The column of the kind of cause.
pub const KIND: usize = 0;
/// The column of the cause.
pub const CAUSE: usize = 1;
/// The column of the jobs.
pub const JOBS: usize = 2;
/// The column of the attempts.
pub const ATTEMPTS: usize = 3;
/// The column of the first time.
pub const FIRST: usize = 4;
/// The column of the last time.
pub const LAST: usize = 5;

/// The rows of the failures view.
#[derive(Debug)]
pub struct FailureRows;

impl Listing for FailureRows {
    fn noun(&self) -> &'static str {
        "failure"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.incidents.n()
    }

    fn columns(&self) -> &'static [&'static str] {
        &["meaning", "cause", "jobs", "attempts", "first time", "last time"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, _now: Offset) -> SortKey {
        let Some((cause, group)) = model.incidents.nth(row) else { return SortKey::Least(u64::MAX) };
        match column {
            CAUSE => SortKey::Name(cause.to_string().into()),
            JOBS => SortKey::most(group.jobs),
            ATTEMPTS => SortKey::most(group.attempts.n),
            FIRST => SortKey::Least(first(group).0),
            LAST => SortKey::most(last(group).0),
            _ => SortKey::Ranked(cause.kind() as u64, Reverse(group.jobs * 1_000_000 + group.attempts.n.min(999_999))),
        }
    }

    fn matches(&self, model: &Model, row: usize, _now: Offset, term: &Term) -> bool {
        let Some((cause, group)) = model.incidents.nth(row) else { return false };
        let mut affected = endpoints(group).keys().filter_map(|&i| model.endpoints.get(i));
        let example = example(group);
        match term {
            Term::Word(word) => {
                word.is_in(&cause.to_string())
                    || word.is_in(cause.kind().label())
                    || [&example.target, &example.detail].into_iter().flatten().any(|text| word.is_in(text))
                    || affected.any(|endpoint| word.is_in(&endpoint.name))
            }
            Term::Status(statuses) => match cause {
                Cause::Status(status) | Cause::Throttled(status) => statuses.contains(status),
                Cause::TimedOut(_) | Cause::Failed(_) | Cause::Unexpected(_) => false,
            },
            Term::Length(bound) => bound.contains(group.attempts.longest),
            Term::Failures(bound) => bound.contains_number(group.jobs),
            Term::Host(word) => {
                affected.filter_map(|endpoint| model.hosts.get(endpoint.host?)).any(|host| word.is_in(&host.name))
            }
            Term::Endpoint(word) => affected.any(|endpoint| word.is_in(&endpoint.name)),
            Term::State(word) => word.is_in(if group.jobs > 0 { "failed" } else { "saved" }),
            Term::Cause(word) => word.is_in(&cause.to_string()) || word.is_in(cause.kind().label()),
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.incidents.nth(row).map(|_| DrillDown::Card(CardSet::Cause(row)))
    }

    fn request<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        let (_, group) = model.incidents.nth(row)?;
        request_of(group.nth_example(0))
    }

    fn has_detail(&self) -> bool {
        true
    }
}

/// The time of the first failure.
pub fn first(group: &FailureGroup) -> Offset {
    if group.attempts.n > 0 { group.attempts.first } else { group.first }
}

/// The time of the last failure.
pub fn last(group: &FailureGroup) -> Offset {
    group.last.max(group.attempts.last)
}

/// Failures by endpoint: attempts, or jobs if they failed before their first attempt.
pub fn endpoints(group: &FailureGroup) -> &BTreeMap<usize, u64> {
    if group.attempts.n > 0 { &group.attempts.endpoints } else { &group.endpoints }
}

/// An example, preferably of a job that has failed.
pub fn example(group: &FailureGroup) -> &Example {
    if group.jobs > 0 { &group.example } else { group.attempts.examples.first().unwrap_or(&group.example) }
}

/// The request of an example.
pub fn request_of(example: &Example) -> Option<CurlRequest<'_>> {
    Some(CurlRequest { target: example.target.as_deref()?, endpoint: example.endpoint })
}
