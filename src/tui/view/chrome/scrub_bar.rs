//! The scrub bar of a replay: the whole recording in one row, with what happened when and the marks.
//!
//! A click seeks. Start at [`draw`].

use ratatui::style::Modifier;

use crate::event::Offset;
use crate::model::moment::mark_name;
use crate::model::moment::outline::{Highlight, HighlightKind};
use crate::tui::click_targets::ClickTarget;
use crate::tui::theme::Theme;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// Draws the row. It keeps its place, so only the played part grows.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let Some(playback) = scene.ui.playback.filter(|_| pen.height() > 0) else { return };
    let bar = BarScale { last: pen.width().saturating_sub(1), end: playback.end };
    let at = bar.column(scene.now);
    let rule = pen.theme.glyphs.rule.clone();
    pen.fill(0, 0, at, &rule, Role::Bar);
    pen.fill(at, 0, pen.width() - at, &rule, Role::Border);
    let cursor = pen.theme.glyph(Status::Running).to_owned();
    pen.text(at, 0, &cursor, Role::Title);
    for (from, to, glyph, role) in marks(scene, bar, pen.theme) {
        for x in from..=to {
            let style = pen.theme.style(role);
            // The cursor does not hide what happens there.
            let style = if x == at { style.add_modifier(Modifier::REVERSED) } else { style };
            pen.set_cell(x, 0, glyph, style);
        }
    }
    for x in 0..=bar.last {
        pen.target(x, 0, 1, ClickTarget::Moment(bar.moment(x)));
    }
}

/// The columns of the bar, and the time that they cover.
#[derive(Clone, Copy)]
struct BarScale {
    last: u16,
    end: Offset,
}

impl BarScale {
    /// The column of a moment.
    fn column(self, at: Offset) -> u16 {
        let at = u128::from(at.min(self.end).0) * u128::from(self.last) / u128::from(self.end.0.max(1));
        u16::try_from(at).unwrap_or(self.last).min(self.last)
    }

    /// The first moment of a column.
    fn moment(self, column: u16) -> Offset {
        let at = (u128::from(self.end.0) * u128::from(column)).div_ceil(u128::from(self.last.max(1)));
        Offset(u64::try_from(at).unwrap_or(u64::MAX)).min(self.end)
    }
}

/// What is drawn on the bar, the least important first: columns, glyph and role.
fn marks<'t>(scene: &ViewScene<'_>, bar: BarScale, theme: &'t Theme) -> Vec<(u16, u16, &'t str, Role)> {
    let recorded = scene.ui.moments.outline.iter().flat_map(|outline| outline.highlights()).copied();
    let own = scene.ui.moments.own_marks();
    let own = own.map(|(number, at)| Highlight { at, until: at, kind: HighlightKind::Marked(number) });
    let mut all: Vec<Highlight> = recorded.chain(own).collect();
    all.sort_by_key(|highlight| importance(highlight.kind));
    let drawn = |highlight: Highlight| {
        let (glyph, role) = glyph_of(highlight.kind, theme);
        (bar.column(highlight.at), bar.column(highlight.until), glyph, role)
    };
    all.into_iter().map(drawn).collect()
}

/// Where several things share a column, the most important is shown.
fn importance(kind: HighlightKind) -> u8 {
    match kind {
        HighlightKind::Paused => 0,
        HighlightKind::Down => 1,
        HighlightKind::Limit => 2,
        HighlightKind::Refused => 3,
        HighlightKind::Stopped => 4,
        HighlightKind::Failed => 5,
        HighlightKind::Marked(_) => 6,
    }
}

/// The glyph and the role of what happened.
fn glyph_of(kind: HighlightKind, theme: &Theme) -> (&str, Role) {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    match kind {
        HighlightKind::Paused => (theme.glyph(Status::Queued), Role::Slow),
        HighlightKind::Down => (theme.glyph(Status::Down), Role::Down),
        HighlightKind::Limit => (&theme.glyphs.marker, Role::Accent),
        HighlightKind::Refused => (theme.glyph(Status::Limited), Role::Limited),
        HighlightKind::Stopped => (theme.glyph(Status::Timeout), Role::Slow),
        HighlightKind::Failed => (theme.glyph(Status::Failed), Role::Failed),
        HighlightKind::Marked(number) => {
            let at = LETTERS.find(&mark_name(number));
            (at.and_then(|at| LETTERS.get(at..=at)).unwrap_or("*"), Role::Key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BarScale;
    use crate::event::Offset;

    #[test]
    fn a_click_on_a_column_leads_to_a_moment_of_that_column() {
        for (last, end) in [(0, 0), (0, 7), (117, 14_300_000), (57, 3), (219, u64::MAX)] {
            let bar = BarScale { last, end: Offset(end) };
            assert_eq!((bar.column(Offset::ZERO), bar.column(Offset(end))), (0, if end == 0 { 0 } else { last }));
            for column in 0..=last {
                assert!(end < u64::from(last) || bar.column(bar.moment(column)) == column, "{column} of {last}, {end}");
            }
        }
    }
}
