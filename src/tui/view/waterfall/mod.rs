//! Does it run at once, or one after the other? One row for each request, on one axis of time.
//!
//! A staircase is serial, a wall is concurrent. Start at [`Waterfall`].

pub mod bar;
mod chart;
mod columns;
mod request;
pub mod ticks;
mod tracks;

use std::ops::Range;

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::timeline::Bar;
use crate::text::units;
use crate::tui::curl::CurlRequest;
use crate::tui::filter::{Term, quoted};
use crate::tui::state::list::List;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::page::{Behind, Key, Page};
use crate::tui::view::paint::Pen;
use crate::tui::view::table;
use crate::tui::view::targets::Target;
use crate::tui::view::verdict;
use crate::tui::view::waterfall::bar::Track;
use crate::tui::view::waterfall::columns::{Columns, LEAD, TOOK_GAP};

/// Requests along time.
#[derive(Debug)]
pub struct Waterfall;

/// Ways to group.
const ENDPOINT: usize = 1;
const SLOT: usize = 2;

impl Page for Waterfall {
    fn thing(&self) -> &'static str {
        "request"
    }

    fn rows(&self, model: &Model) -> Range<usize> {
        let span = model.timeline.span();
        number(span.start)..number(span.end)
    }

    fn fill(&self, model: &Model, column: usize, _is_narrowed: bool, rows: &mut Vec<usize>) {
        if column == SLOT {
            rows.extend(tracks::rows(model));
        } else {
            rows.extend(model.timeline.numbers().map(number));
        }
    }

    fn columns(&self) -> &'static [&'static str] {
        &["time", "endpoint", "slot"]
    }

    fn key(&self, model: &Model, row: usize, column: usize, _now: Offset) -> Key {
        if column != ENDPOINT {
            return Key::Least(row as u64);
        }
        nth(model, row).map_or(Key::Within(u64::MAX, row as u64), |bar| Key::Within(bar.endpoint as u64, row as u64))
    }

    fn holds(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some(bar) = nth(model, row) else { return false };
        let endpoint = model.endpoints.get(bar.endpoint).map_or("", |endpoint| &*endpoint.name);
        let outcome = bar.end.as_ref().and_then(|end| end.outcome.as_ref());
        match term {
            Term::Word(word) => {
                word.is_in(&bar.target)
                    || word.is_in(endpoint)
                    || word.is_in(&request::words(bar))
                    || word.is_in(&request::name(bar))
            }
            Term::Status(statuses) => request::code(bar).is_some_and(|status| statuses.holds(status)),
            Term::Length(bound) => bound.holds(bar.took(now)),
            Term::Host(word) => model.hosts.get(bar.host).is_some_and(|host| word.is_in(&host.name)),
            Term::Endpoint(word) => word.is_in(endpoint),
            Term::State(word) => word.is_in(name_of(bar::status(bar))),
            Term::Cause(word) => outcome
                .and_then(Cause::of)
                .is_some_and(|cause| word.is_in(&cause.to_string()) || word.is_in(cause.kind().words())),
        }
    }

    fn room(&self, area: Rect, model: &Model) -> usize {
        usize::from(Parts::of(area.height, verdict::is_told(model)).rows)
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        let parts = Parts::of(pen.height(), verdict::is_told(scene.model));
        let (width, list) = (pen.width(), scene.ui.list());
        if pen.height() == 0 {
            return;
        }
        if parts.verdict > 0 {
            verdict::line(&mut pen.part(LEAD, parts.above, width.saturating_sub(LEAD), 1), scene);
        }
        let title = if list.column == SLOT { "Slots" } else { "Requests" };
        pen.section(parts.title_at(), title, &remark(scene));
        let columns = Columns::of(width, scene.model);
        let track = Track {
            x: columns.bars_at(),
            width: columns.bars,
            axis: &scene.ui.axis,
            now: scene.now,
            is_watched: scene.model.limit.is_none(),
        };
        if list.order.is_empty() {
            return table::nothing(pen, LEAD, parts.title_at() + HEAD, scene);
        }
        columns::heads(pen, parts.title_at() + 1, columns, &track, list.column);
        let from = parts.title_at() + HEAD;
        if list.column == SLOT {
            tracks::draw(pen, from..from + parts.rows, columns, &track, scene);
        } else {
            let mut above = None;
            for (y, (row, _)) in (from..from + parts.rows).zip(list.in_sight()) {
                let Some(bar) = nth(scene.model, row) else { continue };
                let opens = list.column == ENDPOINT && above.replace(bar.endpoint) != Some(bar.endpoint);
                columns::row(pen, y, columns, bar, opens, scene);
                bar::draw(pen, y, bar, &track);
            }
        }
        for (y, (row, is_selected)) in (from..from + parts.rows).zip(list.in_sight()) {
            pen.target(0, y, u16::MAX, Target::Row(row));
            if is_selected && has_cursor(list) {
                table::mark(pen, y);
                pen.underlay(y, Role::Selection);
            }
        }
        let chart_at = from + parts.rows + parts.gap;
        chart::draw(&mut pen.part(0, chart_at, width, parts.chart), scene, &track);
        if parts.legend > 0 {
            let y = chart_at + parts.chart + parts.legend - 1;
            match list.chosen().filter(|_| has_cursor(list)).and_then(|row| nth(scene.model, row)) {
                Some(bar) => request::line(pen, y, bar, scene),
                None => legend(pen, y, track.is_watched),
            }
        }
    }

    fn is_stream(&self) -> bool {
        true
    }

    fn asked<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        let bar = nth(model, row)?;
        Some(CurlRequest { target: &bar.target, endpoint: bar.endpoint })
    }

    fn behind(&self, model: &Model, row: usize) -> Option<Behind> {
        let bar = nth(model, row)?;
        let endpoint = &model.endpoints.get(bar.endpoint)?.name;
        let outcome = bar.end.as_ref().and_then(|end| end.outcome.as_ref());
        let job = if outcome.and_then(Cause::of).is_some() { request::job(bar) } else { String::new() };
        // What goes well has no events of its own: those of its endpoint are the nearest.
        Some(Behind::Events(format!("endpoint:{} {job}", quoted(endpoint)).trim_end().to_owned()))
    }
}

/// From the first start to the last end of the rows in sight; a track has all that is known of its slot.
pub fn stretch(list: &List, model: &Model, now: Offset) -> Option<(Offset, Offset)> {
    let stretch = |bars: &mut dyn Iterator<Item = &Bar>| {
        let moments = bars.map(|bar| (bar.started, bar.until(now)));
        moments.reduce(|all, one| (all.0.min(one.0), all.1.max(one.1)))
    };
    if list.column == SLOT {
        return stretch(&mut model.timeline.bars());
    }
    stretch(&mut list.in_sight().take(list.page.max(1)).filter_map(|(row, _)| nth(model, row)))
}

/// Who only follows has no place of his own.
fn has_cursor(list: &List) -> bool {
    list.is_reading || list.column != 0
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// The attempt of a row; of a track, the latest on its slot.
fn nth(model: &Model, row: usize) -> Option<&Bar> {
    match tracks::slot_of(row) {
        Some(slot) => model.timeline.bars().filter(|bar| bar.slot == slot).last(),
        None => model.timeline.nth(row as u64),
    }
}

/// Head and axis above the rows.
const HEAD: u16 = 2;

/// How the view shares its height; rows come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts {
    above: u16,
    verdict: u16,
    rows: u16,
    gap: u16,
    chart: u16,
    legend: u16,
}

impl Parts {
    fn of(height: u16, has_verdict: bool) -> Self {
        let above = u16::from(height >= 17);
        let gap = u16::from(height >= 17);
        // The sentence, and a free line below it where there is room.
        let verdict = if has_verdict && height >= 9 { 1 + u16::from(height >= 30) } else { 0 };
        let (chart, legend) = match height {
            0..9 => (0, 0),
            9..15 => (3, 0),
            15..19 => (3, 1),
            19..30 => (4, 1),
            30..44 => (6, 2),
            _ => (8, 2),
        };
        let rows = height.saturating_sub(above + verdict + HEAD + gap + chart + legend);
        Self { above, verdict, rows, gap, chart, legend }
    }

    /// Where the title of the rows stands.
    fn title_at(self) -> u16 {
        self.above + self.verdict
    }
}

/// Which rows of how many, in which order, and whether the newest are in sight.
fn remark(scene: &Scene<'_>) -> String {
    let (list, timeline) = (scene.ui.list(), &scene.model.timeline);
    let n = list.order.len();
    if n == 0 {
        return String::new();
    }
    let below = (list.scroll + list.page).min(n).max(list.scroll + 1);
    let count = |n: usize| units::count(n as u64);
    let of = if !list.filter.value().is_empty() {
        format!("{} of {} that match", count(n), count(timeline.n()))
    } else if list.column == SLOT {
        count(n)
    } else if timeline.told() > timeline.n() as u64 {
        format!("the last {} of {}", count(timeline.n()), units::count(timeline.told()))
    } else {
        count(n)
    };
    let mut parts = vec![format!("{}–{} of {of}", count(list.scroll + 1), count(below))];
    parts.push(match list.column {
        ENDPOINT => "by endpoint".to_owned(),
        SLOT => format!("{} on them", units::plural(timeline.n() as u64, "request")),
        _ if list.is_reading || scene.model.ended.is_some() => "by start".to_owned(),
        _ => "following".to_owned(),
    });
    parts.join("   ")
}

/// What the marks mean.
fn legend(pen: &mut Pen<'_>, y: u16, is_watched: bool) {
    let glyphs = &pen.theme.glyphs;
    let marks = [
        (glyphs.bar_rest.to_string(), Role::TextFaint, if is_watched { "not started" } else { "waiting to start" }),
        (glyphs.bar_live.to_string(), Role::Running, "waiting for first byte"),
        (glyphs.bar_full.to_string(), Role::Bar, "reading body"),
        (glyphs.failed.to_string(), Role::Failed, "failed"),
        (glyphs.limited.to_string(), Role::Limited, "told to slow down, or backing off"),
    ];
    let mut x = LEAD;
    for (mark, role, words) in marks {
        if x + 2 + crate::tui::view::paint::width_of(words) > pen.width() {
            break;
        }
        let after = pen.text(x, y, &mark, role);
        x = pen.text(after + 1, y, words, Role::TextDim) + TOOK_GAP + 2;
    }
}

/// What a filter calls it.
fn name_of(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Ok => "ok",
        Status::Limited => "limited",
        Status::Failed => "failed",
        Status::Timeout => "timeout",
        Status::Queued | Status::Slow | Status::Retrying | Status::Cancelled | Status::Paused => "cancelled",
    }
}
