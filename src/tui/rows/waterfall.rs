//! The rows of the waterfall: one for each request, or one for each slot.
//!
//! The row of a slot has a number above those of all attempts. Start at [`WaterfallRows`].

use std::collections::BTreeSet;
use std::ops::Range;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::timeline::Bar;
use crate::tui::rows::card::CardSet;
use crate::tui::rows::filter::Term;
use crate::tui::rows::list::List;
use crate::tui::rows::listing::{DrillDown, Listing};
use crate::tui::rows::request;
use crate::tui::rows::sort_key::SortKey;
use crate::tui::theme::role::Status;

/// The column of the endpoint.
pub const ENDPOINT: usize = 1;
/// The column of the slot.
pub const SLOT: usize = 2;

/// Rows from this number on are slots.
const FIRST_SLOT_ROW: usize = usize::MAX / 2;

/// The rows of the waterfall.
#[derive(Debug)]
pub struct WaterfallRows;

impl Listing for WaterfallRows {
    fn noun(&self) -> &'static str {
        "request"
    }

    fn range(&self, model: &Model) -> Range<usize> {
        let span = model.timeline.span();
        number(span.start)..number(span.end)
    }

    fn collect(&self, model: &Model, column: usize, _is_filtered: bool, rows: &mut Vec<usize>) {
        if column == SLOT {
            rows.extend(slot_rows(model));
        } else {
            rows.extend(model.timeline.numbers().map(number));
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        &["time", "endpoint", "slot"]
    }

    fn sort_key(&self, model: &Model, row: usize, column: usize, _now: Offset) -> SortKey {
        if column != ENDPOINT {
            return SortKey::Least(row as u64);
        }
        bar_of(model, row)
            .map_or(SortKey::Within(u64::MAX, row as u64), |bar| SortKey::Within(bar.endpoint as u64, row as u64))
    }

    fn matches(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(bar) = bar_of(model, row) else { return false };
        let endpoint = model.endpoints.get(bar.endpoint).map_or("", |endpoint| &*endpoint.name);
        let outcome = bar.end.as_ref().and_then(|end| end.outcome.as_ref());
        match term {
            Term::Word(word) => {
                word.is_in(&bar.target)
                    || word.is_in(endpoint)
                    || word.is_in(&request::result_text(bar))
                    || word.is_in(&request::attempt_number(bar))
            }
            Term::Status(statuses) => request::http_status(bar).is_some_and(|status| statuses.contains(status)),
            Term::Length(bound) => bound.contains(bar.took(now)),
            Term::Failures(_) => false,
            Term::Host(word) => model.hosts.get(bar.host).is_some_and(|host| word.is_in(&host.name)),
            Term::Endpoint(word) => word.is_in(endpoint),
            Term::State(word) => word.is_in(status_name(request::status(bar))),
            Term::Cause(word) => outcome
                .and_then(Cause::from_outcome)
                .is_some_and(|cause| word.is_in(&cause.to_string()) || word.is_in(cause.kind().label())),
        }
    }

    fn drill_down(&self, model: &Model, row: usize) -> Option<DrillDown> {
        bar_of(model, row).map(|_| DrillDown::Card(CardSet::Rows))
    }

    fn bar<'m>(&self, model: &'m Model, row: usize) -> Option<&'m Bar> {
        bar_of(model, row)
    }

    fn is_stream(&self) -> bool {
        true
    }
}

/// The time from the first start to the last end of the visible rows. Grouped by slot, all bars count.
pub fn visible_time(list: &List, model: &Model, now: Offset) -> Option<(Offset, Offset)> {
    let span_of = |bars: &mut dyn Iterator<Item = &Bar>| {
        let moments = bars.map(|bar| (bar.started, bar.until(now)));
        moments.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
    };
    if list.column == SLOT {
        return span_of(&mut model.timeline.bars());
    }
    span_of(&mut list.visible_rows().take(list.page.max(1)).filter_map(|(row, _)| bar_of(model, row)))
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The attempt of a row; for a slot, its latest attempt.
pub fn bar_of(model: &Model, row: usize) -> Option<&Bar> {
    match slot_of(row) {
        Some(slot) => model.timeline.bars().filter(|bar| bar.slot == slot).last(),
        None => model.timeline.nth(row as u64),
    }
}

/// The name of a status, as filters use it.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Ok => "ok",
        Status::Limited => "limited",
        Status::Failed => "failed",
        Status::Timeout => "timeout",
        Status::Queued | Status::Slow | Status::Retrying | Status::Cancelled | Status::Paused | Status::Down => {
            "cancelled"
        }
    }
}

/// The rows of all known slots.
pub fn slot_rows(model: &Model) -> impl Iterator<Item = usize> {
    let slots: BTreeSet<u32> = model.timeline.bars().map(|bar| bar.slot).collect();
    slots.into_iter().map(|slot| FIRST_SLOT_ROW + slot as usize)
}

/// The slot of a row; `None` if the row is an attempt.
pub fn slot_of(row: usize) -> Option<u32> {
    u32::try_from(row.checked_sub(FIRST_SLOT_ROW)?).ok()
}
