//! The output view: the last lines that a watched program printed, escapes made visible, the streams apart by colour.
//!
//! Start at [`OutputPage`].

use ratatui::layout::Rect;

use crate::model::Model;
use crate::text::output_lines::OutputStream;
use crate::text::units;
use crate::tui::state::UiState;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::{ViewPage, ViewScene};

/// The output view.
#[derive(Debug)]
pub struct OutputPage;

/// The width of the mark of standard error.
const LEAD: u16 = 2;

impl ViewPage for OutputPage {
    fn rows_in(&self, area: Rect, _model: &Model, _ui: &UiState) -> usize {
        usize::from(area.height.saturating_sub(above(area.height) + 1))
    }

    fn draw(&self, pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
        let (above, width) = (above(pen.height()), pen.width());
        pen.section(above, "Output", &remark(scene));
        let (ok, error) = (pen.theme.style(Role::Text), pen.theme.style(Role::Failed));
        let mark = pen.theme.glyphs.axis.clone();
        if scene.ui.output.visible.is_empty() {
            let filter = scene.ui.list().filter.value();
            let text = if filter.is_empty() { "it has printed nothing yet" } else { "no line matches" };
            pen.text(LEAD, above + 1, text, Role::TextDim);
        }
        for (y, line) in (above + 1..pen.height()).zip(&scene.ui.output.visible) {
            let style = match line.stream {
                OutputStream::Stdout => ok,
                OutputStream::Stderr => {
                    // Without colours, the mark distinguishes the streams.
                    pen.styled(0, y, &mark, error);
                    error
                }
            };
            pen.foreign(LEAD, y, &line.text, width.saturating_sub(LEAD), style);
        }
    }
}

/// The blank rows above the title.
fn above(height: u16) -> u16 {
    u16::from(height >= 17)
}

/// The number of lines, and whether the newest are visible.
fn remark(scene: &ViewScene<'_>) -> String {
    let output = &scene.ui.output;
    let count = |n: usize| units::count(n as u64);
    let mut parts = Vec::new();
    if output.n_matching < output.n_kept {
        parts.push(format!("{} of {} lines", count(output.n_matching), count(output.n_kept)));
    } else {
        parts.push(units::plural(output.n_kept as u64, "line"));
    }
    if output.n_dropped > 0 {
        parts.push(format!("{} older discarded", count(output.n_dropped)));
    }
    parts.push(if output.is_followed() { "following".to_owned() } else { format!("{} below", count(output.n_below)) });
    parts.join("   ")
}
