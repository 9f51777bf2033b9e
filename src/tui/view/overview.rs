//! How far is it, what is slow, and is it full? The numbers, the endpoints, two charts, the last events.

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::endpoint::{Endpoint, EndpointState};
use crate::model::incidents::Group;
use crate::tui::filter::Term;
use crate::tui::view::layout::Sections;
use crate::tui::view::page::{Behind, Key, Page, View};
use crate::tui::view::paint::Pen;
use crate::tui::view::{Panel, Scene, compact, endpoints, events, flight, kpi, latency, verdict};

/// The first view.
#[derive(Debug)]
pub struct Overview;

/// More endpoints than this do not fit on most screens.
const FOLDS_FROM: usize = 40;

/// The first column to sort by: by what needs eyes first.
pub const STATE: usize = 0;
/// From A on.
pub const NAME: usize = 1;
/// By share done.
pub const DONE: usize = 2;
/// By attempts in flight.
pub const LIVE: usize = 3;
/// By median latency.
pub const P50: usize = 4;
/// By 95th percentile.
pub const P95: usize = 5;
/// By failed jobs.
pub const FAILED: usize = 6;

impl Page for Overview {
    fn thing(&self) -> &'static str {
        "endpoint"
    }

    fn rows(&self, model: &Model) -> Range<usize> {
        0..model.endpoints.len()
    }

    /// Where there are more endpoints than a screen holds, those that have ended well make room for the
    /// others, until the run is over or somebody asks for another order.
    fn fill(&self, model: &Model, column: usize, is_narrowed: bool, rows: &mut Vec<usize>) {
        let folds = column == STATE && !is_narrowed && model.endpoints.len() > FOLDS_FROM && model.ended.is_none();
        let endpoints = model.endpoints.iter().enumerate();
        rows.extend(endpoints.filter(|(_, endpoint)| !folds || !endpoint.is_done()).map(|(i, _)| i));
    }

    fn columns(&self) -> &'static [&'static str] {
        &["state", "name", "share done", "in flight", "p50", "p95", "failed"]
    }

    fn key(&self, model: &Model, row: usize, column: usize, now: Offset) -> Key {
        let Some(endpoint) = model.endpoints.get(row) else { return Key::Least(u64::MAX) };
        let quantile = |q| Key::most(endpoint.latency.quantile(q).map_or(0, |length| length.0));
        match column {
            NAME => Key::Name(Arc::clone(&endpoint.name)),
            DONE => Key::most(share_done(endpoint)),
            LIVE => Key::most(endpoint.in_flight),
            P50 => quantile(0.5),
            P95 => quantile(0.95),
            FAILED => Key::most(endpoint.failed),
            _ => Key::Least(rank(endpoint.state(now))),
        }
    }

    fn holds(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(endpoint) = model.endpoints.get(row) else { return false };
        match term {
            Term::Word(word) | Term::Endpoint(word) => word.is_in(&endpoint.name),
            Term::Status(statuses) => causes(model).any(|(cause, group)| match cause {
                Cause::Status(status) | Cause::Throttled(status) => {
                    statuses.holds(status) && group.attempts.endpoints.contains_key(&row)
                }
                Cause::TimedOut(_) | Cause::Failed(_) => false,
            }),
            Term::Length(bound) => endpoint.latency.quantile(0.95).is_some_and(|length| bound.holds(length)),
            Term::Host(word) => {
                endpoint.host.and_then(|i| model.hosts.get(i)).is_some_and(|host| word.is_in(&host.name))
            }
            Term::State(word) => word.is_in(name_of(endpoint.state(now))),
            Term::Cause(word) => causes(model).any(|(cause, group)| {
                group.attempts.endpoints.contains_key(&row)
                    && (word.is_in(&cause.to_string()) || word.is_in(cause.kind().words()))
            }),
        }
    }

    fn room(&self, area: Rect, model: &Model) -> usize {
        usize::from(
            Sections::of(area, model.endpoints.len(), verdict::is_told(model)).endpoints.height.saturating_sub(2),
        )
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        // By all endpoints: sections do not move while a filter is typed.
        let sections = Sections::of(pen.area, scene.model.endpoints.len(), verdict::is_told(scene.model));
        let panels: [(Rect, Panel); 6] = [
            (sections.kpis, if sections.kpis_are_large { kpi::large } else { kpi::small }),
            (sections.verdict, verdict::line),
            (sections.endpoints, endpoints::draw),
            (sections.latency, latency::draw),
            (sections.flight, flight::draw),
            (sections.events, events::draw),
        ];
        for (area, draw) in panels {
            draw(&mut pen.within(area), scene);
        }
    }

    fn compact(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        compact::endpoints(pen, scene);
    }

    fn compact_room(&self, area: Rect, _model: &Model) -> usize {
        usize::from(area.height.saturating_sub(compact::ABOVE))
    }

    fn behind(&self, model: &Model, row: usize) -> Option<Behind> {
        model.endpoints.get(row).map(|_| Behind::Itself(View::Endpoint))
    }
}

/// Everything that has gone wrong.
fn causes(model: &Model) -> impl Iterator<Item = (Cause, &Group)> {
    (0..model.incidents.n()).filter_map(|n| model.incidents.nth(n))
}

/// What needs eyes first.
fn rank(state: EndpointState) -> u64 {
    match state {
        EndpointState::Limited | EndpointState::Running | EndpointState::Down => 0,
        EndpointState::Queued => 1,
        EndpointState::Failed => 2,
        EndpointState::Cancelled => 3,
        EndpointState::Up => 4,
        EndpointState::Done => 5,
    }
}

/// What a filter calls it.
fn name_of(state: EndpointState) -> &'static str {
    match state {
        EndpointState::Limited => "limited",
        EndpointState::Running => "running",
        EndpointState::Queued => "queued",
        EndpointState::Failed => "failed",
        EndpointState::Done => "done",
        EndpointState::Down => "down",
        EndpointState::Up => "up",
        EndpointState::Cancelled => "cancelled",
    }
}

/// In millionths.
fn share_done(endpoint: &Endpoint) -> u64 {
    endpoint.jobs.map_or(0, |jobs| endpoint.settled().saturating_mul(1_000_000) / jobs.max(1))
}
