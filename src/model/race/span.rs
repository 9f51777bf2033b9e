//! Time spans of a race: pauses, and how much of a lane's time they take.
//!
//! Start at [`held`].

use crate::event::outcome::Outcome;
use crate::event::{Micros, Offset};
use crate::model::timeline::{AttemptEnd, Timeline};

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its start.
    pub from: Offset,
    /// Its end.
    pub to: Offset,
}

/// When the last job of a lane ended. A refused attempt does not end its job.
pub fn settled_at(timeline: &Timeline) -> Offset {
    let is_final = |end: &&AttemptEnd| !matches!(end.outcome, Some(Outcome::Throttled { .. }));
    timeline.bars().filter_map(|bar| bar.end.as_ref()).filter(is_final).map(|end| end.at).max().unwrap_or_default()
}

/// How long two spans overlap.
pub fn overlap(a: Span, b: Span) -> Micros {
    a.to.min(b.to).since(a.from.max(b.from))
}

/// How long a lane was paused with nothing in flight.
pub fn held(pauses: &[Span], timeline: &Timeline, run: Span) -> Micros {
    let mut busy: Vec<Span> = timeline.bars().map(|bar| Span { from: bar.started, to: bar.until(run.to) }).collect();
    busy.sort_by_key(|span| span.from);
    let mut held = Micros::ZERO;
    for pause in pauses {
        let mut from = pause.from.max(run.from);
        let to = pause.to.min(run.to);
        for span in &busy {
            held += span.from.min(to).since(from);
            from = from.max(span.to);
        }
        held += to.since(from);
    }
    held
}
