//! The failures view: a table of causes, and details of the selected one below it.
//! Start at [`FailuresPage`].

mod detail;

use ratatui::layout::Rect;

use crate::event::cause::Cause;
use crate::model::Model;
use crate::model::incidents::FailureGroup;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::failures::{ATTEMPTS, CAUSE, FIRST, JOBS, KIND, LAST, endpoints, first, last};
use crate::tui::state::UiState;
use crate::tui::text_fit::cut_end;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::failures::detail::{details, endpoint_names, has_cause};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::widgets::facts::{self, TABLE_HEAD, TableLayout};
use crate::tui::view::widgets::table::{self, ColumnHead, GAP, LEAD};

/// The failures view.
#[derive(Debug)]
pub struct FailuresPage;

/// The rows for the details of the selected cause.
const DETAIL: u16 = 8;

impl ViewPage for FailuresPage {
    fn rows_in(&self, area: Rect, model: &Model, _ui: &UiState) -> usize {
        usize::from(TableLayout::new(area.height, model.incidents.n(), DETAIL).table.saturating_sub(TABLE_HEAD))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let parts = TableLayout::new(pen.height(), scene.model.incidents.n(), DETAIL);
        let (width, height) = (pen.width(), pen.height());
        table(&mut pen.part(0, parts.above, width, parts.table), scene);
        let selected = scene.ui.list().selected_row().and_then(|row| scene.model.incidents.nth(row));
        if let (Some((cause, group)), true) = (selected, parts.detail > 0) {
            let from = parts.above + parts.table + parts.gap;
            let details = details(scene.model, cause, group);
            let used = facts::draw(
                &mut pen.part(0, from, width, parts.detail),
                &cause.to_string(),
                cause.kind().label(),
                &details,
            );
            let from = from + used + 1;
            facts::latest_events(&mut pen.part(0, from, width, height.saturating_sub(from)), scene, |item| {
                has_cause(item, cause)
            });
        }
    }
}

/// The widths of the columns; a column of width 0 is left out.
struct FailureColumns {
    kind: u16,
    cause: u16,
    jobs: u16,
    attempts: u16,
    first: u16,
    last: u16,
    place: u16,
}

impl FailureColumns {
    fn new(width: u16, model: &Model) -> Self {
        let attempts = table::count_width(model.totals.ended).max(8);
        let jobs = table::count_width(model.totals.settled()).max(5);
        let mut columns = Self { kind: 17, cause: 0, jobs, attempts, first: 8, last: 8, place: 22 };
        let drops: [fn(&mut Self); 5] =
            [|c| c.place = 0, |c| c.first = 0, |c| c.kind = 0, |c| c.last = 0, |c| c.attempts = 0];
        for drop in drops {
            if columns.room_for_cause(width) >= 22 {
                break;
            }
            drop(&mut columns);
        }
        let room = columns.room_for_cause(width);
        // A cause needs at most 32 columns; the rest goes to the endpoints.
        columns.cause = if columns.place > 0 { room.min(32) } else { room };
        columns.place += if columns.place > 0 { room - columns.cause } else { 0 };
        columns
    }

    fn room_for_cause(&self, width: u16) -> u16 {
        let others = [self.kind, self.jobs, self.attempts, self.first, self.last, self.place];
        width.saturating_sub(LEAD + table::total_width(&others))
    }
}

fn table(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let list = scene.ui.list();
    pen.section(0, "Failures", &remark(scene));
    let columns = FailureColumns::new(pen.width(), scene.model);
    let heads = [
        ColumnHead::left("CAUSE", columns.cause, Some(CAUSE)),
        ColumnHead::left("MEANING", columns.kind, Some(KIND)),
        ColumnHead::right("JOBS", columns.jobs, Some(JOBS)),
        ColumnHead::right("ATTEMPTS", columns.attempts, Some(ATTEMPTS)),
        ColumnHead::right("FIRST", columns.first, Some(FIRST)),
        ColumnHead::right("LAST", columns.last, Some(LAST)),
        ColumnHead::left("WHERE", columns.place, None),
    ];
    if list.order.is_empty() {
        if scene.model.incidents.n() == 0 {
            pen.text(LEAD, 2, "no failures", Role::TextDim);
        } else {
            table::draw_empty(pen, LEAD, 2, scene);
        }
        return;
    }
    table::heads(pen, 1, LEAD, &heads, list);
    let mut above = None;
    for (y, (row, is_selected)) in (TABLE_HEAD..pen.height()).zip(list.visible_rows()) {
        let Some((cause, group)) = scene.model.incidents.nth(row) else { continue };
        // Neighbours with the same meaning show it once.
        let is_new = above.replace(cause.kind()) != Some(cause.kind()) || is_selected;
        draw_row(pen, y, &columns, (cause, group, is_new), is_selected, scene);
        pen.target(0, y, u16::MAX, ClickTarget::Row(row));
    }
}

fn draw_row(
    pen: &mut Pen<'_>,
    y: u16,
    columns: &FailureColumns,
    (cause, group, shows_kind): (Cause, &FailureGroup, bool),
    is_selected: bool,
    scene: &ViewScene<'_>,
) {
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    table::row_marks(pen, y, status_of(cause), is_selected);
    // Causes whose retries all succeeded are dim.
    let text = if group.jobs > 0 { Role::Text } else { Role::TextDim };
    let text_of_cause = cause.to_string();
    pen.text(LEAD, y, &cut_end(&text_of_cause, usize::from(columns.cause), &ellipsis), text);
    let mut x = LEAD + columns.cause + GAP;
    if columns.kind > 0 {
        if shows_kind {
            pen.text(x, y, cause.kind().label(), Role::TextDim);
        }
        x += columns.kind + GAP;
    }
    table::number(pen, x + columns.jobs, y, group.jobs, Role::Failed);
    x += columns.jobs + GAP;
    if columns.attempts > 0 {
        table::number(pen, x + columns.attempts, y, group.attempts.n, text);
        x += columns.attempts + GAP;
    }
    for (width, at) in [(columns.first, first(group)), (columns.last, last(group))] {
        if width > 0 {
            pen.right(x + width, y, &units::clock(at), Role::TextDim);
            x += width + GAP;
        }
    }
    if columns.place > 0 {
        let style = pen.theme.style(Role::TextDim);
        pen.foreign(x, y, &endpoint_names(scene.model, endpoints(group), 1), columns.place, style);
    }
    if is_selected {
        pen.highlight_row(y, Role::Selection);
    }
}

/// The number of failed, saved and resent jobs.
fn remark(scene: &ViewScene<'_>) -> String {
    let totals = &scene.model.totals;
    let mut parts: Vec<String> = table::n_matching(scene).into_iter().collect();
    if totals.jobs_failed > 0 {
        parts.push(format!("{} failed", units::plural(totals.jobs_failed, "job")));
    }
    if totals.jobs_saved > 0 {
        parts.push(format!("{} saved by retry", units::count(totals.jobs_saved)));
    }
    if totals.jobs_waited > 0 {
        parts.push(format!("{} done after a refusal", units::count(totals.jobs_waited)));
    }
    if totals.jobs_repeated > 0 {
        let (again, done) = (units::count(totals.jobs_repeated), units::count(totals.repeats_done));
        parts.push(format!("{again} resent, {done} succeeded"));
    }
    let elsewhere = scene.model.incidents.jobs_of_other_causes();
    if elsewhere > 0 {
        parts.push(format!("{} with other causes", units::count(elsewhere)));
    }
    parts.join("   ")
}

fn status_of(cause: Cause) -> Status {
    match cause {
        Cause::Throttled(_) => Status::Limited,
        Cause::TimedOut(_) => Status::Timeout,
        Cause::Status(_) | Cause::Failed(_) | Cause::Unexpected(_) => Status::Failed,
    }
}
