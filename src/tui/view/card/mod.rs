//! The card of one request: its URL, how it ended, where its time went, and what is known of the answer.
//!
//! Start at [`draw`].

mod answer;
pub mod phases;

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::event::outcome::Outcome;
use crate::model::Model;
use crate::model::anatomy::Ending;
use crate::model::incidents::example::Example;
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::privacy::Privacy;
use crate::tui::rows::card::{CardSet, attempts_of_job};
use crate::tui::rows::event_text::follow_up_of;
use crate::tui::rows::request::{attempt_number, ending_text, status};
use crate::tui::state::card::Card;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::labelled::{self, LabelledRow};

/// Draws the open card.
pub fn draw(screen: &mut Pen<'_>, card: &Card, scene: &ViewScene<'_>) {
    labelled::draw(screen, (&title(card), &place(card)), rows(card, scene.model, scene.now), card.scroll);
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, card: &Card, model: &Model, now: Offset, privacy: &Privacy) -> usize {
    labelled::last_row(area, rows(card, model, now), privacy)
}

fn title(card: &Card) -> String {
    match card.content.cause {
        Some(cause) => cause.to_string(),
        None => "Request".to_owned(),
    }
}

/// The place of the request in its set.
fn place(card: &Card) -> String {
    let (n, of) = (units::count(card.content.nth as u64 + 1), units::count(card.content.of as u64));
    match (card.set, card.content.of) {
        (CardSet::Cause(_), 1) => "the only example".to_owned(),
        (CardSet::Cause(_), _) => format!("example {n} of {of}"),
        (CardSet::Rows | CardSet::Endpoint(_) | CardSet::Host(_) | CardSet::Events | CardSet::Addresses, _) => {
            format!("{n} of {of}, {}", card.set.order())
        }
    }
}

fn rows(card: &Card, model: &Model, now: Offset) -> Vec<LabelledRow> {
    let request = card.request();
    let mut rows = Vec::new();
    if let Some(target) = &request.target {
        rows.push(LabelledRow::new("request", &**target).in_role(Role::Title));
    }
    if let Some(endpoint) = model.endpoints.get(request.endpoint).filter(|it| request.target.as_ref() != Some(&it.name))
    {
        rows.push(LabelledRow::new("endpoint", &*endpoint.name));
    }
    match &request.bar {
        Some(bar) => rows.extend(bar_rows(bar, model, now)),
        None => rows.extend(attempt_row(request)),
    }
    if let Some(detail) = &request.detail {
        rows.push(LabelledRow::new("detail", &**detail));
    }
    if let Some(expected) = &request.expected {
        rows.push(LabelledRow::new("expected", &**expected));
    }
    rows.extend(answer::rows(request, card.content.cause));
    rows
}

/// The line of an attempt whose waits and phases are no longer known.
fn attempt_row(request: &Example) -> Option<LabelledRow> {
    let attempt = request.attempt?;
    let nth = if attempt.n > 1 { format!(", attempt {}", attempt.n) } else { String::new() };
    let (at, took) = (units::clock(request.at), units::length(request.took));
    Some(LabelledRow::new("attempt", format!("#{}{nth}, ended at {at} after {took}", attempt.job.0)))
}

/// The result of an attempt, its place in time and among the attempts of its job, and its phases.
fn bar_rows(bar: &Bar, model: &Model, now: Offset) -> Vec<LabelledRow> {
    let mut rows = vec![LabelledRow::new("result", result(bar, model, now)).in_role(role(bar))];
    let started = format!("{}, started at {}", attempt_number(bar), units::clock(bar.started));
    rows.push(LabelledRow::new("attempt", format!("{started} in slot {}", units::count(bar.slot.into()))));
    rows.push(LabelledRow::new("", ""));
    rows.extend(phases::rows(bar, now));
    let attempts = attempts_of_job(bar, model);
    if bar.attempt.n > 1 || attempts.len() > 1 {
        rows.push(LabelledRow::new("", ""));
        rows.extend(job_rows(bar, &attempts, model, now));
    }
    rows
}

/// One line for each attempt of a job: retries and redirects.
fn job_rows(bar: &Bar, attempts: &[&Bar], model: &Model, now: Offset) -> Vec<LabelledRow> {
    let mut label = "job";
    let mut rows = Vec::new();
    let first = attempts.first().map_or(bar.attempt.n, |first| first.attempt.n);
    if first > 1 {
        let earlier = units::plural(u64::from(first - 1), "earlier attempt");
        rows.push(
            LabelledRow::new(std::mem::take(&mut label), format!("{earlier}, no longer kept")).in_role(Role::TextDim),
        );
    }
    for (i, attempt) in attempts.iter().enumerate() {
        let next = attempts.get(i + 1).filter(|next| next.attempt.n == attempt.attempt.n + 1);
        let hop = match (attempt.end.as_ref().and_then(|end| end.outcome.as_ref()), next) {
            (Some(Outcome::Redirected { .. }), Some(next)) => format!(" → {}", next.target),
            _ => String::new(),
        };
        let text = format!("{}  {}{hop}", attempt_number(attempt), result(attempt, model, now));
        let role = if attempt.is(bar.origin, bar.attempt) { Role::Text } else { Role::TextDim };
        rows.push(LabelledRow::new(std::mem::take(&mut label), text).in_role(role));
    }
    rows
}

/// How an attempt ended, after which time, and what followed.
fn result(bar: &Bar, model: &Model, now: Offset) -> String {
    let took = bar.took(now);
    let Some(end) = &bar.end else { return format!("in flight for {}", units::countdown(took)) };
    let after = units::length(took);
    let Some(outcome) = &end.outcome else { return format!("displaced after {after}") };
    let bytes = match outcome {
        Outcome::Answered { bytes, .. } => format!(", {}", units::bytes(*bytes)),
        Outcome::Throttled { retry_after: Some(asked), .. } => format!(", Retry-After {}", units::length(*asked)),
        Outcome::Throttled { .. }
        | Outcome::Redirected { .. }
        | Outcome::TimedOut { .. }
        | Outcome::Failed { .. }
        | Outcome::Cancelled => String::new(),
    };
    let then = follow_up_of(bar, model).unwrap_or_else(|| match bar.retry {
        Some(until) => format!(", retry in {}", units::length(until.since(end.at))),
        None => String::new(),
    });
    format!("{} after {after}{bytes}{then}", ending_text(Ending::from(outcome)))
}

fn role(bar: &Bar) -> Role {
    match status(bar) {
        Status::Ok => Role::Text,
        other => other.into(),
    }
}
