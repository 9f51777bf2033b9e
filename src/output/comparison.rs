//! The result of a race: a table for people, JSON for scripts, and three lines for the normal screen.
//!
//! Only measured values are shown, and predictions are marked. Start at [`table`] and [`document`].

use serde_json::{Value, json};

use crate::event::{Micros, Offset};
use crate::model::race::{LaneFigures, Race, RaceMeasure, numbers};
use crate::output::fit;
use crate::text::console::StreamStyle;
use crate::text::units;

/// Width of the column with the lane's approach.
const APPROACH: usize = 36;
/// The version of the document.
pub const SCHEMA_VERSION: u32 = 1;

/// A column: its head, its width, and its text for a lane.
type Column = (&'static str, usize, fn(&LaneFigures) -> String);

const COLUMNS: [Column; 8] = [
    ("DONE", 10, |lane| format!("{}/{}", units::count(lane.done), units::count(lane.jobs))),
    ("TIME", 9, time),
    ("PEAK", 6, |lane| units::count_or_nothing(lane.upstream.peak)),
    ("FIRST", 9, |lane| lane.upstream.first.map_or(units::NOTHING.to_owned(), |at| length(at.since(Offset::ZERO)))),
    ("LATE", 9, |lane| if lane.late.worst.is_zero() { units::NOTHING.to_owned() } else { length(lane.late.worst) }),
    ("429", 6, |lane| units::count_or_nothing(lane.upstream.refused)),
    ("SOCKETS", 9, |lane| units::count_or_nothing(lane.upstream.sockets)),
    ("LOST", 6, |lane| units::count_or_nothing(lane.results.lost.len() as u64)),
];

const LEGEND: &str = "The test server counts PEAK (most in flight), FIRST (first request), 429 (refusals) and SOCKETS (most \
                      connections). LATE is the worst lag of a timer on the lane's thread.";

/// The result as a table, with a line end after each line.
pub fn table(race: &Race, style: StreamStyle) -> String {
    let mut lines = vec![
        format!("{}  {}  {}", style.dim("inflight demo"), style.bold(race.name), race.sentence),
        format!("  {}", race.terms()),
        String::new(),
        style.dim(&heads()),
    ];
    for (letter, lane) in race.lettered() {
        let mark = if lane.is_right { style.green("✓") } else { style.red("×") };
        let cells: String = COLUMNS.iter().map(|(_, width, cell)| right(&cell(lane), *width)).collect();
        let approach = fit::padded(&fit::end(lane.approach, style.room(APPROACH - 6)), APPROACH - 6);
        lines.push(format!("  {} {mark} {approach}{cells}", style.bold(&letter.to_string())));
    }
    lines.push(String::new());
    for note in race.lettered().flat_map(|(letter, lane)| notes(letter, lane)) {
        // A wrapped line is indented under the text, not under the letter.
        let wrapped = fit::wrapped(&note, style, 5);
        lines.extend(
            (0..).zip(wrapped).map(|(i, line)| if i == 0 { format!("  {line}") } else { format!("     {line}") }),
        );
    }
    lines.extend(result(race).map(|result| format!("  {}", style.bold(&result))));
    lines.extend(fit::wrapped(race.rule, style, 2).into_iter().map(|line| format!("  {line}")));
    lines.push(String::new());
    lines.extend(fit::wrapped(LEGEND, style, 2).into_iter().map(|line| style.dim(&format!("  {line}"))));
    lines.push(String::new());
    lines.join("\n")
}

/// The three lines that stay on the normal screen.
pub fn short_text(race: &Race, style: StreamStyle) -> String {
    let lane = |(letter, lane): (char, &LaneFigures)| {
        let time =
            lane.total().map_or("not begun".to_owned(), |(total, is_predicted)| duration_text(total, is_predicted));
        format!("{letter} {time}")
    };
    let lanes: Vec<String> = race.lettered().map(lane).collect();
    let peaks: Vec<String> = race.lanes.iter().map(|lane| lane.upstream.peak.to_string()).collect();
    let result = result(race).unwrap_or_else(|| "stopped before there was a result".to_owned());
    format!(
        "{}  {}  {}\n  {}   {}, most in flight {}\n  {}\n",
        style.dim("inflight demo"),
        style.bold(race.name),
        race.terms(),
        style.bold(&result),
        lanes.join(", "),
        peaks.join(" : "),
        race.rule,
    )
}

/// The result as JSON. Within one version, fields are only added.
pub fn document(race: &Race) -> Value {
    let result = race.result();
    json!({
        "schema_version": SCHEMA_VERSION,
        "scenario": race.name,
        "sentence": race.sentence,
        "rule": race.rule,
        "requests": race.requests,
        "delay_s": race.delay.as_secs_f64(),
        "limit": race.limit,
        "speed": race.speed,
        "result": result.as_ref().map(|result| json!({
            "value": result.large,
            "ratio": result.ratio.map(|ratio| (ratio * 1e3).round() / 1e3),
            "words": result.meaning,
            "is_predicted": result.is_predicted,
        })),
        "lanes": race.lettered().map(lane).collect::<Vec<_>>(),
    })
}

fn lane((letter, lane): (char, &LaneFigures)) -> Value {
    json!({
        "lane": letter.to_string(),
        "way": lane.approach,
        "is_right": lane.is_right,
        "is_over": lane.is_over,
        "limit": lane.limit,
        "jobs": {"planned": lane.jobs, "done": lane.done, "failed": lane.failed, "cancelled": lane.cancelled},
        "elapsed_s": lane.elapsed.as_secs_f64(),
        "goodput_per_s": (lane.goodput() * 1e3).round() / 1e3,
        "verdict": lane.verdict,
        "paused_s": lane.held.as_secs_f64(),
        "peak_in_flight": lane.peak,
        "timers": {
            "late_worst_s": lane.late.worst.as_secs_f64(),
            "blocked_share": (lane.blocked() * 1e3).round() / 1e3,
        },
        "calls": lane.calls.map(|calls| json!({
            "created": calls.created,
            "polled": calls.polled,
            "finished": calls.finished,
        })),
        "results": {"kept": lane.results.kept, "errors_read": lane.results.read, "lost": lane.results.lost},
        "held": {"body_bytes": lane.results.bytes, "tasks": lane.results.tasks},
        "upstream": {
            "requests": lane.upstream.requests,
            "peak_in_flight": lane.upstream.peak,
            "refused": lane.upstream.refused,
            "abandoned": lane.upstream.abandoned,
            "peak_sockets": lane.upstream.sockets,
            "first_s": lane.upstream.first.map(|at| at.since(Offset::ZERO).as_secs_f64()),
        },
    })
}

/// The result as a sentence.
fn result(race: &Race) -> Option<String> {
    let result = race.result()?;
    let large = result.large.trim_end_matches('×');
    let foreseen = if result.is_predicted { " (predicted)" } else { "" };
    Some(match race.measure {
        RaceMeasure::Time => format!("B is {large} times faster than A{foreseen}"),
        RaceMeasure::Lost => format!("lost silently, A against B: {large}"),
        RaceMeasure::Sockets => format!("B holds {large} times fewer sockets at once than A"),
    })
}

/// Further remarks on a lane, in addition to its row.
fn notes(letter: char, lane: &LaneFigures) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(calls) = lane.calls.filter(|calls| calls.finished < calls.created) {
        let (created, polled, finished) = (calls.created, calls.polled, calls.finished);
        notes.push(format!("{letter}  futures: {created} created, {polled} polled, {finished} finished"));
    }
    let results = &lane.results;
    if results.read > 0 {
        notes.push(format!(
            "{letter}  {} read, {} kept",
            units::plural(results.read, "error"),
            units::plural(results.kept, "result")
        ));
    }
    if !results.lost.is_empty() {
        notes.push(format!("{letter}  no result or error was read for {}", numbers(&results.lost)));
    }
    if results.tasks > 0 {
        let tasks = units::plural(results.tasks, "task");
        notes.push(format!("{letter}  {tasks} alive and {} of bodies held at once", units::bytes(results.bytes)));
    }
    if lane.upstream.refused > 0 {
        let (refused, all) = (units::count(lane.upstream.refused), units::plural(lane.upstream.requests, "request"));
        let goodput = units::significant(lane.goodput());
        notes.push(format!("{letter}  refused {refused} of {all}, goodput {goodput} a second"));
    }
    if let Some(verdict) = &lane.verdict {
        notes.push(format!("{letter}  verdict: {verdict}"));
    }
    if !lane.held.is_zero() {
        notes.push(format!("{letter}  paused for {}, which is not counted", units::length(lane.held)));
    }
    notes
}

fn heads() -> String {
    let heads: String = COLUMNS.iter().map(|(head, width, _)| right(head, *width)).collect();
    format!("  {}{heads}", fit::padded("LANE", APPROACH - 2))
}

fn right(text: &str, width: usize) -> String {
    format!("{text:>width$}")
}

fn time(lane: &LaneFigures) -> String {
    if lane.is_over { length(lane.elapsed) } else { "–".to_owned() }
}

fn duration_text(total: Micros, is_predicted: bool) -> String {
    let length = length(total);
    if is_predicted { format!("{length} (predicted)") } else { length }
}

fn length(length: Micros) -> String {
    units::length(length)
}
