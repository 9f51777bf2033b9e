//! The comparison of a marked moment with now: a popup with both next to each other.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::model::Model;
use crate::model::moment::{MomentFigures, mark_name};
use crate::text::units;
use crate::tui::rows::comparison::{ComparedFigure, ComparisonLine, lines};
use crate::tui::state::UiState;
use crate::tui::state::moments::Comparison;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::popup::Popup;

/// The width of the popup's text.
const WIDEST: u16 = 96;
/// The width of a figure: `now 00:06.0`, and a gap.
const FIGURE: u16 = 13;
/// The width of the change: `+1,234,567 %`.
const CHANGE: u16 = 12;
/// The width of what else has changed, from this width of the popup on.
const NOTE: u16 = 20;
const WITH_NOTE: u16 = 80;

/// Draws the popup.
pub fn draw(screen: &mut Pen<'_>, shown: &Comparison, scene: &ViewScene<'_>) {
    let lines = lines_of(shown, scene.model, scene.ui, scene.now);
    let popup = popup(screen.area, lines.len());
    let last = popup.last_row(lines.len() + 1);
    let from = shown.scroll.min(last);
    let mark = mark_name(shown.mark);
    let scrolled = if last > 0 { format!("{} of {}", from + 1, last + 1) } else { String::new() };
    popup.write(screen, |pen| {
        pen.section(0, &format!("{mark} and now"), &scrolled);
        let note = if pen.width() >= WITH_NOTE { NOTE } else { 0 };
        let label = pen.width().saturating_sub(2 * FIGURE + CHANGE + note);
        let heads = [format!("{mark} {}", units::clock(shown.figures.at)), format!("now {}", units::clock(scene.now))];
        for (i, head) in (1..).zip(&heads) {
            pen.right(label + i * FIGURE, 1, head, Role::TextDim);
        }
        pen.right(label + 2 * FIGURE + CHANGE, 1, "change", Role::TextDim);
        for (y, line) in (2..=popup.rows).zip(lines.iter().skip(from)) {
            match line {
                ComparisonLine::Heading(text) => drop(pen.text(0, y, text, Role::Title)),
                ComparisonLine::Figure(figure) => draw_figure(pen, y, label, note, figure),
            }
        }
        None
    });
}

fn draw_figure(pen: &mut Pen<'_>, y: u16, label: u16, note: u16, figure: &ComparedFigure) {
    let style = pen.theme.style(Role::TextDim);
    pen.foreign(2, y, &figure.label, label.saturating_sub(3), style);
    pen.right(label + FIGURE, y, &figure.then, Role::Text);
    pen.right(label + 2 * FIGURE, y, &figure.now, Role::Text);
    pen.right(label + 2 * FIGURE + CHANGE, y, &figure.change, figure.role);
    if note > 0 {
        pen.right(label + 2 * FIGURE + CHANGE + note, y, &figure.note, Role::TextDim);
    }
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, shown: &Comparison, model: &Model, ui: &UiState) -> usize {
    let n = lines_of(shown, model, ui, model.last).len();
    popup(area, n).last_row(n + 1)
}

/// The popup for so many lines below the names of the columns.
fn popup(area: Rect, n: usize) -> Popup {
    Popup::new(area, WIDEST, n + 1)
}

fn lines_of(shown: &Comparison, model: &Model, ui: &UiState, now: Offset) -> Vec<ComparisonLine> {
    let figures = MomentFigures::new(model, now);
    lines(&shown.figures, &figures, ui.window, model.ended.is_some())
}
