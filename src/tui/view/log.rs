//! What happened, one thing after the other?
//!
//! The newest comes last and is followed, until somebody reads. Start at [`Log`].

use std::ops::Range;

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::event::outcome::Outcome;
use crate::model::Model;
use crate::model::endpoint::Endpoint;
use crate::model::news::{About, Item, News};
use crate::text::units;
use crate::tui::filter::Term;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::events::{self, tell};
use crate::tui::view::facts::{self, Said};
use crate::tui::view::page::{Key, Page};
use crate::tui::view::paint::Pen;
use crate::tui::view::table;
use crate::tui::view::targets::Target;

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
        let about = item.story.about();
        match term {
            Term::Word(word) => {
                let told = tell(item, model);
                word.is_in(&told.place)
                    || word.is_in(&told.text)
                    || told.number.is_some_and(|number| word.is_in(&number))
                    || about.target.is_some_and(|target| word.is_in(target))
            }
            Term::Status(statuses) => about.outcome.and_then(status_of).is_some_and(|status| statuses.holds(status)),
            Term::Length(bound) => about.took.is_some_and(|took| bound.holds(took)),
            Term::Host(word) => host_of(&about, model).is_some_and(|host| word.is_in(host)),
            Term::Endpoint(word) => endpoint_of(&about, model).is_some_and(|endpoint| word.is_in(&endpoint.name)),
            Term::State(word) => word.is_in(name_of(tell(item, model).status)),
            Term::Cause(word) => about
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
        pen.target(0, y, u16::MAX, Target::Row(row));
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
    let about = item.story.about();
    let mut said = vec![Said::words(status_word(item, model), text)];
    if let Some(target) = about.target {
        said.push(Said::name("request", target.to_string()));
    }
    match about.outcome {
        Some(Outcome::Failed { detail: Some(detail), .. }) => said.push(Said::words("in full", detail.to_string())),
        _ => said.extend(host_of(&about, model).map(|host| Said::name("host", host))),
    }
    said
}

fn status_word(item: &Item, model: &Model) -> &'static str {
    name_of(tell(item, model).status)
}

/// The endpoint that an event happened at.
fn endpoint_of<'m>(about: &About<'m>, model: &'m Model) -> Option<&'m Endpoint> {
    model.endpoints.get(about.endpoint?)
}

/// The host that an event names, or that its endpoint lies at.
fn host_of<'m>(about: &About<'m>, model: &'m Model) -> Option<&'m str> {
    let at_endpoint = || model.hosts.get(endpoint_of(about, model)?.host?);
    about.host.map(|host| &**host).or_else(|| at_endpoint().map(|host| &*host.name))
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
