//! What do the numbers mean, and how do we know?

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::verdict::words::told;
use crate::model::verdict::working::{Line, working};
use crate::model::verdict::{Finding, findings};
use crate::shown::shown;
use crate::tui::action::Action;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, cut_end, width_of};
use crate::tui::view::sheet::Sheet;
use crate::tui::view::targets::Target;

/// Columns of the labels on the sheet, with the gap behind them.
const LABELS: u16 = 11;
/// Widest text on the sheet, for the eye.
const WIDEST: u16 = 100;

/// Whether there is a line to draw.
pub fn is_told(model: &Model) -> bool {
    !findings(model).is_empty()
}

/// One line: the number, the place, and the remedy where it fits whole.
pub fn line(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(finding) = findings(scene.model).into_iter().next() else { return };
    let told = told(&finding, scene.model);
    let key = scene.keymap.key(Action::Why).map(|key| format!("{key} why")).unwrap_or_default();
    let end = pen.width().saturating_sub(width_of(&key) + 2);
    let status = if is_serious(&finding) { Status::Limited } else { Status::Slow };
    let glyph = pen.theme.glyph(status).to_owned();
    let x = pen.text(0, 0, &glyph, status) + 1;
    let x = pen.text(x, 0, &told.number, Role::Title);
    let x = pen.text(x, 0, ": ", Role::TextDim);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let place = cut_end(&told.place, usize::from(end.saturating_sub(x)), &ellipsis).into_owned();
    let x = pen.text(x, 0, &place, Role::Text);
    // Half a remedy is none; the working has it whole.
    let remedies = [Some(told.remedy), told.brief].into_iter().flatten().map(|remedy| format!("; {remedy}"));
    if let Some(remedy) = remedies.into_iter().find(|remedy| x + width_of(remedy) <= end) {
        pen.text(x, 0, &remedy, Role::TextDim);
    }
    if let Some((key, word)) = key.split_once(' ') {
        let from = pen.width().saturating_sub(width_of(key) + 1 + width_of(word));
        pen.target(from, 0, u16::MAX, Target::Hint(Action::Why));
        let x = pen.text(from, 0, key, Role::Key);
        pen.text(x + 1, 0, word, Role::TextDim);
    }
}

/// Whether it makes other figures suspect, or somebody says no.
fn is_serious(finding: &Finding) -> bool {
    matches!(finding, Finding::OwnMachine { .. } | Finding::LimitedUpstream { .. })
}

/// A sheet over the screen with the working; scrolls where it does not fit.
pub fn sheet(screen: &mut Pen<'_>, scene: &Scene<'_>) {
    let lines = wrapped(screen.area, scene.model);
    let sheet = Sheet::of(screen.area, WIDEST + LABELS, lines.len());
    let last = sheet.last_row(lines.len());
    let from = scene.ui.working.unwrap_or(0).min(last);
    let remark = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    sheet.write(screen, |pen| {
        pen.section(0, "Working", &remark);
        for (y, (label, text)) in (1..=sheet.rows).zip(lines.iter().skip(from)) {
            pen.text(0, y, label, Role::TextDim);
            let role = if *label == "verdict" { Role::Title } else { Role::Text };
            pen.text(LABELS, y, &shown(text), role);
        }
        None
    });
}

/// The furthest that the sheet can be scrolled on a screen of this size.
pub fn last_row(area: Rect, model: &Model) -> usize {
    let lines = wrapped(area, model).len();
    Sheet::of(area, WIDEST + LABELS, lines).last_row(lines)
}

/// The working in lines that fit the sheet.
fn wrapped(screen: Rect, model: &Model) -> Vec<Line> {
    let room = usize::from(Sheet::text_width(screen, WIDEST + LABELS).saturating_sub(LABELS).max(10));
    let mut lines = Vec::new();
    for (mut label, text) in working(model) {
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && usize::from(width_of(&line)) + 1 + usize::from(width_of(word)) > room {
                lines.push((std::mem::take(&mut label), std::mem::take(&mut line)));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push((label, line));
    }
    lines
}
