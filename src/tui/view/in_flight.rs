//! What is in flight, and for how long? The oldest first: where a run hangs, it hangs here.
//!
//! A row is a seat, taken by one attempt after the other. Start at [`InFlight`].

use std::ops::Range;
use std::sync::Arc;

use ratatui::layout::Rect;

use crate::event::outcome::Phase;
use crate::event::{Attempt, Micros, Offset};
use crate::model::Model;
use crate::model::open::Flight;
use crate::text::units;
use crate::tui::curl::CurlRequest;
use crate::tui::filter::{Term, quoted};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::facts::TABLE_HEAD;
use crate::tui::view::page::{Behind, Key, Page};
use crate::tui::view::paint::Pen;
use crate::tui::view::table::{self, GAP, Head, LEAD};
use crate::tui::view::targets::Target;

/// Attempts in flight.
#[derive(Debug)]
pub struct InFlight;

/// Columns to sort by.
const NAME: usize = 1;
const BYTES: usize = 2;
const QUIET: usize = 3;
const LEFT: usize = 4;

/// Without a look at it, an attempt in flight for so long waits for its answer, as far as is known.
const LOOKED_AT_AFTER: Micros = Micros(2_000_000);

impl Page for InFlight {
    fn thing(&self) -> &'static str {
        "attempt in flight"
    }

    fn rows(&self, model: &Model) -> Range<usize> {
        0..model.open.seats()
    }

    fn columns(&self) -> &'static [&'static str] {
        &["age", "request", "bytes", "time since the last byte", "time left"]
    }

    fn key(&self, model: &Model, row: usize, column: usize, now: Offset) -> Key {
        let Some((_, flight)) = model.open.on_seat(row) else { return Key::Least(u64::MAX) };
        match column {
            NAME => Key::Name(Arc::clone(&flight.target)),
            BYTES => Key::most(flight.seen.map_or(0, |seen| seen.bytes)),
            QUIET => Key::most(quiet_for(flight, now).0),
            LEFT => Key::Least(flight.until.map_or(u64::MAX - 1, |until| until.0)),
            _ => Key::Least(flight.started.0),
        }
    }

    fn occupant(&self, model: &Model, row: usize) -> u64 {
        model.open.on_seat(row).map_or(u64::MAX, |(attempt, _)| attempt.job.0 << 8 | u64::from(attempt.n))
    }

    /// The oldest stay on top by themselves: rows only move up, when an older one has ended.
    fn order_holds(&self, column: usize) -> Micros {
        if column == 0 { Micros::ZERO } else { Micros(500_000) }
    }

    fn holds(&self, model: &Model, row: usize, now: Offset, term: &Term) -> bool {
        let Some((_, flight)) = model.open.on_seat(row) else { return false };
        let host = model.hosts.get(flight.host).map_or("", |host| &*host.name);
        let endpoint = model.endpoints.get(flight.endpoint).map_or("", |endpoint| &*endpoint.name);
        match term {
            Term::Word(word) => word.is_in(&flight.target) || word.is_in(endpoint),
            Term::Host(word) => word.is_in(host),
            Term::Endpoint(word) => word.is_in(endpoint),
            Term::Length(bound) => bound.holds(now.since(flight.started)),
            Term::State(word) => word.is_in(doing(flight, now).1),
            Term::Cause(_) | Term::Status(_) => false,
        }
    }

    fn room(&self, area: Rect, _: &Model) -> usize {
        usize::from(area.height.saturating_sub(TABLE_HEAD))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &Scene<'_>) {
        pen.section(0, "In flight", &remark(scene));
        let list = scene.ui.list();
        if scene.model.open.n() == 0 || list.order.is_empty() {
            return table::nothing(pen, LEAD, TABLE_HEAD, scene);
        }
        let columns = Columns::of(pen.width());
        let heads = [
            Head::left("REQUEST", columns.name, Some(NAME)),
            Head::right("AGE", columns.age, Some(0)),
            Head::left("DOING", columns.doing, None),
            Head::right("BYTES", columns.bytes, Some(BYTES)),
            Head::right("LAST BYTE", columns.quiet, Some(QUIET)),
            Head::right("ENDS IN", columns.left, Some(LEFT)),
            Head::right("COST", columns.cost, None),
            Head::right("JOB", columns.job, None),
        ];
        table::heads(pen, 1, LEAD, &heads, list);
        for (y, (seat, is_selected)) in (TABLE_HEAD..pen.height()).zip(list.in_sight()) {
            match scene.model.open.on_seat(seat) {
                Some((attempt, flight)) => row(pen, y, &columns, attempt, flight, is_selected, scene),
                None => free(pen, y, is_selected),
            }
            pen.target(0, y, u16::MAX, Target::Row(seat));
        }
    }

    fn asked<'m>(&self, model: &'m Model, row: usize) -> Option<CurlRequest<'m>> {
        let (_, flight) = model.open.on_seat(row)?;
        Some(CurlRequest { target: &flight.target, endpoint: flight.endpoint })
    }

    fn behind(&self, model: &Model, row: usize) -> Option<Behind> {
        let (_, flight) = model.open.on_seat(row)?;
        let endpoint = model.endpoints.get(flight.endpoint)?;
        Some(Behind::Events(format!("endpoint:{}", quoted(&endpoint.name))))
    }
}

/// Where columns lie; one of no width is left out.
struct Columns {
    name: u16,
    age: u16,
    doing: u16,
    bytes: u16,
    quiet: u16,
    left: u16,
    cost: u16,
    job: u16,
}

impl Columns {
    fn of(width: u16) -> Self {
        let mut columns = Self { name: 0, age: 8, doing: 12, bytes: 8, quiet: 9, left: 8, cost: 6, job: 11 };
        let drops: [fn(&mut Self); 6] =
            [|c| c.cost = 0, |c| c.job = 0, |c| c.bytes = 0, |c| c.quiet = 0, |c| c.left = 0, |c| c.doing = 0];
        for drop in drops {
            if columns.room_for_name(width) >= 22 {
                break;
            }
            drop(&mut columns);
        }
        columns.name = columns.room_for_name(width);
        columns
    }

    fn room_for_name(&self, width: u16) -> u16 {
        let others = [self.age, self.doing, self.bytes, self.quiet, self.left, self.cost, self.job];
        width.saturating_sub(LEAD + table::taken(&others))
    }
}

/// How many, and how many of them hold on for far longer than is usual.
fn remark(scene: &Scene<'_>) -> String {
    let (model, now) = (scene.model, scene.now);
    let all = model.limit.map_or_else(
        || units::count(model.open.n() as u64),
        |limit| format!("{} of {}", units::count(model.open.n() as u64), units::count(limit.into())),
    );
    match model.stragglers(now).n {
        0 => all,
        n => format!("{}   {all}", units::plural(n, "straggler")),
    }
}

fn row(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &Columns,
    attempt: Attempt,
    flight: &Flight,
    is_selected: bool,
    scene: &Scene<'_>,
) {
    let now = scene.now;
    let (status, doing) = doing(flight, now);
    table::lead(pen, y, status, is_selected);
    let style = pen.theme.style(Role::Text);
    pen.foreign(LEAD, y, &flight.target, columns.name, style);
    let mut end = LEAD + columns.name;
    let mut next = |width: u16| {
        let from = end + GAP;
        end = from + width;
        (from, end)
    };
    let (_, at) = next(columns.age);
    pen.right(at, y, &units::length(steady(now.since(flight.started))), Role::Text);
    if columns.doing > 0 {
        let (from, _) = next(columns.doing);
        pen.text(from, y, doing, Role::TextDim);
    }
    if columns.bytes > 0 {
        let (_, at) = next(columns.bytes);
        let bytes = flight.seen.map(|seen| seen.bytes).filter(|&bytes| bytes > 0).map(units::bytes);
        table::text_or_nothing(pen, at, y, bytes.as_deref(), Role::Text);
    }
    if columns.quiet > 0 {
        let (_, at) = next(columns.quiet);
        let quiet = flight.seen.and_then(|seen| seen.received).map(|at| quiet(now.since(at)));
        table::text_or_nothing(pen, at, y, quiet.as_deref(), Role::Text);
    }
    if columns.left > 0 {
        let (_, at) = next(columns.left);
        let left = flight.until.map(|until| units::countdown(until.since(now)));
        table::text_or_nothing(pen, at, y, left.as_deref(), Role::TextDim);
    }
    if columns.cost > 0 {
        let (_, at) = next(columns.cost);
        table::text_or_nothing(pen, at, y, cost(flight, scene).as_deref(), Role::TextDim);
    }
    if columns.job > 0 {
        let (_, at) = next(columns.job);
        let again = if attempt.n > 1 { format!(".{}", attempt.n) } else { String::new() };
        pen.right(at, y, &format!("#{}{again}", attempt.job.0), Role::TextFaint);
    }
    if is_selected {
        pen.underlay(y, Role::Selection);
    }
}

fn free(pen: &mut Pen<'_>, y: u16, is_selected: bool) {
    if is_selected {
        table::mark(pen, y);
        pen.underlay(y, Role::Selection);
    }
    pen.text(LEAD, y, "free", Role::TextFaint);
}

/// What an attempt is doing, as far as is known.
fn doing(flight: &Flight, now: Offset) -> (Status, &'static str) {
    match flight.seen.map(|seen| seen.phase) {
        None if now.since(flight.started) < LOOKED_AT_AFTER => (Status::Running, "started"),
        None | Some(Phase::FirstByte | Phase::Job) => (Status::Slow, "waiting"),
        Some(Phase::Resolve) => (Status::Slow, "looking up"),
        Some(Phase::Connect) => (Status::Slow, "connecting"),
        Some(Phase::Tls) => (Status::Slow, "securing"),
        Some(Phase::Body) => (Status::Running, "reading"),
    }
}

/// For how long nothing has come.
fn quiet_for(flight: &Flight, now: Offset) -> Micros {
    now.since(flight.seen.and_then(|seen| seen.received).unwrap_or(flight.started))
}

/// In words. It is looked at once a second: less than that is not known.
fn quiet(length: Micros) -> String {
    if length < Micros(1_500_000) { "< 1 s".into() } else { units::length(steady(length)) }
}

/// What part of all slots × time so far this attempt alone has cost.
fn cost(flight: &Flight, scene: &Scene<'_>) -> Option<String> {
    let all = scene.now.0.checked_mul(u64::from(scene.model.limit?))?;
    let share = scene.now.since(flight.started).0;
    (share.saturating_mul(100) >= all).then(|| units::percent(share, all))
}

/// Tenths of a second above one: more would only flicker.
fn steady(length: Micros) -> Micros {
    if length.0 < 1_000_000 { Micros(length.0 / 10_000 * 10_000) } else { Micros(length.0 / 100_000 * 100_000) }
}
