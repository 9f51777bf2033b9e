//! The rows of the hosts view: one for each host.
//!
//! Start at [`HostRows`].

use std::ops::Range;
use std::sync::Arc;

use crate::event::Offset;
use crate::model::Model;
use crate::model::host::{HostState, HostStats};
use crate::text::units;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::sort_key::SortKey;
use crate::tui::theme::role::Status;

/// The column of the state.
pub const STATE: usize = 0;
/// The column of the name.
pub const NAME: usize = 1;
/// The column of the attempts in flight.
pub const LIVE: usize = 2;
/// The column of the answers.
pub const ANSWERED: usize = 3;
/// The column of the throttled answers.
pub const THROTTLED: usize = 4;
/// The column of the failures.
pub const FAILED: usize = 5;
/// The column of the 95th percentile.
pub const P95: usize = 6;

/// The rows of the hosts view.
#[derive(Debug)]
pub struct HostRows;

impl Listing for HostRows {
    fn noun(&self) -> &'static str {
        "host"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        0..model.hosts.next_number()
    }

    fn collect(&self, model: &Model, _column: usize, _is_filtered: bool, rows: &mut Vec<usize>) {
        rows.extend(model.hosts.all().map(|host| host.number));
    }

    fn columns(&self) -> &'static [&'static str] {
        &["state", "name", "in flight", "answered", "throttled", "failed", "p95"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, _now: Offset) -> SortKey {
        let Some(host) = model.hosts.row(row) else { return SortKey::Least(u64::MAX) };
        match column {
            NAME => SortKey::Name(Arc::clone(&host.name)),
            LIVE => SortKey::most(host.in_flight),
            ANSWERED => SortKey::most(host.answered),
            THROTTLED => SortKey::most(host.throttled),
            FAILED => SortKey::most(host.failed),
            P95 => SortKey::most(host.latency.quantile(0.95).map_or(0, |length| length.0)),
            // Cooldowns start and end many times a second, so they must not move rows.
            // The end of an outage moves the host at most once a second.
            _ => SortKey::Least(match host {
                _ if host.outage.is_some() || host.given_up.is_some() => 0,
                _ if host.throttled > 0 || host.adapted.is_some() => 1,
                _ => 2,
            }),
        }
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(host) = model.hosts.row(row) else { return false };
        match term {
            Term::Word(word) => word.is_in(&host.name) || host.why.as_deref().is_some_and(|why| word.is_in(why)),
            Term::Host(word) => word.is_in(&host.name),
            Term::Length(bound) => host.latency.quantile(0.95).is_some_and(|length| bound.contains(length)),
            Term::State(word) => word.is_in(&state(host, now, model).1),
            Term::Endpoint(word) => {
                model.endpoints.iter().any(|endpoint| endpoint.host == Some(row) && word.is_in(&endpoint.name))
            }
            Term::Cause(_) | Term::Status(_) | Term::Failures(_) => false,
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        model.hosts.get(row).map(|_| DrillDown::Card(CardSet::Host(row)))
    }

    fn has_detail(&self) -> bool {
        true
    }
}

/// The state of a host: its mark and its text.
pub fn state(host: &HostStats, now: Offset, model: &Model) -> (Status, String) {
    if model.ended.is_some() {
        return (if host.failed > 0 { Status::Failed } else { Status::Ok }, "over".into());
    }
    match host.state(now) {
        HostState::GivenUp(since) => (Status::Failed, format!("given up at {}", units::clock_seconds(since))),
        HostState::Cooling(until) => (Status::Limited, cooling_text(host, until, now)),
        HostState::Waiting(until) => (Status::Limited, waiting_text(host, until, now)),
        HostState::Down(since, next_try) => (Status::Down, down_text(since, next_try, now)),
        HostState::Quarantined => (Status::Paused, "set aside".into()),
        HostState::Full => (Status::Running, "at its limit".into()),
        HostState::Busy => (Status::Running, "running".into()),
        HostState::Refused | HostState::Idle if model.is_paused => (Status::Paused, "paused".into()),
        HostState::Refused => (Status::Limited, "tried again soon".into()),
        HostState::Idle => (Status::Queued, "idle".into()),
    }
}

/// When a host that refused is asked again, or when its jobs fail because it asked for a longer wait than the plan
/// allows: `resumes in 3.0 s`, `its jobs fail in 9m 58 s`.
pub fn cooling_text(host: &HostStats, until: Offset, now: Offset) -> String {
    let [text, _] = cooling_texts(host, until, now);
    text
}

/// The same in full, and as short as it can be: `fail in 9m 58 s`.
pub fn cooling_texts(host: &HostStats, until: Offset, now: Offset) -> [String; 2] {
    if let Some(wait) = host.cut_wait(now) {
        let left = units::countdown_seconds(wait.fails_at.since(now));
        [format!("its jobs fail in {left}"), format!("fail in {left}")]
    } else {
        let left = units::countdown(until.since(now));
        [format!("resumes in {left}"), format!("for {left}")]
    }
}

/// When the next attempt may start at a host: `window opens in 3 s`.
fn waiting_text(host: &HostStats, until: Offset, now: Offset) -> String {
    let what = if host.adapted.is_some_and(|adapted| adapted.window.is_some()) { "window opens" } else { "next start" };
    format!("{what} in {}", units::countdown_seconds(until.since(now)))
}

/// Since when a host is down, and when it is tried next: `down since 00:02, next try in 4 s`.
pub fn down_text(since: Offset, next_try: Offset, now: Offset) -> String {
    format!("down since {}, {}", units::clock_seconds(since), next_try_text(next_try, now))
}

/// When a host that is down is tried next: `next try in 4 s`.
pub fn next_try_text(next_try: Offset, now: Offset) -> String {
    if next_try > now {
        format!("next try in {}", units::countdown_seconds(next_try.since(now)))
    } else {
        "trying now".to_owned()
    }
}
