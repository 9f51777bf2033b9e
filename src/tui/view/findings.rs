//! The findings view: what a watched program does wrong, the worst first, and how the selected finding was made.
//!
//! The overview shows the same rows in a panel. Start at [`FindingsPage`] and [`panel`].

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::verdict::{Finding, findings};
use crate::text::units;
use crate::tui::click_targets::ClickTarget;
use crate::tui::rows::event_text::describe;
use crate::tui::rows::findings::{nth, place_of};
use crate::tui::state::UiState;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};
use crate::tui::view::verdict::status_of;
use crate::tui::view::widgets::facts::{self, LabelledFact};
use crate::tui::view::widgets::table;

/// The findings view.
#[derive(Debug)]
pub struct FindingsPage;

/// The rows for the details of the selected finding.
const DETAIL: u16 = 9;
/// The width of the marks before a row.
const LEAD: u16 = 4;

impl ViewPage for FindingsPage {
    fn rows_in(&self, area: Rect, model: &Model, _ui: &UiState) -> usize {
        usize::from(Parts::new(area.height, findings(model, None).len()).table.saturating_sub(1))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let list = scene.ui.list();
        let parts = Parts::new(pen.height(), list.order.len());
        let width = pen.width();
        pen.section(parts.above, "Findings", &units::plural(list.order.len() as u64, "finding"));
        if list.order.is_empty() {
            table::draw_empty(pen, LEAD, parts.above + 1, scene);
        }
        let end = parts.above + parts.table;
        for (y, (row, is_selected)) in (parts.above + 1..end).zip(list.visible_rows()) {
            let Some(finding) = nth(scene.model, row) else { continue };
            if is_selected {
                table::selection_mark(pen, y);
            }
            line(&mut pen.part(2, y, width - 2, 1), &finding);
            pen.target(0, y, u16::MAX, ClickTarget::Row(row));
            if is_selected {
                pen.highlight_row(y, Role::Selection);
            }
        }
        let selected = list.selected_row().and_then(|row| nth(scene.model, row));
        if let (Some(finding), true) = (selected, parts.detail > 0) {
            let from = end + 1;
            let used = facts::draw(&mut pen.part(0, from, width, parts.detail), finding.kind, "", &details(&finding));
            let from = from + used + 1;
            let place = place_of(&finding);
            let mut below = pen.part(0, from, width, pen.height().saturating_sub(from));
            facts::latest_events(&mut below, scene, |item| Some(describe(item, scene.model).place) == place);
        }
    }
}

/// The heights in the view.
struct Parts {
    above: u16,
    table: u16,
    detail: u16,
}

impl Parts {
    fn new(height: u16, rows: usize) -> Self {
        let above = u16::from(height >= 17);
        let wanted = u16::try_from(rows.max(1)).unwrap_or(u16::MAX).saturating_add(1);
        let least = wanted.min(4);
        let detail = (height - above).saturating_sub(least + 1).min(DETAIL);
        let detail = if detail < 3 { 0 } else { detail };
        let room = height - above - detail - u16::from(detail > 0);
        Self { above, table: if detail > 0 { room.min(wanted.max(4)) } else { room }, detail }
    }
}

/// Draws the findings in a panel: one row each, as many as fit.
pub fn panel(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let found = findings(scene.model, scene.ui.recording.as_deref());
    let hidden = found.len().saturating_sub(usize::from(pen.height() - 1));
    let more = if hidden > 0 { format!("{hidden} more") } else { String::new() };
    pen.section(0, "Findings", &more);
    if found.is_empty() {
        pen.text(0, 1, "none so far", Role::TextFaint);
    }
    let width = pen.width();
    for (y, finding) in (1..pen.height()).zip(&found) {
        line(&mut pen.part(0, y, width, 1), finding);
    }
}

/// Draws a finding in one row: its number, the line of code, and its text as far as there is room.
fn line(pen: &mut Pen<'_>, finding: &Finding) {
    let status = status_of(finding.gravity);
    let glyph = pen.theme.glyph(status).to_owned();
    pen.text(0, 0, &glyph, status);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let sentence = &finding.sentence;
    let brief = pen.safe(&sentence.brief.place).into_owned();
    let (width, place_width) = (pen.width().saturating_sub(2), width_of(&brief));
    let fits = |number: &str| width_of(number) + 2 + place_width <= width;
    let number = if fits(&sentence.number) { &sentence.number } else { &sentence.brief.number };
    let room = width.saturating_sub((place_width + 2).min(width / 2));
    let number = cut_end(&pen.safe(number), usize::from(room), &ellipsis).into_owned();
    let x = pen.text(2, 0, &number, Role::Text) + 2;
    let left = |x: u16, pen: &Pen<'_>| usize::from(pen.width().saturating_sub(x));
    let text = cut_end(&brief, left(x, pen), &ellipsis).into_owned();
    let x = pen.text(x, 0, &text, Role::Title) + 2;
    let code = sentence.code.as_ref().map(|code| pen.safe(&code.text).into_owned()).unwrap_or_default();
    if left(x, pen) > 8 {
        let code = cut_end(&code, left(x, pen), &ellipsis).into_owned();
        pen.text(x, 0, &code, Role::TextDim);
    }
}

/// Everything about a finding.
fn details(finding: &Finding) -> Vec<LabelledFact> {
    let (sentence, explanation) = (&finding.sentence, &finding.explanation);
    let mut facts = vec![LabelledFact::sentence("cost", sentence.number.clone())];
    match (&sentence.code, place_of(finding)) {
        (Some(code), Some(place)) => {
            let function = if code.function.is_empty() { String::new() } else { format!(" in {}", code.function) };
            facts.push(LabelledFact::name("line", format!("{place}{function}")));
            if !code.text.is_empty() {
                facts.push(LabelledFact::name("source", code.text.to_string()));
            }
        }
        _ => facts.push(LabelledFact::sentence("place", sentence.place.clone())),
    }
    if !sentence.remedy.is_empty() {
        facts.push(LabelledFact::sentence("remedy", sentence.remedy.clone()));
    }
    facts.push(LabelledFact::sentence("observed", explanation.observed.clone()));
    facts.push(LabelledFact::sentence("formula", explanation.formula.clone()));
    facts.push(LabelledFact::sentence("refuted", explanation.refuted.to_owned()));
    facts
}
