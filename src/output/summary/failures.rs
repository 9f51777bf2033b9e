//! The failures in the summary: causes, places, and an example request for each.
//!
//! Start at [`lines`].

use std::cmp::Reverse;

use unicode_width::UnicodeWidthStr;

use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::incidents::FailureGroup;
use crate::output::fit;
use crate::text::console::StreamStyle;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// Causes of failure that are listed one by one.
const CAUSES: usize = 5;
/// Endpoints named for one cause.
const NAMES: usize = 3;

/// The most frequent causes, each with its endpoints and an example request.
pub fn lines(model: &Model, style: StreamStyle) -> Vec<String> {
    let groups = model.incidents.by_size();
    let digits = groups.first().map_or(0, |(_, group)| units::count(group.jobs).len());
    let mut lines = Vec::new();
    for (i, &(cause, group)) in groups.iter().take(CAUSES).enumerate() {
        let label = if i == 0 { "failures" } else { "" };
        let count = format!("{:>digits$}", units::count(group.jobs));
        let lead = format!("  {label:<9} {count}  ");
        let room = style.room(style.line_width()).saturating_sub(lead.width());
        let (place, example) = place_and_example(model, group, style);
        // The place is cut before the cause is.
        let what = fit::end(&cause_text(cause, group), room / 2).into_owned();
        let place = fit::middle(&place, room.saturating_sub(what.width() + 3)).into_owned();
        lines.push(format!("  {label:<9} {}  {place}   {what}", style.red(&count)));
        if let Some(example) = example {
            let indent = " ".repeat(lead.width());
            let example = format!("such as {}", fit::middle(&sanitize(example), room.saturating_sub(8)));
            lines.push(format!("{indent}{}", style.dim(&example)));
        }
        if let Some(sentence) = group.no_retry.sentence(cause) {
            let indent = " ".repeat(lead.width());
            lines.push(format!("{indent}{}", style.dim(&fit::end(&sentence, room))));
        }
    }
    if let Some(more) = groups.get(CAUSES..).filter(|more| !more.is_empty()) {
        let jobs = more.iter().map(|(_, group)| group.jobs).sum();
        let causes = units::plural(more.len() as u64, "more cause");
        lines.push(format!("  {:<9} {:>digits$}  by {causes}", "", units::count(jobs)));
    }
    lines
}

/// The single request that failed, or else the endpoints with most failures and an example request.
fn place_and_example<'a>(model: &Model, group: &'a FailureGroup, style: StreamStyle) -> (String, Option<&'a str>) {
    // A bad row has the same text as target and as detail; it is not a request to try.
    let target = group.example.target.as_deref().filter(|&target| Some(target) != group.example.detail.as_deref());
    let mut by_count: Vec<_> = group.endpoints.iter().map(|(&i, &n)| (Reverse(n), i)).collect();
    by_count.sort_unstable();
    let names: Vec<_> = by_count
        .iter()
        .take(NAMES)
        .filter_map(|&(_, i)| model.endpoints.get(i))
        .map(|endpoint| fit::middle(&sanitize(&endpoint.name), style.room(24)).into_owned())
        .collect();
    if let (1, Some(target)) = (group.jobs, target) {
        return (sanitize(target).into_owned(), None);
    }
    let more = match by_count.len() - names.len() {
        0 => String::new(),
        more => format!(" and {} more", units::count(more as u64)),
    };
    (format!("{}{more}", names.join(", ")), target)
}

/// The cause, with the detail if it adds anything. A detail that leads to the cause replaces it.
fn cause_text(cause: Cause, group: &FailureGroup) -> String {
    let cause = cause.to_string();
    let Some(detail) = group.example.detail.as_deref() else { return cause };
    match detail.to_lowercase().find(&cause.to_lowercase()) {
        Some(0) => cause,
        Some(_) => sanitize(detail).into_owned(),
        None => format!("{cause}: {}", sanitize(detail)),
    }
}
