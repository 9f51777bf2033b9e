//! The summary on the normal screen after a run: about twelve lines for people.
//!
//! First the totals, then the failures, then the paths of the outputs. Empty parts are left out. Start at
//! [`summary_text`].

use unicode_width::UnicodeWidthStr;

use crate::event::Offset;
use crate::event::idle::IdleReason;
use crate::event::reasons::RunEnd;
use crate::model::event_log::LogEvent;
use crate::model::expectation::{Checked, Measure};
use crate::model::verdict::working::stops_text;
use crate::model::{Model, Stage};
use crate::output::collector::Collected;
use crate::output::exit;
use crate::output::fit;
use crate::output::output_error::path_shown;
use crate::output::summary::extras::{Extras, LeftOver};
use crate::output::summary::{failures, hosts, latency, since_due, verdict};
use crate::text::console::StreamStyle;
use crate::text::sanitize::sanitize;
use crate::text::shell;
use crate::text::units;

/// Width of the headline.
const HEADLINE: usize = 78;

/// The summary, with a line end after each line. Lines are cut only for a terminal.
pub fn summary_text(model: &Model, now: Offset, extras: &Extras<'_>, style: StreamStyle) -> String {
    let end = model.ended.unwrap_or(now);
    let mut lines = vec![headline(model, end, style), jobs(model, style)];
    lines.extend(attempts(model));
    lines.extend(pace(model, end));
    lines.extend(idle(model, end).map(|line| format!("  {line}")));
    lines.extend(latency::line(model));
    lines.extend(since_due::line(model));
    let rest = [
        insecure(model, style),
        verdict::lines(model, now, extras, style),
        failures::lines(model, style),
        expectations(extras.checked, style),
        ignored(model),
        stops_text(model).map(|text| format!("  stopped   {text}")).into_iter().collect(),
        hosts::given_up(model),
        hosts::outages(model),
        hosts::recognized(model),
        hosts::waits_cut(model),
        hosts::folded(model),
        concerns(model, style),
        health(model, style),
        hosts::learned(model),
        files(extras, style),
    ];
    if rest.iter().any(|part| !part.is_empty()) {
        lines.push(String::new());
    }
    lines.extend(rest.into_iter().flatten());
    lines.push(String::new());
    lines.join("\n")
}

/// How a run ended, as the text before its length.
pub fn ending(model: &Model) -> &'static str {
    match model.stage {
        Stage::Ended(RunEnd::Finished) => "finished in",
        Stage::Ended(RunEnd::Drained) => "drained after",
        Stage::Ended(RunEnd::Cancelled) => "cancelled after",
        Stage::Ended(RunEnd::FailedFast) => "stopped at the first failure after",
        Stage::Ended(RunEnd::GivenUp) => "ended early after",
        Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => "interrupted after",
    }
}

fn headline(model: &Model, end: Offset, style: StreamStyle) -> String {
    let right = format!("{} {}", ending(model), units::length(end.since(Offset::ZERO)));
    let room = HEADLINE.min(style.line_width()).saturating_sub("inflight".len() + 2 + right.width() + 2);
    let name = fit::padded(&fit::middle(&sanitize(&model.name), style.room(room)), room);
    format!("{}  {name}  {right}", style.bold("inflight"))
}

fn jobs(model: &Model, style: StreamStyle) -> String {
    let totals = &model.totals;
    // A watched program has no plan, and so no jobs.
    let what = if model.is_watched() { "request" } else { "job" };
    let mut parts = vec![units::plural(model.jobs.unwrap_or(totals.settled()), what)];
    if totals.jobs_done > 0 {
        parts.push(style.green(&format!("{} ok", units::count(totals.jobs_done))));
    }
    if totals.jobs_failed > 0 {
        let share = units::percent(totals.jobs_failed, totals.settled());
        parts.push(style.red(&format!("{} failed ({share})", units::count(totals.jobs_failed))));
    }
    if totals.jobs_repeated > 0 {
        parts.push(format!("{} sent again", units::count(totals.jobs_repeated)));
    }
    if totals.jobs_cancelled > 0 {
        parts.push(format!("{} cancelled", units::count(totals.jobs_cancelled)));
    }
    if let Some(left) = exit::not_started(model).filter(|&left| left > 0) {
        parts.push(format!("{} not started", units::count(left)));
    }
    line(&parts)
}

/// The attempts, unless each job had exactly one.
fn attempts(model: &Model) -> Option<String> {
    let totals = &model.totals;
    let mut parts = vec![units::plural(totals.started, "attempt")];
    if totals.retries > 0 {
        let retries = if totals.retries == 1 { "retry" } else { "retries" };
        let saved = match (totals.jobs_saved, totals.jobs_waited) {
            (0, 0) => String::new(),
            (saved, 0) => format!(" ({} saved)", units::plural(saved, "job")),
            (0, waited) => format!(" ({} done after a refusal)", units::plural(waited, "job")),
            (saved, waited) => format!(" ({} saved, {waited} after a refusal)", units::plural(saved, "job")),
        };
        parts.push(format!("{} {retries}{saved}", units::count(totals.retries)));
    }
    let others = [
        (totals.throttled, "rate limited"),
        (totals.timed_out, "timed out"),
        (totals.redirected, "redirected"),
        (totals.stale, "on replaced connections"),
        (totals.cancelled, "cancelled"),
    ];
    parts.extend(others.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", units::count(*n))));
    (parts.len() > 1).then(|| line(&parts))
}

/// The endpoints that are down, if a liveness check ran.
fn health(model: &Model, style: StreamStyle) -> Vec<String> {
    const MOST: usize = 8;
    let checked = || model.endpoints.iter().filter_map(|endpoint| Some((endpoint, endpoint.health?)));
    if checked().next().is_none() {
        return Vec::new();
    }
    let up = checked().filter(|(_, health)| health.is_up).count();
    let late = match model.totals.late_rounds {
        0 => String::new(),
        n => format!("   {} late", units::plural(n, "round")),
    };
    let flips: u64 = checked().map(|(_, health)| u64::from(health.flips)).sum();
    let flips = if flips > 0 { format!("   {}", units::plural(flips, "change")) } else { String::new() };
    let mut lines = vec![format!("  {:<9} {up} of {}{flips}{late}", "up", checked().count())];
    for (i, (endpoint, health)) in checked().filter(|(_, health)| !health.is_up).enumerate().take(MOST) {
        let head = if i == 0 { "down" } else { "" };
        let since = units::clock(health.since);
        lines.push(format!("  {} {}   since {since}", style.red(&format!("{head:<9}")), sanitize(&endpoint.name)));
    }
    lines
}

/// A warning if certificates were not checked.
fn insecure(model: &Model, style: StreamStyle) -> Vec<String> {
    let text = format!("  {}  TLS certificates were not checked (`--insecure`)", style.red("INSECURE"));
    model.is_insecure.then_some(text).into_iter().collect()
}

/// Rate-limit header fields that could not be parsed.
fn ignored(model: &Model) -> Vec<String> {
    match model.totals.malformed {
        0 => Vec::new(),
        n => vec![format!("  {:<9} {} that cannot be parsed", "ignored", units::plural(n, "rate-limit header"))],
    }
}

/// The reasons for idle slots, if their share is large enough.
fn idle(model: &Model, end: Offset) -> Option<String> {
    const SHOWN_FROM: f64 = 0.05;
    const REASON_SHOWN_FROM: f64 = 0.01;
    let shares = model.idle_shares(end);
    let sum = |holds: fn(IdleReason) -> bool| -> f64 {
        shares.iter().filter(|(why, _)| holds(*why)).map(|(_, share)| share).sum()
    };
    let all = sum(|_| true);
    // Every run ends with fewer jobs than slots, so this reason alone is not shown.
    if sum(|why| why != IdleReason::NoWork) < SHOWN_FROM {
        return None;
    }
    let largest: Vec<_> = shares.iter().filter(|(_, share)| *share >= REASON_SHOWN_FROM).take(3).collect();
    let mut reasons: Vec<String> =
        largest.iter().map(|(why, share)| format!("{} {:.0} %", model.idle_label(*why), share * 100.0)).collect();
    // The parts add up to the whole as they are displayed.
    let rest = (all * 100.0).round() - largest.iter().map(|(_, share)| (share * 100.0).round()).sum::<f64>();
    if rest >= 1.0 {
        reasons.push(format!("others {rest:.0} %"));
    }
    Some(format!("slots idle {:.0} %: {}", all * 100.0, reasons.join(", ")))
}

fn pace(model: &Model, end: Offset) -> Option<String> {
    let mut parts = Vec::new();
    let seconds = end.since(Offset::ZERO).as_secs_f64();
    let totals = &model.totals;
    if seconds > 0.0 && totals.ended > 0 {
        let all = totals.ended as f64 / seconds;
        let good = totals.expected as f64 / seconds;
        // Goodput is shown only if it is clearly lower than the throughput.
        let (good, all, is_lower) = (units::significant(good), units::significant(all), good < 0.99 * all);
        parts.push(if is_lower { format!("{good} good req/s of {all}") } else { format!("{all} req/s") });
    }
    if model.level.peak() > 0 {
        let mean = units::significant(model.effective_concurrency(end));
        let limit = match (model.first_limit, model.limit) {
            (Some(first), Some(last)) if model.ramp_target.is_some() => {
                format!(" of {first} (the ramp reached {last})")
            }
            (Some(first), Some(last)) if first != last => format!(" (limit {first}, then {last})"),
            (_, Some(limit)) => format!(" of {limit}"),
            (_, None) => String::new(),
        };
        parts.push(format!("in flight mean {mean}, max {}{limit}", model.level.peak()));
    }
    if totals.bytes > 0 {
        let decoded = match totals.decoded {
            decoded if decoded == totals.bytes => String::new(),
            decoded => format!(" ({} decoded)", units::bytes(decoded)),
        };
        parts.push(format!("{} received{decoded}", units::bytes(totals.bytes)));
    }
    (!parts.is_empty()).then(|| line(&parts))
}

fn expectations(checked: &[Checked], style: StreamStyle) -> Vec<String> {
    let line = |checked: &Checked| {
        let found = match (checked.found, checked.what) {
            (Some(found), _) => found.to_string(),
            (None, Measure::Failed) => "no job succeeded or failed".to_owned(),
            (None, Measure::P95) => "nothing was answered".to_owned(),
        };
        let verdict = if checked.holds { style.green("ok    ") } else { style.red("FAILED") };
        let wanted = format!("{} < {}", checked.what, checked.wanted);
        format!("  expectation  {}  {verdict} ({found})", fit::padded(&wanted, 20))
    };
    checked.iter().map(line).collect()
}

/// Warnings about inflight itself, and events that contradict each other.
fn concerns(model: &Model, style: StreamStyle) -> Vec<String> {
    let mut lines = Vec::new();
    if model.totals.warnings > 0 {
        let last = model.event_log.newest_first().find_map(|item| match &item.event {
            LogEvent::Warned(_, message) => Some(sanitize(message)),
            _ => None,
        });
        let n = units::plural(model.totals.warnings, "warning");
        let text = last.map_or(n.clone(), |last| format!("{n}, last: {last}"));
        lines.push(format!("  {}", style.red(&fit::end(&text, style.room(style.line_width() - 2)))));
    }
    let odd = model.anomalies.orphan_ends + model.anomalies.double_starts + model.anomalies.unannounced;
    if odd > 0 {
        lines.push(format!("  {} that contradict the others", units::plural(odd, "event")));
    }
    lines
}

fn files(extras: &Extras<'_>, style: StreamStyle) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(Collected { report, bodies, troubles, counts: _ }) = extras.collected {
        if let Some((path, counts)) = report {
            let n = units::plural(counts.settled(), "result");
            lines.push(format!("  report     {}   {}", path_shown(path), style.dim(&n)));
        }
        if let Some((path, n)) = bodies {
            lines.push(format!("  bodies     {}   {}", path_shown(path), style.dim(&units::plural(*n, "file"))));
        }
        lines.extend(troubles.iter().map(|trouble| format!("  {}", style.red(&trouble.sentence()))));
    }
    if let Some(path) = extras.recording.map(path_shown) {
        lines.push(format!("  recording  {path}   {}", style.dim(&format!("inflight replay {}", shell::word(&path)))));
    }
    if let Some((path, left)) = extras.left_over {
        let path = shell::word(&path_shown(path));
        let (flags, effect) = match left {
            LeftOver::Unsettled => ("", "goes on where this run stopped".to_owned()),
            LeftOver::Failed(n) => (" --only-failed", format!("sends the {} again", units::plural(n, "failed job"))),
        };
        lines.push(format!("  resume     --resume {path}{flags}   {}", style.dim(&effect)));
    }
    lines
}

fn line(parts: &[String]) -> String {
    format!("  {}", parts.join("   "))
}
