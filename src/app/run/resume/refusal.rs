//! Why a run cannot go on with an earlier one.
//!
//! Start at [`why_not_resumable`] and [`changed`].

use std::path::Path;

use crate::error::Error;
use crate::output::output_error::path_shown;
use crate::output::report::spool::kept_results::KeptResults;
use crate::plan::Plan;
use crate::plan::cursor::Cursor;
use crate::plan::job::Place;
use crate::plan::resume::comparison::RowComparison;

/// Why a later run cannot go on with a run of this plan.
pub(super) fn why_not_resumable(plan: &Plan, cursor: &Cursor) -> Option<&'static str> {
    if plan.polling.is_some() {
        Some("rounds have no end to go on to")
    } else if plan.limits.duration.is_some() {
        Some("a run for a time has no number of jobs")
    } else if (0..cursor.sources()).any(|source| cursor.has_pages(source)) {
        Some("a row with pages has no number of jobs")
    } else if !plan.is_repeatable() {
        Some("standard input and pipes cannot be read again")
    } else if plan.limits.jobs.is_some_and(|n| plan.sources.len() > 1 || cursor.jobs().is_none_or(|rows| rows < n)) {
        Some("`-n` repeats rows, or spreads over several endpoints")
    } else {
        None
    }
}

/// The error for a plan that no run can go on with.
pub(super) fn not_resumable(why: &str) -> Error {
    Error::Usage {
        message: format!("this plan cannot be resumed: {why}"),
        hint: "run it without `--resume`".to_owned(),
    }
}

/// The error for a plan that is another now.
pub(super) fn changed(
    recording: &Path,
    cursor: &Cursor,
    kept: &KeptResults,
    compared: &RowComparison,
    mut differences: Vec<String>,
) -> Error {
    for (place, request) in &compared.examples {
        let i = kept.results.binary_search_by_key(place, |result| result.place).ok();
        let was = i.and_then(|i| kept.request(&kept.results[i]));
        let was = was.unwrap_or_else(|| "no valid request".to_owned());
        let row = row_of(cursor, *place);
        differences.push(match request {
            Some(request) => format!("{row} was `{was}`, and is `{request}`"),
            None => format!("{row} was `{was}`, and is gone"),
        });
    }
    let more = compared.changed.len() - compared.examples.len();
    differences.extend((more > 0).then(|| format!("and {more} more rows")));
    let (recording, differences) = (path_shown(recording), differences.join("; "));
    Error::Usage {
        message: format!("the plan has changed since the run of `{recording}`: {differences}"),
        hint: "`--allow-changed` goes on; it keeps the results of requests that are the same, and sends the others"
            .to_owned(),
    }
}

/// A row, for the user.
pub(super) fn row_of(cursor: &Cursor, place: Place) -> String {
    let source = place.source as usize;
    let name = cursor.endpoint_of(source).and_then(|id| cursor.endpoints().get(id.0 as usize));
    let name = name.map_or_else(|| format!("list {}", source + 1), |endpoint| endpoint.name.to_string());
    format!("row {} of {name}", place.row.saturating_add(1))
}
