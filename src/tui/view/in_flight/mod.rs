//! The in-flight view: running attempts, oldest first.
//!
//! If a run hangs, the attempt that causes it is on top. Start at [`InFlightPage`].

mod waiting;

use ratatui::layout::Rect;

use crate::event::{Attempt, Micros};
use crate::model::Model;
use crate::model::open::OpenAttempt;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::in_flight::{BYTES, LEFT, NAME, QUIET, phase_text};
use crate::tui::rows::request::target_within;
use crate::tui::state::UiState;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::widgets::facts::TABLE_HEAD;
use crate::tui::view::widgets::table::{self, ColumnHead, GAP, LEAD};

/// The in-flight view.
#[derive(Debug)]
pub struct InFlightPage;

impl ViewPage for InFlightPage {
    fn rows_in(&self, area: Rect, model: &Model, _ui: &UiState) -> usize {
        usize::from(area.height.saturating_sub(TABLE_HEAD + waiting::height(area.height, model)))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let below = waiting::height(pen.height(), scene.model);
        let (width, above) = (pen.width(), pen.height() - below);
        // Below the rows that were ever in use, or else at the bottom.
        let rows = u16::try_from(scene.model.open.rows().max(1)).unwrap_or(u16::MAX);
        let from = above.min(TABLE_HEAD.saturating_add(rows));
        waiting::draw(&mut pen.part(0, from, width, below), scene);
        let pen = &mut pen.part(0, 0, width, above);
        pen.section(0, "In flight", &remark(scene));
        let list = scene.ui.list();
        if scene.model.open.n() == 0 || list.order.is_empty() {
            table::draw_empty(pen, LEAD, TABLE_HEAD, scene);
            return waiting::draw_reason(pen, LEAD, TABLE_HEAD + 1, scene);
        }
        let columns = InFlightColumns::new(pen.width());
        let heads = [
            ColumnHead::left("REQUEST", columns.name, Some(NAME)),
            ColumnHead::right("AGE", columns.age, Some(0)),
            ColumnHead::left("PHASE", columns.phase, None),
            ColumnHead::right("BYTES", columns.bytes, Some(BYTES)),
            ColumnHead::right("LAST BYTE", columns.quiet, Some(QUIET)),
            ColumnHead::right("ENDS IN", columns.left, Some(LEFT)),
            ColumnHead::right("COST", columns.cost, None),
            ColumnHead::right("JOB", columns.job, None),
        ];
        table::heads(pen, 1, LEAD, &heads, list);
        for (y, (i, is_selected)) in (TABLE_HEAD..pen.height()).zip(list.visible_rows()) {
            match scene.model.open.in_row(i) {
                Some((attempt, flight)) => row(pen, y, &columns, attempt, flight, is_selected, scene),
                None => free_row(pen, y, is_selected),
            }
            pen.target(0, y, u16::MAX, ClickTarget::Row(i));
        }
    }
}

/// The widths of the columns; a column of width 0 is left out.
struct InFlightColumns {
    name: u16,
    age: u16,
    phase: u16,
    bytes: u16,
    quiet: u16,
    left: u16,
    cost: u16,
    job: u16,
}

impl InFlightColumns {
    fn new(width: u16) -> Self {
        let mut columns = Self { name: 0, age: 8, phase: 12, bytes: 8, quiet: 9, left: 8, cost: 6, job: 11 };
        let drops: [fn(&mut Self); 6] =
            [|c| c.cost = 0, |c| c.job = 0, |c| c.bytes = 0, |c| c.quiet = 0, |c| c.left = 0, |c| c.phase = 0];
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
        let others = [self.age, self.phase, self.bytes, self.quiet, self.left, self.cost, self.job];
        width.saturating_sub(LEAD + table::total_width(&others))
    }
}

/// The number of attempts in flight, and of stragglers.
fn remark(scene: &ViewScene<'_>) -> String {
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
    columns: &InFlightColumns,
    attempt: Attempt,
    flight: &OpenAttempt,
    is_selected: bool,
    scene: &ViewScene<'_>,
) {
    let now = scene.now;
    let (status, phase) = phase_text(flight, now);
    table::row_marks(pen, y, status, is_selected);
    let style = pen.theme.style(Role::Text);
    pen.foreign(LEAD, y, &target_within(&flight.target, columns.name), columns.name, style);
    let mut end = LEAD + columns.name;
    let mut next = |width: u16| {
        let from = end + GAP;
        end = from + width;
        (from, end)
    };
    let (_, at) = next(columns.age);
    pen.right(at, y, &units::length(rounded(now.since(flight.started))), Role::Text);
    if columns.phase > 0 {
        let (from, _) = next(columns.phase);
        pen.text(from, y, phase, Role::TextDim);
    }
    if columns.bytes > 0 {
        let (_, at) = next(columns.bytes);
        let bytes = flight.progress.map(|progress| progress.bytes).filter(|&bytes| bytes > 0).map(units::bytes);
        table::text_or_nothing(pen, at, y, bytes.as_deref(), Role::Text);
    }
    if columns.quiet > 0 {
        let (_, at) = next(columns.quiet);
        let quiet = flight.progress.and_then(|progress| progress.received).map(|at| quiet(now.since(at)));
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
        pen.highlight_row(y, Role::Selection);
    }
}

fn free_row(pen: &mut Pen<'_>, y: u16, is_selected: bool) {
    if is_selected {
        table::selection_mark(pen, y);
        pen.highlight_row(y, Role::Selection);
    }
    pen.text(LEAD, y, "free", Role::TextFaint);
}

/// Formats the time since the last byte. Progress is sampled once a second, so shorter times are not exact.
fn quiet(length: Micros) -> String {
    if length < Micros(1_500_000) { "< 1 s".into() } else { units::length(rounded(length)) }
}

/// The attempt's share of all slot time so far; `None` below one per cent.
fn cost(flight: &OpenAttempt, scene: &ViewScene<'_>) -> Option<String> {
    let all = scene.now.0.checked_mul(u64::from(scene.model.limit?))?;
    let share = scene.now.since(flight.started).0;
    (share.saturating_mul(100) >= all).then(|| units::percent(share, all))
}

/// Rounds a duration so that it does not flicker: to tenths of a second above one second.
fn rounded(length: Micros) -> Micros {
    if length.0 < 1_000_000 { Micros(length.0 / 10_000 * 10_000) } else { Micros(length.0 / 100_000 * 100_000) }
}
