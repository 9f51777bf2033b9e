//! The waterfall view: one row for each request, on one time axis.
//!
//! Serial requests look like a staircase, and concurrent ones like a wall. Start at [`WaterfallPage`].

pub mod bar;
mod chart;
mod columns;
mod request;
mod tracks;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::list::List;
use crate::tui::rows::waterfall::{ENDPOINT, SLOT, bar_of};
use crate::tui::state::UiState;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::verdict;
use crate::tui::view::waterfall::bar::Track;
use crate::tui::view::waterfall::columns::{LEAD, TOOK_GAP, WaterfallColumns};
use crate::tui::view::widgets::table;

/// The waterfall view.
#[derive(Debug)]
pub struct WaterfallPage;

impl ViewPage for WaterfallPage {
    fn rows_in(&self, area: Rect, _model: &Model, _ui: &UiState) -> usize {
        usize::from(WaterfallLayout::new(area.height).rows)
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let parts = WaterfallLayout::new(pen.height());
        let (width, list) = (pen.width(), scene.ui.list());
        if pen.height() == 0 {
            return;
        }
        if parts.verdict > 0 {
            verdict::line(&mut pen.part(LEAD, parts.above, width.saturating_sub(LEAD), 1), scene);
        }
        let title = if list.column == SLOT { "Slots" } else { "Requests" };
        pen.section(parts.title_at(), title, &remark(scene));
        let columns = WaterfallColumns::new(width, scene.model);
        let track = Track {
            x: columns.bars_at(),
            width: columns.bars,
            axis: &scene.ui.axis,
            now: scene.now,
            is_watched: scene.model.limit.is_none() || scene.model.is_watched(),
            has_series: scene.model.endpoints.len() > 1,
        };
        if list.order.is_empty() {
            return table::draw_empty(pen, LEAD, parts.title_at() + HEAD, scene);
        }
        columns::heads(pen, parts.title_at() + 1, columns, &track, list.column);
        let from = parts.title_at() + HEAD;
        if list.column == SLOT {
            tracks::draw(pen, from..from + parts.rows, columns, &track, scene);
        } else {
            let mut above = None;
            for (y, (row, _)) in (from..from + parts.rows).zip(list.visible_rows()) {
                let Some(bar) = bar_of(scene.model, row) else { continue };
                let opens = list.column == ENDPOINT && above.replace(bar.endpoint) != Some(bar.endpoint);
                columns::row(pen, y, columns, bar, opens, scene);
                bar::draw(pen, y, bar, &track);
            }
        }
        for (y, (row, is_selected)) in (from..from + parts.rows).zip(list.visible_rows()) {
            pen.target(0, y, u16::MAX, ClickTarget::Row(row));
            if is_selected && has_cursor(list) {
                table::selection_mark(pen, y);
                pen.highlight_row(y, Role::Selection);
            }
        }
        let chart_at = from + parts.rows + parts.gap;
        chart::draw(&mut pen.part(0, chart_at, width, parts.chart), scene, &track);
        if parts.legend > 0 {
            let y = chart_at + parts.chart + parts.legend - 1;
            match list.selected_row().filter(|_| has_cursor(list)).and_then(|row| bar_of(scene.model, row)) {
                Some(bar) => request::line(pen, y, bar, scene),
                None => legend(pen, y, track.is_watched),
            }
        }
    }
}

/// A list that follows the newest row shows no cursor.
fn has_cursor(list: &List) -> bool {
    list.is_scroll_locked || list.column != 0
}

/// The rows above the requests: title and axis.
const HEAD: u16 = 2;

/// The heights of the view's sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WaterfallLayout {
    above: u16,
    verdict: u16,
    rows: u16,
    gap: u16,
    chart: u16,
    legend: u16,
}

impl WaterfallLayout {
    fn new(height: u16) -> Self {
        let above = u16::from(height >= 17);
        let gap = u16::from(height >= 17);
        // The verdict, and a blank line below if there is room.
        let verdict = if height >= 9 { 1 + u16::from(height >= 30) } else { 0 };
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

    /// The line of the title.
    fn title_at(self) -> u16 {
        self.above + self.verdict
    }
}

/// The range of visible rows, their order, and whether auto-scroll is on.
fn remark(scene: &ViewScene<'_>) -> String {
    let (list, timeline) = (scene.ui.list(), &scene.model.timeline);
    let n = list.order.len();
    if n == 0 {
        return String::new();
    }
    let below = (list.scroll + list.page).min(n).max(list.scroll + 1);
    let count = |n: usize| units::count(n as u64);
    let total = if !list.filter.value().is_empty() {
        format!("{} matches in {}", count(n), count(timeline.n()))
    } else if list.column == SLOT {
        count(n)
    } else if timeline.n_started() > timeline.n() as u64 {
        format!("the last {} of {}", count(timeline.n()), units::count(timeline.n_started()))
    } else {
        count(n)
    };
    let mut parts = vec![format!("{}–{} of {total}", count(list.scroll + 1), count(below))];
    parts.push(match list.column {
        ENDPOINT => "by endpoint".to_owned(),
        SLOT => format!("{} on these slots", units::plural(timeline.n() as u64, "request")),
        _ if list.is_scroll_locked || scene.model.ended.is_some() => "by start".to_owned(),
        _ => "following".to_owned(),
    });
    parts.join("   ")
}

/// The legend of the marks.
fn legend(pen: &mut Pen<'_>, y: u16, is_watched: bool) {
    let glyphs = &pen.theme.glyphs;
    let marks = [
        (glyphs.bar_rest.to_string(), Role::TextFaint, if is_watched { "not started" } else { "waiting to start" }),
        (glyphs.bar_live.to_string(), Role::Running, "waiting for first byte"),
        (glyphs.bar_full.to_string(), Role::Bar, "reading body"),
        (glyphs.failed.to_string(), Role::Failed, "failed"),
        (glyphs.limited.to_string(), Role::Limited, "rate limited or backing off"),
    ];
    let mut x = LEAD;
    for (mark, role, label) in marks {
        if x + 2 + crate::tui::text_fit::width_of(label) > pen.width() {
            break;
        }
        let after = pen.text(x, y, &mark, role);
        x = pen.text(after + 1, y, label, Role::TextDim) + TOOK_GAP + 2;
    }
}
