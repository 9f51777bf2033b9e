//! What happened, one thing after the other?
//!
//! The newest comes last and is followed, until somebody reads. Start at [`Log`].

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::event::outcome::Outcome;
use crate::event::{Micros, Offset};
use crate::model::Model;
use crate::model::incidents::Cause;
use crate::model::news::{Item, News, Story};
use crate::tui::filter::Term;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::events::{self, tell};
use crate::tui::view::facts::{self, Said};
use crate::tui::view::page::{Key, Page};
use crate::tui::view::paint::Pen;
use crate::tui::view::table;
use crate::units;

/// The last events.
#[derive(Debug)]
pub struct Log;

/// The mark of the selected row and a space.
const LEAD: u16 = 2;
/// Title and lines of the selected event.
const DETAIL: u16 = 4;

impl Page for Log {
    fn thing(&self) -> &'static str {
        "event"
    }

    fn rows(&self, model: &Model) -> Range<usize> {
        let kept = model.news.kept();
        let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        number(kept.start)..number(kept.end)
    }

    fn columns(&self) -> &'static [&'static str] {
        &["time"]
    }

    fn key(&self, _model: &Model, row: usize, _column: usize, _now: Offset) -> Key {
        Key::Least(row as u64)
    }

    fn holds(&self, model: &Model, row: usize, _now: Offset, term: &Term) -> bool {
        let Some(item) = model.news.nth(row as u64) else { return false };
        let happened = Happened::of(item, model);
        match term {
            Term::Word(word) => {
                let told = tell(item, model);
                word.is_in(&told.place)
                    || word.is_in(&told.text)
                    || told.number.is_some_and(|number| word.is_in(&number))
                    || happened.target.is_some_and(|target| word.is_in(target))
            }
            Term::Status(statuses) => happened.outcome.and_then(status_of).is_some_and(|status| statuses.holds(status)),
            Term::Length(bound) => happened.took.is_some_and(|took| bound.holds(took)),
            Term::Host(word) => happened.host.is_some_and(|host| word.is_in(host)),
            Term::Endpoint(word) => happened.endpoint.is_some_and(|endpoint| word.is_in(endpoint)),
            Term::State(word) => word.is_in(name_of(tell(item, model).status)),
            Term::Cause(word) => happened
                .outcome
                .and_then(Cause::of)
                .is_some_and(|cause| word.is_in(&cause.to_string()) || word.is_in(cause.kind().words())),
        }
    }

    fn room(&self, area: Rect, _model: &Model) -> usize {
        usize::from(parts(area.height).1.saturating_sub(1))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        let (above, rows, detail) = parts(pen.height());
        let width = pen.width();
        lines(&mut pen.part(0, above, width, rows), scene);
        let chosen = scene.ui.list().chosen().and_then(|row| scene.model.news.nth(row as u64));
        if let (Some(item), true) = (chosen, detail > 0) {
            let told = tell(item, scene.model);
            let from = above + rows + 1;
            let said = said(item, scene.model, &told.text);
            let number = told.number.unwrap_or_default();
            facts::draw(&mut pen.part(0, from, width, detail), &told.place, &number, &said);
        }
    }

    fn is_stream(&self) -> bool {
        true
    }
}

/// Blank rows above, the lines with their head, and the selected one in full.
fn parts(height: u16) -> (u16, u16, u16) {
    let above = u16::from(height >= 17);
    let detail = if height >= 13 { DETAIL } else { 0 };
    (above, height - above - detail - u16::from(detail > 0), detail)
}

/// The head and the lines in sight.
fn lines(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let list = scene.ui.list();
    pen.section(0, "Log", &remark(scene));
    if list.order.is_empty() {
        if scene.model.news.told() == 0 {
            pen.text(LEAD, 1, events::NOTHING, Role::TextDim);
        } else {
            table::nothing(pen, LEAD, 1, scene);
        }
        return;
    }
    let width = pen.width().saturating_sub(LEAD);
    for (y, (row, is_selected)) in (1..pen.height()).zip(list.in_sight()) {
        let Some(item) = scene.model.news.nth(row as u64) else { continue };
        events::line(&mut pen.part(LEAD, y, width, 1), 0, item, scene);
        // Who only follows has no place of his own.
        if is_selected && list.is_reading {
            table::mark(pen, y);
            pen.underlay(y, Role::Selection);
        }
    }
}

/// How many there are, and whether the newest are in sight.
fn remark(scene: &Scene<'_>) -> String {
    let (list, news) = (scene.ui.list(), &scene.model.news);
    let gone = news.told().saturating_sub(News::KEPT as u64);
    let mut parts: Vec<String> = table::share_shown(scene).into_iter().collect();
    if gone > 0 {
        parts.push(format!("{} older are gone", units::count(gone)));
    }
    if list.is_reversed {
        parts.push("newest first".to_owned());
    }
    let below = list.order.len().saturating_sub(list.scroll + list.page);
    let newer = if list.is_reversed { list.scroll } else { below };
    parts.push(match newer {
        _ if !list.is_reading => "following".to_owned(),
        0 => "reading".to_owned(),
        newer => format!("{} newer", units::count(newer as u64)),
    });
    parts.join("   ")
}

/// The selected event in full.
fn said(item: &Item, model: &Model, text: &str) -> Vec<Said> {
    let happened = Happened::of(item, model);
    let mut said = vec![Said::words(status_word(item, model), text)];
    if let Some(target) = happened.target {
        said.push(Said::name("request", target));
    }
    match happened.outcome {
        Some(Outcome::Failed { detail: Some(detail), .. }) => said.push(Said::words("in full", detail.to_string())),
        _ => said.extend(happened.host.map(|host| Said::name("host", host))),
    }
    said
}

fn status_word(item: &Item, model: &Model) -> &'static str {
    name_of(tell(item, model).status)
}

/// What an event is about, for those who ask one thing.
#[derive(Default)]
struct Happened<'m> {
    endpoint: Option<&'m str>,
    host: Option<&'m str>,
    target: Option<&'m str>,
    outcome: Option<&'m Outcome>,
    took: Option<Micros>,
}

impl<'m> Happened<'m> {
    fn of(item: &'m Item, model: &'m Model) -> Self {
        let at = |i: usize| {
            let endpoint = model.endpoints.get(i);
            let host = endpoint.and_then(|endpoint| model.hosts.get(endpoint.host?));
            Self {
                endpoint: endpoint.map(|endpoint| &*endpoint.name),
                host: host.map(|host| &*host.name),
                ..Self::default()
            }
        };
        let of_host = |host: &'m Arc<str>| Self { host: Some(host), ..Self::default() };
        match &item.story {
            Story::Trouble { endpoint, target, outcome, took, .. } => {
                Self { target: Some(target), outcome: Some(outcome), took: Some(*took), ..at(*endpoint) }
            }
            Story::GivenUp { endpoint, last } => Self { outcome: Some(last), ..at(*endpoint) },
            Story::Limit { host: Some(host), .. } | Story::Adapted { host, .. } => of_host(host),
            Story::Stalled(lasted) => Self { took: Some(*lasted), ..Self::default() },
            Story::Limit { host: None, .. }
            | Story::Paused
            | Story::Resumed
            | Story::Draining
            | Story::Cancelling
            | Story::Warned(..)
            | Story::Ended(_) => Self::default(),
        }
    }
}

fn status_of(outcome: &Outcome) -> Option<u16> {
    match outcome {
        Outcome::Answered { status, .. } | Outcome::Redirected { status } | Outcome::Throttled { status, .. } => {
            Some(*status)
        }
        Outcome::TimedOut { .. } | Outcome::Failed { .. } | Outcome::Cancelled => None,
    }
}

/// What a filter calls it.
fn name_of(status: Status) -> &'static str {
    match status {
        Status::Queued => "queued",
        Status::Running => "running",
        Status::Ok => "ok",
        Status::Slow => "notice",
        Status::Retrying => "retrying",
        Status::Limited => "limited",
        Status::Failed => "failed",
        Status::Timeout => "timeout",
        Status::Cancelled => "cancelled",
        Status::Paused => "paused",
    }
}
