//! The attempts of a run by slot: what was in flight when, and how it ended.
//!
//! Attempts that are less than a pixel apart are drawn as one, so that the page stays small. Start at [`waterfall`].

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};

use crate::event::outcome::{Outcome, OutcomeClass};
use crate::output::document::RecordedRun;
use crate::output::document::job_log::RecordedAttempt;
use crate::output::document::page::plot::{Plot, num};

/// The most slots that are drawn.
const MOST_SLOTS: u32 = 100;
/// The height of a slot.
const ROW: f64 = 7.0;

/// A part of a slot's row, in half pixels.
#[derive(Clone, Copy, Debug)]
struct RowPart {
    from: u32,
    to: u32,
    class: &'static str,
}

/// The chart, and how many slots it leaves out.
pub(super) fn waterfall(run: &RecordedRun<'_>) -> io::Result<Option<(Markup, u64)>> {
    let frame = Plot::new(run.end().since(crate::event::Offset::ZERO), 0.0, 1.0);
    let mut rows: BTreeMap<u32, Vec<RowPart>> = BTreeMap::new();
    let mut most = 0;
    run.for_each_job(|job| {
        for attempt in &job.attempts {
            most = most.max(attempt.slot);
            if attempt.slot < MOST_SLOTS {
                add(rows.entry(attempt.slot).or_default(), frame, attempt);
            }
        }
        Ok(())
    })?;
    if rows.is_empty() {
        return Ok(None);
    }
    let n = rows.keys().last().map_or(0, |last| last + 1);
    let plot = Plot { height: ROW * f64::from(n), most: f64::from(n), ..frame };
    let content = html! {
        @for (slot, spans) in &rows {
            @let y = plot.y(f64::from(n - slot));
            @for span in spans {
                rect class=(span.class) x=(num(f64::from(span.from) / 2.0)) y=(num(y))
                    width=(num((f64::from(span.to - span.from) / 2.0).max(0.5))) height=(num(ROW - 1.5)) {}
            }
        }
    };
    // Slot 1 is at the top.
    let label = move |value: f64| format!("slot {}", f64::from(n) - value + 1.0);
    Ok(Some((plot.draw("attempts by slot", label, &content), u64::from((most + 1).saturating_sub(n)))))
}

/// The class of an attempt's colour, by how it ended.
fn class_of(attempt: &RecordedAttempt) -> &'static str {
    match attempt.outcome.as_ref().map(Outcome::class) {
        Some(OutcomeClass::Good | OutcomeClass::Followed) => "good",
        Some(OutcomeClass::Refused) => "refused",
        Some(OutcomeClass::Failed) => "failed",
        Some(OutcomeClass::Cancelled) | None => "cancelled",
    }
}

/// Adds an attempt to its row. Jobs come as they settle, and a slot holds one attempt after another.
fn add(row: &mut Vec<RowPart>, frame: Plot, attempt: &RecordedAttempt) {
    let half = |at| (frame.x(at) * 2.0).round() as u32;
    let span = RowPart { from: half(attempt.started), to: half(attempt.ended), class: class_of(attempt) };
    // An attempt too short to be seen joins the one that it touches, unless it ended in another way.
    let touching = row.iter_mut().rev().take(4).find(|last| {
        last.class == span.class && span.from <= last.to + 1 && last.from <= span.to + 1 && span.to - span.from < 3
    });
    match touching {
        Some(last) => (last.from, last.to) = (last.from.min(span.from), last.to.max(span.to)),
        None => row.push(span),
    }
}
