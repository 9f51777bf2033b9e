//! The time of one request: its waits and phases, each with a bar at its place in time.
//!
//! Start at [`rows`].

use crate::event::outcome::{Outcome, Phase};
use crate::event::waits::WaitReason;
use crate::event::{Micros, Offset};
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::rows::request;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::widgets::labelled::{LabelledRow, SpanBar};

/// A part of a request's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    name: &'static str,
    /// `None` for a phase that was not necessary.
    length: Option<Micros>,
    role: Role,
}

/// The rows of the waits and phases, in the order of time.
pub(super) fn rows(bar: &Bar, now: Offset) -> Vec<LabelledRow> {
    let parts = parts(bar, now);
    let all = sum(parts.iter().filter_map(|part| part.length));
    let share = |length: Micros| length.0 as f64 / all.0.max(1) as f64;
    let mut before = Micros::ZERO;
    let mut rows = Vec::new();
    for part in parts {
        let length = part.length.unwrap_or_default();
        let text = part.length.map_or_else(|| "reused".to_owned(), units::length);
        let span = SpanBar { from: share(before), length: share(length), role: part.role };
        rows.push(LabelledRow::new(part.name, text).with_bar(span));
        before += length;
    }
    rows
}

fn parts(bar: &Bar, now: Offset) -> Vec<Part> {
    let mut parts = Vec::new();
    // What happened in between two attempts comes first, and the wait for a slot last.
    for why in WaitReason::ALL.into_iter().rev() {
        let length = bar.waited.get(why);
        if !length.is_zero() {
            parts.push(Part { name: wait_name(why), length: Some(length), role: Role::BarRest });
        }
    }
    let took = bar.took(now);
    let spent = bar.end.as_ref().map(|end| end.spent).unwrap_or_default();
    if !spent.is_empty() {
        let connect_is_known = spent.first_byte.is_some() || spent.connect.is_some();
        let phases = [
            ("stale", spent.stale),
            ("resolve", spent.resolve.filter(|length| !length.is_zero())),
            ("connect", spent.connect),
            ("TLS", spent.tls),
            ("first byte", spent.first_byte),
            ("body", spent.body),
        ];
        for (name, length) in phases {
            if length.is_some() || (name == "connect" && connect_is_known) {
                parts.push(Part { name, length, role: Role::Bar });
            }
        }
    }
    let known = [spent.stale, spent.resolve, spent.connect, spent.tls, spent.first_byte, spent.body];
    let rest = Micros(took.0.saturating_sub(sum(known.into_iter().flatten()).0));
    // Phases are measured apart from the whole, so a small rest means nothing.
    if spent.is_empty() || rest.0 > (took.0 / 20).max(1_000) {
        let status = request::status(bar);
        let role = if status == Status::Ok { Role::Bar } else { status.into() };
        parts.push(Part { name: rest_name(bar), length: Some(rest), role });
    }
    parts
}

fn sum(lengths: impl Iterator<Item = Micros>) -> Micros {
    let mut all = Micros::ZERO;
    for length in lengths {
        all += length;
    }
    all
}

/// The name of the time that is not part of a finished phase.
fn rest_name(bar: &Bar) -> &'static str {
    let phase = match &bar.end {
        None => bar.progress.map(|progress| progress.phase),
        Some(end) => match end.outcome {
            Some(Outcome::TimedOut { phase }) => Some(phase),
            _ if !end.spent.is_empty() => return "other",
            _ => None,
        },
    };
    match phase {
        Some(Phase::Resolve) => "resolve",
        Some(Phase::Connect) => "connect",
        Some(Phase::Tls) => "TLS",
        Some(Phase::FirstByte) => "first byte",
        Some(Phase::Body) => "body",
        Some(Phase::Job) | None => "in flight",
    }
}

/// The short name of a wait.
pub fn wait_name(why: WaitReason) -> &'static str {
    match why {
        WaitReason::Slot => "queued",
        WaitReason::HostLimit => "host limit",
        WaitReason::Gap => "gap",
        WaitReason::Rate => "rate",
        WaitReason::Cooldown => "cooldown",
        WaitReason::Outage => "host down",
        WaitReason::Backoff => "backoff",
        WaitReason::Paused => "paused",
    }
}
