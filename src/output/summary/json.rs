//! The summary for scripts: one document with every figure.
//!
//! Within one `schema_version`, fields are only added. Foreign text is not escaped yet: write the document with
//! [`safe_json::text`](crate::text::safe_json::text). Start at [`summary_json`].

use serde_json::{Value, json};

use crate::event::adaptive::Learned;
use crate::event::cause::Cause;
use crate::event::waits::{WaitReason, WaitTimes};
use crate::event::{Micros, Offset};
use crate::model::endpoint::EndpointStats;
use crate::model::event_log::LogEvent;
use crate::model::expectation::{Checked, Figure};
use crate::model::histogram::Histogram;
use crate::model::host::HostStats;
use crate::model::host::offer::PlanOffer;
use crate::model::incidents::FailureGroup;
use crate::model::since_due::SinceDue;
use crate::model::verdict::headline::main_sentence;
use crate::model::verdict::{Finding, Gravity, findings};
use crate::model::{Model, Stage};
use crate::output::output_error::{OutputError, path_shown};
use crate::output::summary::extras::Extras;
use crate::output::{exit, failure_kind};

/// The version of the document.
pub const SCHEMA_VERSION: u32 = 1;

/// Every figure of the run.
pub fn summary_json(model: &Model, now: Offset, extras: &Extras<'_>) -> Value {
    let end = model.ended.unwrap_or(now);
    let seconds = end.since(Offset::ZERO).as_secs_f64();
    let per_second = |n: u64| if seconds > 0.0 { rounded(n as f64 / seconds) } else { 0.0 };
    let totals = &model.totals;
    json!({
        "schema_version": SCHEMA_VERSION,
        "name": &*model.name,
        "ended": match model.stage {
            Stage::Ended(how) => json!(how),
            Stage::Ready | Stage::Running | Stage::Draining | Stage::Cancelling => Value::Null,
        },
        "elapsed_s": rounded(seconds),
        "insecure": model.is_insecure,
        "jobs": {
            "planned": model.jobs,
            "done": totals.jobs_done,
            "done_after_retry": totals.jobs_saved + totals.jobs_waited,
            "done_after_refusal": totals.jobs_waited,
            "failed": totals.jobs_failed,
            "cancelled": totals.jobs_cancelled,
            "sent_again": totals.jobs_repeated,
            "done_when_sent_again": totals.repeats_done,
            "settled": totals.settled(),
            "not_started": exit::not_started(model),
        },
        "attempts": {
            "started": totals.started,
            "ended": totals.ended,
            "answered_expected": totals.expected,
            "answered_unexpected": totals.unexpected,
            "throttled": totals.throttled,
            "timed_out": totals.timed_out,
            "broken": totals.broken,
            "redirected": totals.redirected,
            "cancelled": totals.cancelled,
        },
        "retries": totals.retries,
        "stale_connections": totals.stale,
        "malformed_headers": totals.malformed,
        "late_rounds": totals.late_rounds,
        "waits_s": waits(&model.waits),
        "in_flight": {
            "mean": rounded(model.effective_concurrency(end)),
            "idle": idle(model, end),
            "peak": model.level.peak(),
            "limit": model.limit,
            "first_limit": model.first_limit,
            "adaptive": model.adaptive,
        },
        "goodput_per_s": per_second(totals.expected),
        "throughput_per_s": per_second(totals.ended),
        "latency_ms": latency(&model.latency),
        "latency_good_ms": latency(&model.good_latency),
        "since_due_ms": model.since_due.as_ref().map_or(Value::Null, since_due),
        "warmup_attempts": totals.warmup,
        "stopped": {
            "count": totals.stops,
            "seconds": rounded(totals.stopped.as_secs_f64()),
            "attempts": totals.across_stops,
        },
        "bytes": totals.bytes,
        "decoded_bytes": totals.decoded,
        "failures": model.incidents.by_size().iter().map(|&(cause, group)| failure(model, cause, group)).collect::<Vec<_>>(),
        "endpoints": model.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        "hosts": model.hosts.kept().map(|one| host(one, end)).collect::<Vec<_>>(),
        "hosts_counted_together": model.hosts.n_others(),
        "expectations": extras.checked.iter().map(expectation).collect::<Vec<_>>(),
        "headline": headline(model, extras, now),
        "verdict": verdict(model, extras),
        "anomalies": {
            "orphan_ends": model.anomalies.orphan_ends,
            "double_starts": model.anomalies.double_starts,
            "strangers": model.anomalies.unannounced,
        },
        "warnings": { "count": totals.warnings, "last": last_warnings(model) },
        "output": output(extras),
    })
}

fn latency(histogram: &Histogram) -> Value {
    json!({
        "n": histogram.n(),
        "mean": histogram.mean().map(millis),
        "p50": histogram.quantile(0.5).map(millis),
        "p90": histogram.quantile(0.9).map(millis),
        "p95": histogram.quantile(0.95).map(millis),
        "p99": histogram.quantile(0.99).map(millis),
        "max": histogram.max().map(millis),
    })
}

/// The latencies since due, with the starts that were late or missed.
fn since_due(since_due: &SinceDue) -> Value {
    let mut figures = latency(&since_due.latency);
    figures["late_starts"] = since_due.late.into();
    figures["missed_starts"] = since_due.missed.into();
    figures
}

fn failure(model: &Model, cause: Cause, group: &FailureGroup) -> Value {
    let name = |i: usize| model.endpoints.get(i).map(|endpoint| &*endpoint.name);
    let endpoints: Vec<_> = group.endpoints.iter().map(|(&i, n)| json!({"name": name(i), "count": n})).collect();
    json!({
        "cause": cause.to_string(),
        "kind": failure_kind::cause_kind(cause),
        "expected": group.example.expected,
        "count": group.jobs,
        "first_s": rounded(group.first.since(Offset::ZERO).as_secs_f64()),
        "last_s": rounded(group.last.since(Offset::ZERO).as_secs_f64()),
        "not_retried": group.no_retry.reason().map(|why| json!({ "why": why, "fix": group.no_retry.fix(cause) })),
        "example": { "request": group.example.target, "detail": group.example.detail },
        "endpoints": endpoints,
    })
}

fn endpoint(endpoint: &EndpointStats) -> Value {
    json!({
        "name": &*endpoint.name,
        "jobs": endpoint.jobs,
        "done": endpoint.done,
        "failed": endpoint.failed,
        "cancelled": endpoint.cancelled,
        "throttled": endpoint.throttled,
        "p50_ms": endpoint.latency.quantile(0.5).map(millis),
        "p95_ms": endpoint.latency.quantile(0.95).map(millis),
        "since_due_p50_ms": endpoint.since_due.latency.quantile(0.5).map(millis),
        "since_due_p95_ms": endpoint.since_due.latency.quantile(0.95).map(millis),
        "health": health(endpoint),
    })
}

/// The health of an endpoint, if a liveness check ran.
fn health(endpoint: &EndpointStats) -> Value {
    let Some(health) = endpoint.health else { return Value::Null };
    let since = rounded(health.since.since(Offset::ZERO).as_secs_f64());
    json!({"up": health.is_up, "since_s": since, "flips": health.flips, "rounds": endpoint.round})
}

fn host(host: &HostStats, end: Offset) -> Value {
    let learned = PlanOffer::for_host(host).and(host.learned).map(|learned| {
        let at_once = if let Learned::AtOnce(limit) = learned { Some(limit) } else { None };
        let window = if let Learned::PerWindow(window) = learned { Some(window) } else { None };
        json!({
            "at_once": at_once,
            "per_second": learned.per_second().map(rounded),
            "quota": window.map(|window| window.quota),
            "window_s": window.map(|window| rounded(window.length.as_secs_f64())),
        })
    });
    let (outages, lasted) = host.outages(end);
    let recognized = host.recognized.iter().map(|known| json!({"status": known.status, "why": &*known.why}));
    json!({
        "name": &*host.name,
        "limit": host.limit,
        "learned": learned,
        "outages": {
            "count": outages,
            "seconds": rounded(lasted.as_secs_f64()),
            "given_up": host.last_given_up.is_some(),
        },
        "given_up": host.last_given_up.as_ref().map(|given_up| json!({
            "at_s": rounded(given_up.since.since(Offset::ZERO).as_secs_f64()),
            "why": &*given_up.why,
            "is_back": host.given_up.is_none(),
        })),
        "refusals_recognized": recognized.collect::<Vec<_>>(),
    })
}

fn expectation(checked: &Checked) -> Value {
    let figure = |figure: Figure| match figure {
        Figure::Share(share) => share,
        Figure::Length(length) => millis(length),
    };
    json!({
        "what": checked.what.to_string(),
        "unit": match checked.wanted {
            Figure::Share(_) => "share",
            Figure::Length(_) => "ms",
        },
        "limit": figure(checked.wanted),
        "value": checked.found.map(figure),
        "met": checked.holds,
    })
}

/// The sentence that is always there: that of the main finding, or else how the run went.
fn headline(model: &Model, extras: &Extras<'_>, now: Offset) -> String {
    let recording = extras.recording.or(extras.replay_of).map(path_shown);
    main_sentence(model, recording.as_deref(), now).0.to_string()
}

/// The verdict: the main finding as a sentence and its parts, and the other findings; null without a finding.
fn verdict(model: &Model, extras: &Extras<'_>) -> Value {
    let recording = extras.recording.or(extras.replay_of).map(path_shown);
    let mut sentences =
        findings(model, recording.as_deref()).into_iter().map(|Finding { kind, gravity, sentence, .. }| {
            json!({
                "kind": kind,
                "is_note": gravity == Gravity::Note,
                "sentence": sentence.to_string(),
                "number": sentence.number,
                "place": sentence.place,
                "remedy": sentence.remedy,
                "code": sentence.code,
            })
        });
    let Some(mut first) = sentences.next() else { return Value::Null };
    first["others"] = sentences.collect();
    first
}

/// The warnings that are still in the event log, oldest first.
fn last_warnings(model: &Model) -> Vec<&str> {
    let mut warnings: Vec<&str> = model
        .event_log
        .newest_first()
        .filter_map(|item| match &item.event {
            LogEvent::Warned(_, message) => Some(&**message),
            _ => None,
        })
        .collect();
    warnings.reverse();
    warnings
}

fn output(extras: &Extras<'_>) -> Value {
    let collected = extras.collected;
    let path = |path: &std::path::Path| path.to_string_lossy().into_owned();
    json!({
        "report": collected.and_then(|c| c.report.as_ref()).map(|(report, _)| path(report)),
        "bodies": collected.and_then(|c| c.bodies.as_ref()).map(|(folder, _)| path(folder)),
        "recording": extras.recording.map(path),
        "troubles": collected.map_or_else(Vec::new, |c| c.troubles.iter().map(OutputError::sentence).collect()),
    })
}

fn millis(length: Micros) -> f64 {
    length.0 as f64 / 1e3
}

/// Idle slots × time by reason, as shares of all slots × time.
fn idle(model: &Model, end: Offset) -> Value {
    let shares = model.idle_shares(end).into_iter();
    shares.map(|(why, share)| (why.key().to_owned(), json!(rounded(share)))).collect::<serde_json::Map<_, _>>().into()
}

/// The time that attempts waited before they started, in seconds, by reason.
fn waits(waits: &WaitTimes) -> Value {
    let waited = WaitReason::ALL.into_iter().map(|why| (why, waits.get(why))).filter(|(_, waited)| !waited.is_zero());
    waited
        .map(|(why, waited)| (why.key().to_owned(), json!(rounded(waited.as_secs_f64()))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// Rounds to three decimals.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
