//! What do the numbers mean, and how do we know?

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::verdict::sentences::sentence_of;
use crate::model::verdict::working::working;
use crate::model::verdict::{Finding, findings};
use crate::tui::action::Action;
use crate::tui::click_targets::Target;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::Scene;
use crate::tui::view::widgets::labelled::{self, Row};

/// As much of the place as must be left where it is cut for the remedy.
const PLACE: u16 = 24;

/// Whether there is a line to draw.
pub fn is_told(model: &Model) -> bool {
    !findings(model).is_empty()
}

/// One line: the number, the place, and the remedy where it fits whole.
pub fn line(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let Some(finding) = findings(scene.model).into_iter().next() else { return };
    let told = sentence_of(&finding, scene.model, scene.ui.recording.as_deref());
    let key = scene.keymap.key(Action::Why).map(|key| format!("{key} why")).unwrap_or_default();
    let end = pen.width().saturating_sub(width_of(&key) + 2);
    let status = if is_serious(&finding) { Status::Limited } else { Status::Slow };
    let glyph = pen.theme.glyph(status).to_owned();
    let x = pen.text(0, 0, &glyph, status) + 1;
    let x = pen.text(x, 0, &told.number, Role::Title);
    let x = pen.text(x, 0, ": ", Role::TextDim);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = usize::from(end.saturating_sub(x));
    // Half a remedy is none, and half a place is one still; the working has both whole.
    let remedies =
        [Some((told.remedy, width_of(&told.place))), told.brief.map(|brief| (brief, PLACE.min(width_of(&told.place))))];
    let remedies = remedies.into_iter().flatten().map(|(remedy, least)| (format!("; {remedy}"), usize::from(least)));
    let fits = |(remedy, least): &(String, usize)| least + usize::from(width_of(remedy)) <= room;
    let remedy = remedies.into_iter().find(fits).map(|(remedy, _)| remedy).unwrap_or_default();
    let place = cut_end(&told.place, room - usize::from(width_of(&remedy)), &ellipsis).into_owned();
    let x = pen.text(x, 0, &place, Role::Text);
    pen.text(x, 0, &remedy, Role::TextDim);
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
pub fn draw(screen: &mut Pen<'_>, scene: &Scene<'_>) {
    labelled::draw(
        screen,
        ("Working", ""),
        rows(scene.model, scene.ui.recording.as_deref()),
        scene.ui.working.unwrap_or(0),
    );
}

/// The furthest that the sheet can be scrolled on a screen of this size.
pub fn last_row(area: Rect, model: &Model, recording: Option<&str>) -> usize {
    labelled::last_row(area, rows(model, recording))
}

fn rows(model: &Model, recording: Option<&str>) -> Vec<Row> {
    let role = |label| if label == "verdict" { Role::Title } else { Role::Text };
    working(model, recording).into_iter().map(|(label, text)| Row::new(label, text).in_role(role(label))).collect()
}
