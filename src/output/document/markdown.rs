//! The summary of a recording as Markdown: for a pull request, a wiki, or the summary of a CI job.
//!
//! Foreign text is escaped, so that it is shown as it is. Start at [`text`].

use std::fmt::Write;

use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::verdict::headline::main_sentence;
use crate::output::document::RecordedRun;
use crate::output::summary::text::ending;
use crate::text::sanitize::sanitize;
use crate::text::units;

/// The most rows of a table.
const MOST: usize = 200;

/// The document.
pub(super) fn text(run: &RecordedRun<'_>) -> String {
    let (model, end) = (run.model(), run.end());
    let mut text = format!("## {}\n\n", escaped(&model.name));
    let (sentence, _) = main_sentence(model, None, end);
    let _ = writeln!(text, "**{}**\n", escaped(&sentence.to_string()));
    let length = units::length(end.since(Offset::ZERO));
    let _ = writeln!(text, "{} {length}, started {}\n", ending(model), run.wall_clock(Offset::ZERO));
    figures(&mut text, model, end);
    endpoints(&mut text, model);
    failures(&mut text, model);
    text
}

fn figures(text: &mut String, model: &Model, end: Offset) {
    let totals = &model.totals;
    let rows = [
        ("Jobs done", totals.jobs_done),
        ("Jobs failed", totals.jobs_failed),
        ("Jobs cancelled", totals.jobs_cancelled),
        ("Attempts", totals.started),
        ("Refused", totals.throttled),
        ("Timed out", totals.timed_out),
    ];
    text.push_str("| Figure | Value |\n| --- | ---: |\n");
    for (name, n) in rows.into_iter().filter(|(name, n)| *n > 0 || *name == "Jobs done") {
        let _ = writeln!(text, "| {name} | {} |", units::count(n));
    }
    let limit = model.limit.map(|limit| format!(" of {limit}")).unwrap_or_default();
    let mean = units::significant(model.effective_concurrency(end));
    let _ = writeln!(text, "| In flight, mean (most) | {mean}{limit} ({}) |", model.level.peak());
    for (name, q) in [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)] {
        if let Some(latency) = model.latency.quantile(q) {
            let _ = writeln!(text, "| Latency {name} | {} |", units::length(latency));
        }
    }
    text.push('\n');
}

fn endpoints(text: &mut String, model: &Model) {
    if model.endpoints.is_empty() {
        return;
    }
    text.push_str("| Endpoint | Done | Failed | Refused | p50 | p95 |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
    for endpoint in model.endpoints.iter().take(MOST) {
        let [p50, p95] = [0.5, 0.95].map(|q| or_nothing(endpoint.latency.quantile(q)));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {p50} | {p95} |",
            escaped(&endpoint.name),
            units::count(endpoint.done),
            units::count(endpoint.failed),
            units::count(endpoint.throttled),
        );
    }
    text.push_str(&rest(model.endpoints.len(), "endpoint"));
    text.push('\n');
}

fn failures(text: &mut String, model: &Model) {
    let groups = model.incidents.by_size();
    if groups.is_empty() {
        return;
    }
    text.push_str("| Cause | Jobs | First | Last | Example |\n| --- | ---: | ---: | ---: | --- |\n");
    for (cause, group) in groups.iter().take(MOST) {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            escaped(&cause.to_string()),
            units::count(group.jobs),
            units::clock(group.first),
            units::clock(group.last),
            escaped(group.example.target.as_deref().unwrap_or_default()),
        );
    }
    text.push_str(&rest(groups.len(), "cause"));
}

/// How many rows are left out.
fn rest(all: usize, one: &str) -> String {
    match all.saturating_sub(MOST) {
        0 => String::new(),
        more => format!("\nand {} more\n", units::plural(more as u64, one)),
    }
}

fn or_nothing(time: Option<Micros>) -> String {
    time.map_or_else(|| units::NOTHING.to_owned(), units::length)
}

/// Foreign text without a meaning in Markdown or HTML.
pub(in crate::output) fn escaped(foreign: &str) -> String {
    let mut text = String::with_capacity(foreign.len());
    for c in sanitize(foreign).chars() {
        match c {
            '<' => text.push_str("&lt;"),
            '&' => text.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '>' | '@' => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn foreign_text_has_no_meaning() {
        assert_eq!(escaped("a|b <img> [x](y) `z` \u{1b}[31m"), "a\\|b &lt;img\\> \\[x\\](y) \\`z\\` ␛\\[31m");
    }
}
