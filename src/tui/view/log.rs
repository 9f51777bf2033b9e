//! The log view: events in order, and details of the selected one.
//!
//! It scrolls to the newest event until the user moves the selection. Start at [`LogPage`].

use ratatui::layout::Rect;

use crate::event::outcome::Outcome;
use crate::model::Model;
use crate::model::event_log::{EventLog, LogEntry};
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::event_text::describe;
use crate::tui::rows::log::{host_of, status_name};
use crate::tui::state::UiState;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::widgets::events;
use crate::tui::view::widgets::facts::{self, LabelledFact};
use crate::tui::view::widgets::table;

/// The log view.
#[derive(Debug)]
pub struct LogPage;

/// The width of the selection mark and a space.
const LEAD: u16 = 2;
/// The rows for the details of the selected event.
const DETAIL: u16 = 4;

impl ViewPage for LogPage {
    fn rows_in(&self, area: Rect, _model: &Model, _ui: &UiState) -> usize {
        usize::from(parts(area.height).1.saturating_sub(1))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let (above, rows, detail) = parts(pen.height());
        let width = pen.width();
        lines(&mut pen.part(0, above, width, rows), scene);
        let selected = scene.ui.list().selected_row().and_then(|row| scene.model.event_log.nth(row as u64));
        if let (Some(item), true) = (selected, detail > 0) {
            let event = describe(item, scene.model);
            let from = above + rows + 1;
            let details = details(item, scene.model, &event.text);
            let number = event.number.unwrap_or_default();
            facts::draw(&mut pen.part(0, from, width, detail), &event.place, &number, &details);
        }
    }
}

/// The heights of the blank rows above, of the list with its title, and of the details.
fn parts(height: u16) -> (u16, u16, u16) {
    let above = u16::from(height >= 17);
    let detail = if height >= 13 { DETAIL } else { 0 };
    (above, height - above - detail - u16::from(detail > 0), detail)
}

/// Draws the title and the visible events.
fn lines(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let list = scene.ui.list();
    pen.section(0, "Log", &remark(scene));
    if list.order.is_empty() {
        if scene.model.event_log.n_added() == 0 {
            pen.text(LEAD, 1, events::NOTHING, Role::TextDim);
        } else {
            table::draw_empty(pen, LEAD, 1, scene);
        }
        return;
    }
    let width = pen.width().saturating_sub(LEAD);
    for (y, (row, is_selected)) in (1..pen.height()).zip(list.visible_rows()) {
        let Some(item) = scene.model.event_log.nth(row as u64) else { continue };
        events::line(&mut pen.part(LEAD, y, width, 1), 0, item, scene);
        pen.target(0, y, u16::MAX, ClickTarget::Row(row));
        // With auto-scroll there is no cursor.
        if is_selected && list.is_scroll_locked {
            table::selection_mark(pen, y);
            pen.highlight_row(y, Role::Selection);
        }
    }
}

/// The number of events, and whether the newest are visible.
fn remark(scene: &ViewScene<'_>) -> String {
    let (list, news) = (scene.ui.list(), &scene.model.event_log);
    let gone = news.n_added().saturating_sub(EventLog::KEPT as u64);
    let mut parts: Vec<String> = table::n_matching(scene).into_iter().collect();
    if gone > 0 {
        parts.push(format!("{} older discarded", units::count(gone)));
    }
    if list.is_reversed {
        parts.push("newest first".to_owned());
    }
    let below = list.order.len().saturating_sub(list.scroll + list.page);
    let newer = if list.is_reversed { list.scroll } else { below };
    parts.push(match newer {
        _ if !list.is_scroll_locked => "following".to_owned(),
        0 => "auto-scroll off".to_owned(),
        newer => format!("{} newer", units::count(newer as u64)),
    });
    parts.join("   ")
}

/// The facts about an event.
fn details(item: &LogEntry, model: &Model, text: &str) -> Vec<LabelledFact> {
    let about = item.event.subject();
    let mut details = vec![LabelledFact::sentence(status_word(item, model), text)];
    if let Some(target) = about.target {
        details.push(LabelledFact::name("request", target.to_string()));
    }
    match about.outcome {
        Some(Outcome::Failed { detail: Some(detail), .. }) => {
            details.push(LabelledFact::sentence("detail", detail.to_string()));
        }
        _ => details.extend(host_of(&about, model).map(|host| LabelledFact::name("host", host))),
    }
    details
}

fn status_word(item: &LogEntry, model: &Model) -> &'static str {
    status_name(describe(item, model).status)
}
