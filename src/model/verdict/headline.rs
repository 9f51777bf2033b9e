//! The headline: how the run is going, in one sentence that is always there.
//!
//! A finding replaces it. It promises nothing. Start at [`main_sentence`].

use crate::event::idle::IdleReason;
use crate::event::reasons::RunEnd;
use crate::event::{Micros, Offset};
use crate::model::verdict::sentence::{VerdictSentence, by_tense, slot_count};
use crate::model::verdict::{Gravity, findings, span, thresholds as t};
use crate::model::{Model, Stage};
use crate::text::sanitize::sanitize;
use crate::text::units;

/// How much of a run that goes on the headline is about.
const RECENT: Micros = Micros(10_000_000);

/// The most important finding, or else the headline; `recording` is the displayed path of the run's recording.
pub fn main_sentence(model: &Model, recording: Option<&str>, now: Offset) -> (VerdictSentence, Gravity) {
    match findings(model, recording).into_iter().next() {
        Some(finding) => (finding.sentence, finding.gravity),
        None if has_failed(model) || is_forgotten(model) => (headline(model, now), Gravity::Failed),
        None if has_lost(model) => (headline(model, now), Gravity::Note),
        None => (headline(model, now), Gravity::Good),
    }
}

/// How the run is going.
pub fn headline(model: &Model, now: Offset) -> VerdictSentence {
    let states = [before_the_first, paused, ending, waiting_for_stragglers, polling, failing, lost, alone, in_pages];
    states.iter().find_map(|state| state(model, now)).unwrap_or_else(|| concurrency(model, now))
}

fn sentence(number: &str, place: String, remedy: &str) -> VerdictSentence {
    VerdictSentence::new(number.to_owned(), place, remedy.to_owned())
}

/// Nothing has started.
fn before_the_first(model: &Model, now: Offset) -> Option<VerdictSentence> {
    if model.totals.started > 0 || model.level.peak() > 0 {
        return None;
    }
    if is_forgotten(model) {
        let number = format!("None of {} started", units::plural(model.jobs.unwrap_or_default(), "job"));
        return Some(sentence(&number, "nothing was ever in flight".to_owned(), ""));
    }
    let is_over = matches!(model.stage, Stage::Ended(_));
    let why = idle_reason(model, now)
        .filter(|why| *why != IdleReason::NoWork)
        .map(|why| held_by(why, model))
        .unwrap_or_default();
    let place = if is_over || model.jobs == Some(0) { "there was nothing to do" } else { "nothing has started yet" };
    Some(sentence("Nothing in flight", place.to_owned(), &why))
}

/// The run is paused.
fn paused(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    let is_over = matches!(model.stage, Stage::Ended(_));
    let place = format!("{} in flight, nothing new starts", units::count(model.in_flight().into()));
    (model.is_paused && !is_over).then(|| sentence("Paused", place, "resume when ready"))
}

/// The run is being stopped.
fn ending(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    let left = format!("{} in flight", units::count(model.in_flight().into()));
    match model.stage {
        Stage::Draining => Some(sentence("Draining", left, "nothing new starts")),
        Stage::Cancelling => Some(sentence("Cancelling", left, "")),
        Stage::Ready | Stage::Running | Stage::Ended(_) => None,
    }
}

/// Only attempts that take far longer than usual are left.
fn waiting_for_stragglers(model: &Model, now: Offset) -> Option<VerdictSentence> {
    let stragglers = model.stragglers(now);
    if stragglers.n == 0 || stragglers.n < u64::from(model.in_flight()) {
        return None;
    }
    let oldest = model.open.all().map(|flight| now.since(flight.started)).max()?;
    let until = stragglers.until.map(|until| format!("the last times out at {}", units::clock_seconds(until)));
    let place = format!("the oldest in flight for {}", units::roughly(oldest));
    let number = format!("Waiting for {}", units::plural(stragglers.n, "straggler"));
    Some(sentence(&number, place, &until.unwrap_or_default()))
}

/// The batch repeats in rounds.
fn polling(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    if !model.is_polled {
        return None;
    }
    let checked = || model.endpoints.iter().filter_map(|endpoint| Some((endpoint, endpoint.health?)));
    let (up, all) = (checked().filter(|(_, health)| health.is_up).count(), checked().count());
    let flips: u64 = checked().map(|(_, health)| u64::from(health.flips)).sum();
    // The one that is down for longest is named, because it is the first to look at.
    let down = checked().filter(|(_, health)| !health.is_up).min_by_key(|(_, health)| health.since);
    let down = down.map(|(endpoint, health)| {
        let others = if all - up > 1 { format!(" and {} more", all - up - 1) } else { String::new() };
        let verb = if model.ended.is_some() { "was down" } else { "down" };
        format!("{} {verb} since {}{others}, ", sanitize(&endpoint.name), units::clock(health.since))
    });
    let changes = if flips > 0 { units::plural(flips, "change") } else { "no change".to_owned() };
    let place = format!("{}{changes}{}", down.unwrap_or_default(), by_tense(model, " so far", ""));
    (all > 0).then(|| sentence(&format!("{up} of {all} up"), place, ""))
}

/// From this share of the jobs on, one in so many, what became of them is the headline.
const NOTABLE: u64 = 4;

/// Whether a large share of the jobs of a run that is over has failed, although too few for a finding.
fn has_failed(model: &Model) -> bool {
    let failed = model.totals.jobs_failed;
    model.ended.is_some() && failed > 0 && NOTABLE * failed >= model.totals.settled()
}

/// Whether the run came to its end without an attempt at any of its jobs, as in a program that forgets to await.
fn is_forgotten(model: &Model) -> bool {
    let is_over = model.stage == Stage::Ended(RunEnd::Finished);
    let is_untouched = model.totals.started == 0 && model.level.peak() == 0;
    is_over && is_untouched && model.totals.jobs_done + model.totals.jobs_failed == 0 && model.jobs.unwrap_or(0) > 0
}

/// Whether the run came to its end, and a large share of its jobs was cancelled one by one.
fn has_lost(model: &Model) -> bool {
    let cancelled = model.totals.jobs_cancelled;
    model.stage == Stage::Ended(RunEnd::Finished) && cancelled > 0 && NOTABLE * cancelled >= model.totals.settled()
}

/// The run is over, and a large share of its jobs was cancelled.
fn lost(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    let (cancelled, settled) = (model.totals.jobs_cancelled, model.totals.settled());
    let number = format!("{} of {} cancelled", units::count(cancelled), units::plural(settled, "job"));
    has_lost(model).then(|| sentence(&number, "they have no result".to_owned(), ""))
}

/// The run is over, and a large share of its jobs has failed.
fn failing(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    let (failed, settled) = (model.totals.jobs_failed, model.totals.settled());
    let (cause, _) = model.incidents.by_size().into_iter().next()?;
    let number = format!("{} of {} failed", units::count(failed), units::plural(settled, "job"));
    has_failed(model).then(|| sentence(&number, cause.to_string(), ""))
}

/// There was only one request.
fn alone(model: &Model, _now: Offset) -> Option<VerdictSentence> {
    let number = if model.ended.is_some() { "One request" } else { "One request so far" };
    (model.totals.started == 1).then(|| sentence(number, "nothing ran next to it".to_owned(), ""))
}

/// Nearly every job is a page of a row, so that no more could be in flight than there are rows.
fn in_pages(model: &Model, now: Offset) -> Option<VerdictSentence> {
    let (rows, pages) = (model.totals.paged_rows, model.totals.pages);
    let is_apart = pages > rows && idle_reason(model, now) == Some(IdleReason::Pages);
    if !is_apart {
        return None;
    }
    let number = format!("{} of {}", units::plural(pages, "page"), units::plural(rows, "row"));
    let place = format!("{} in flight on average", units::significant(mean_in_flight(model, now)));
    let remedy = by_tense(model, "each page names the next", "each page named the next");
    Some(sentence(&number, place, remedy))
}

/// How many were in flight at once, and what held the run to it.
fn concurrency(model: &Model, now: Offset) -> VerdictSentence {
    let (peak, limit) = (model.level.peak(), model.limit);
    if limit == Some(1) && !model.evidence.has_changed_limit {
        let place = format!("each {} for the one before", by_tense(model, "waits", "waited"));
        return sentence("One at a time", place, "limit 1");
    }
    if peak <= 1 && model.totals.ended >= 2 {
        return sentence("One at a time", "no two attempts ran at once".to_owned(), &hold(model, now));
    }
    let is_whole = peak > 1 && u64::from(peak) == model.totals.started + model.evidence.levels.n;
    if is_whole && limit.is_none_or(|limit| limit >= peak) {
        return sentence("All at once", format!("{} in flight together", units::count(peak.into())), "");
    }
    let mean = mean_in_flight(model, now);
    let (brief, more) = match slots(model, now) {
        Some(slots) => (format!("{} of {} in flight", figure(mean, slots), slot_count(slots)), String::new()),
        None => (format!("{} in flight", units::significant(mean)), format!(", {peak} at most")),
    };
    let hold = hold(model, now);
    sentence("Concurrent", format!("{brief} on average{more}"), &hold).or_brief(brief, &hold)
}

/// The mean, as a whole number where it is full.
fn figure(mean: f64, slots: f64) -> String {
    if mean >= slots - 0.05 { slot_count(slots) } else { format!("{mean:.1}") }
}

/// What a headline is about: the whole run once it is over, and before that the last seconds under the present limit.
fn window(model: &Model, now: Offset) -> (Offset, Offset) {
    let first = model.evidence.first.unwrap_or_default();
    match model.ended {
        Some(_) => (first, model.evidence.last),
        None => (Offset(now.0.saturating_sub(RECENT.0)).max(first).max(model.evidence.limit_changed.min(now)), now),
    }
}

/// The mean number of slots.
fn slots(model: &Model, now: Offset) -> Option<f64> {
    if model.ended.is_some() { model.mean_slots(now) } else { model.limit.map(f64::from) }
}

/// The mean number in flight.
fn mean_in_flight(model: &Model, now: Offset) -> f64 {
    let (held, span) = (model.evidence.service_times.sum, span(model));
    if model.ended.is_some() && !held.is_zero() && !span.is_zero() {
        return held.0 as f64 / span.0 as f64;
    }
    let levels = &model.evidence.levels;
    if model.ended.is_some() && model.totals.started == 0 && !levels.span().is_zero() {
        return levels.service.0 as f64 / levels.span().0 as f64;
    }
    let (from, to) = window(model, now);
    model.level.mean_between(from, to, now).unwrap_or_default()
}

/// What kept more from running at once.
fn hold(model: &Model, now: Offset) -> String {
    const NOTABLE: f64 = 0.2;
    let is_short = model.jobs.is_some_and(|jobs| model.totals.settled() + u64::from(model.in_flight()) >= jobs);
    // What was full in the last seconds need not be full now.
    let mean =
        if model.ended.is_some() { f64::MAX } else { f64::from(model.in_flight()) }.min(mean_in_flight(model, now));
    let is_full = slots(model, now).is_some_and(|slots| mean >= t::FULL * slots);
    let has_lasted = span(model) >= t::SERIAL_SPAN;
    if model.ended.is_none() && is_short {
        return if is_full { String::new() } else { "there is no more to start".to_owned() };
    }
    let shares = model.idle_shares(now);
    let most = shares.first().filter(|(_, share)| *share >= NOTABLE && has_lasted);
    if let Some((why, _)) = most {
        return held_by(*why, model);
    }
    if is_full { what_holds(model, "the limit") } else { String::new() }
}

/// The reason for most idle slots.
fn idle_reason(model: &Model, now: Offset) -> Option<IdleReason> {
    model.idle_shares(now).first().map(|(why, _)| *why)
}

/// A reason for idle slots as what holds the run.
fn held_by(why: IdleReason, model: &Model) -> String {
    let what = match why {
        IdleReason::HostLimit if model.adaptive_has_acted() => "the adapted limit",
        IdleReason::Gap if model.has_adapted_pace() => "the adapted pace",
        IdleReason::HostLimit => "the limit per host",
        IdleReason::Cooldown => "the wait that a server asked for",
        IdleReason::Outage => by_tense(model, "a host that is down", "a host that was down"),
        IdleReason::Gap => "the gap between starts",
        IdleReason::Rate => "the rate",
        IdleReason::Backoff => "the backoff before retries",
        IdleReason::Input => "the input",
        IdleReason::Paused => return "it was paused".to_owned(),
        IdleReason::Round => {
            return by_tense(model, "the next round is due later", "the rounds were due later").to_owned();
        }
        IdleReason::Pages => return "each page names the next".to_owned(),
        IdleReason::Draining => return "it was drained".to_owned(),
        IdleReason::NoWork => return "there was no more to start".to_owned(),
    };
    what_holds(model, what)
}

fn what_holds(model: &Model, what: &str) -> String {
    format!("{what} {}", by_tense(model, "is what holds", "was what held"))
}
