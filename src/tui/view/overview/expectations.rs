//! The plan's expectations in one row: met or not, by how much, and since when.
//!
//! Start at [`draw`].

use crate::event::Offset;
use crate::model::expectation::Checked;
use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// The columns between two expectations.
const GAP: u16 = 3;

/// How much of an expectation is shown, from everything to the measured value alone.
#[derive(Clone, Copy)]
enum Detail {
    Since,
    Margin,
    Value,
}

/// Draws every expectation with as much detail as fits.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let rows = scene.ui.expectations.rows(scene.model);
    let texts = |detail| rows.iter().map(|(checked, since)| text(checked, *since, detail)).collect::<Vec<_>>();
    let fits = |texts: &Vec<[String; 2]>| {
        let widths = texts.iter().map(|[name, rest]| 2 + width_of(name) + width_of(rest));
        widths.sum::<u16>() + GAP * u16::try_from(texts.len().saturating_sub(1)).unwrap_or(0) <= pen.width()
    };
    let shown =
        [Detail::Since, Detail::Margin].into_iter().map(texts).find(fits).unwrap_or_else(|| texts(Detail::Value));
    let mut x = 0;
    for ((checked, _), [name, rest]) in rows.iter().zip(shown) {
        let status = match checked {
            Checked { found: None, .. } => Status::Queued,
            Checked { holds: true, .. } => Status::Ok,
            Checked { holds: false, .. } => Status::Failed,
        };
        let glyph = pen.theme.glyph(status).to_owned();
        pen.text(x, 0, &glyph, status);
        x = pen.text(x + 2, 0, &name, Role::Text);
        let role = if status == Status::Failed { Role::Failed } else { Role::TextDim };
        x = pen.text(x, 0, &rest, role) + GAP;
    }
}

/// `p95 < 1.00 s`, and ` not met: 1.33 s, 330 ms over, since 00:05`.
fn text(checked: &Checked, since: Offset, detail: Detail) -> [String; 2] {
    let name = format!("{} < {}", checked.what, checked.wanted);
    let Some(found) = checked.found else { return [name, " not measured yet".to_owned()] };
    let word = if checked.holds { "met" } else { "not met" };
    let margin = checked.margin().unwrap_or_default();
    let rest = match detail {
        Detail::Since => format!(" {word}: {found}, {margin}, since {}", units::clock_seconds(since)),
        Detail::Margin => format!(" {word}: {found}, {margin}"),
        Detail::Value => format!(" {word}: {found}"),
    };
    [name, rest]
}
