//! In which order endpoints stand in the table.
//!
//! Pure; ties keep the plan's order. Start at [`Sort`].

use std::cmp::Ordering;

use crate::model::endpoint::{Endpoint, EndpointState};

/// Columns to sort by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Unfinished first, then those that failed, each in plan order.
    #[default]
    State,
    /// By name.
    Name,
    /// By share done.
    Done,
    /// By attempts in flight.
    Live,
    /// By median latency.
    P50,
    /// By 95th percentile.
    P95,
    /// By failed jobs.
    Failed,
}

impl Sort {
    const ALL: [Self; 7] = [Self::State, Self::Name, Self::Done, Self::Live, Self::P50, Self::P95, Self::Failed];

    /// The column after this one; the first after the last.
    pub(super) fn next(self) -> Self {
        let at = Self::ALL.iter().position(|&sort| sort == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Name => "name",
            Self::Done => "share done",
            Self::Live => "in flight",
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::Failed => "failed",
        }
    }
}

/// What needs eyes first.
pub(super) fn rank(state: EndpointState) -> u8 {
    match state {
        EndpointState::Limited | EndpointState::Running => 0,
        EndpointState::Queued => 1,
        EndpointState::Failed => 2,
        EndpointState::Cancelled => 3,
        EndpointState::Done => 4,
    }
}

/// Largest first for numbers; names from A on.
pub(super) fn compare(sort: Sort, a: &Endpoint, b: &Endpoint) -> Ordering {
    match sort {
        Sort::State => Ordering::Equal,
        Sort::Name => a.name.cmp(&b.name),
        Sort::Done => share_done(b).total_cmp(&share_done(a)),
        Sort::Live => b.in_flight.cmp(&a.in_flight),
        Sort::P50 => b.latency.quantile(0.5).cmp(&a.latency.quantile(0.5)),
        Sort::P95 => b.latency.quantile(0.95).cmp(&a.latency.quantile(0.95)),
        Sort::Failed => b.failed.cmp(&a.failed),
    }
}

fn share_done(endpoint: &Endpoint) -> f64 {
    endpoint.jobs.map_or(0.0, |jobs| endpoint.settled() as f64 / jobs.max(1) as f64)
}
