//! The rows of the overview and of the endpoint view: one for each endpoint.
//!
//! Start at [`OverviewRows`].

use std::ops::Range;
use std::sync::Arc;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::endpoint::{EndpointState, EndpointStats};
use crate::model::incidents::FailureGroup;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::views::View;

/// A list with more endpoints than this hides the successful ones: most screens cannot show them all.
const MAX_UNFOLDED: usize = 40;

/// The column of the state: endpoints that need attention come first.
pub const STATE: usize = 0;
/// The column of the name.
pub const NAME: usize = 1;
/// The column of the share done.
pub const DONE: usize = 2;
/// The column of the attempts in flight.
pub const LIVE: usize = 3;
/// The column of the median latency.
pub const P50: usize = 4;
/// The column of the 95th percentile.
pub const P95: usize = 5;
/// The column of the failed jobs.
pub const FAILED: usize = 6;

/// The rows of the overview.
#[derive(Debug)]
pub struct OverviewRows;

impl Listing for OverviewRows {
    fn noun(&self) -> &'static str {
        "endpoint"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.endpoints.len()
    }

    /// During the run, a long list in the default order hides the endpoints that have succeeded.
    fn collect(&self, model: &Model, column: usize, is_filtered: bool, rows: &mut Vec<usize>) {
        let folds = column == STATE && !is_filtered && model.endpoints.len() > MAX_UNFOLDED && model.ended.is_none();
        let endpoints = model.endpoints.iter().enumerate();
        rows.extend(endpoints.filter(|(_, endpoint)| !folds || !endpoint.is_done()).map(|(i, _)| i));
    }

    fn columns(&self) -> &'static [&'static str] {
        &["state", "name", "share done", "in flight", "p50", "p95", "failed"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey {
        let Some(endpoint) = model.endpoints.get(row) else { return SortKey::Least(u64::MAX) };
        let quantile = |q| SortKey::most(endpoint.latency.quantile(q).map_or(0, |length| length.0));
        match column {
            NAME => SortKey::Name(Arc::clone(&endpoint.name)),
            DONE => SortKey::most(share_done(endpoint)),
            LIVE => SortKey::most(endpoint.in_flight),
            P50 => quantile(0.5),
            P95 => quantile(0.95),
            FAILED => SortKey::most(endpoint.failed),
            _ => SortKey::Least(rank(model.endpoint_state(endpoint, now))),
        }
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(endpoint) = model.endpoints.get(row) else { return false };
        match term {
            Term::Word(word) | Term::Endpoint(word) => word.is_in(&endpoint.name),
            Term::Status(statuses) => causes(model).any(|(cause, group)| match cause {
                Cause::Status(status) | Cause::Throttled(status) => {
                    statuses.contains(status) && group.attempts.endpoints.contains_key(&row)
                }
                Cause::TimedOut(_) | Cause::Failed(_) | Cause::Unexpected(_) => false,
            }),
            Term::Length(bound) => endpoint.latency.quantile(0.95).is_some_and(|length| bound.contains(length)),
            Term::Failures(bound) => bound.contains_number(endpoint.failed),
            Term::Host(word) => {
                endpoint.host.and_then(|i| model.hosts.get(i)).is_some_and(|host| word.is_in(&host.name))
            }
            Term::State(word) => word.is_in(state_name(model.endpoint_state(endpoint, now))),
            Term::Cause(word) => causes(model).any(|(cause, group)| {
                group.attempts.endpoints.contains_key(&row)
                    && (word.is_in(&cause.to_string()) || word.is_in(cause.kind().label()))
            }),
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.endpoints.get(row).map(|_| DrillDown::SameRow(View::Endpoint))
    }
}

/// The rows of the endpoint view: the same endpoints, each with details.
#[derive(Debug)]
pub struct EndpointRows;

impl Listing for EndpointRows {
    fn noun(&self) -> &'static str {
        "endpoint"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        OverviewRows.range(model)
    }

    fn columns(&self) -> &'static [&'static str] {
        OverviewRows.columns()
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, now: Offset) -> SortKey {
        OverviewRows.sort_key(model, row, column, now)
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        OverviewRows.matches(model, row, now, term)
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.endpoints.get(row).map(|_| DrillDown::Card(CardSet::Endpoint(row)))
    }

    fn has_detail(&self) -> bool {
        true
    }
}

/// All failure groups with their causes.
fn causes(model: &Model) -> impl Iterator<Item = (Cause, &FailureGroup)> {
    (0..model.incidents.n()).filter_map(|n| model.incidents.nth(n))
}

/// The sort rank of a state: endpoints that need attention come first.
fn rank(state: EndpointState) -> u64 {
    match state {
        EndpointState::HostDown | EndpointState::Down => 0,
        EndpointState::Failed => 1,
        EndpointState::Limited | EndpointState::Running => 2,
        EndpointState::Queued => 3,
        EndpointState::Cancelled => 4,
        EndpointState::Up => 5,
        EndpointState::Done => 6,
    }
}

/// The name of a state, as filters use it.
pub fn state_name(state: EndpointState) -> &'static str {
    match state {
        EndpointState::Limited => "limited",
        EndpointState::Running => "running",
        EndpointState::Queued => "queued",
        EndpointState::Failed => "failed",
        EndpointState::Done => "done",
        EndpointState::HostDown => "host down",
        EndpointState::Down => "down",
        EndpointState::Up => "up",
        EndpointState::Cancelled => "cancelled",
    }
}

/// The share of settled jobs, in millionths.
fn share_done(endpoint: &EndpointStats) -> u64 {
    endpoint.jobs.map_or(0, |jobs| endpoint.settled().saturating_mul(1_000_000) / jobs.max(1))
}
