//! The verdict: one line that interprets the numbers, and a popup with its derivation.
//!
//! Start at [`line()`].

use ratatui::layout::Rect;

use crate::model::Model;
use crate::model::verdict::sentences::sentence_of;
use crate::model::verdict::working::working;
use crate::model::verdict::{Finding, OutageFinding, findings};
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::labelled::{self, LabelledRow};

/// The minimum width of the verdict's place, if it is cut to make room for the remedy.
const PLACE: u16 = 24;

/// Whether there is a verdict.
pub fn has_verdict(model: &Model) -> bool {
    !findings(model).is_empty()
}

/// Draws the verdict: the number, the place, and the remedy if it fits uncut.
pub fn line(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let Some(finding) = findings(scene.model).into_iter().next() else { return };
    let verdict = sentence_of(&finding, scene.model, scene.ui.recording.as_deref());
    let key = scene.keymap.key(Action::Why).map(|key| format!("{key} why")).unwrap_or_default();
    let end = pen.width().saturating_sub(width_of(&key) + 2);
    let status = status_of(&finding);
    let glyph = pen.theme.glyph(status).to_owned();
    let x = pen.text(0, 0, &glyph, status) + 1;
    let x = pen.text(x, 0, &verdict.number, Role::Title);
    let x = pen.text(x, 0, ": ", Role::TextDim);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = usize::from(end.saturating_sub(x));
    // A remedy is never cut, but a place may be. The popup shows both in full.
    let remedies = [
        Some((verdict.remedy, width_of(&verdict.place))),
        verdict.brief.map(|brief| (brief, PLACE.min(width_of(&verdict.place)))),
    ];
    let remedies = remedies.into_iter().flatten().map(|(remedy, least)| (format!("; {remedy}"), usize::from(least)));
    let fits = |(remedy, least): &(String, usize)| least + usize::from(width_of(remedy)) <= room;
    let remedy = remedies.into_iter().find(fits).map(|(remedy, _)| remedy).unwrap_or_default();
    let place = cut_end(&verdict.place, room - usize::from(width_of(&remedy)), &ellipsis).into_owned();
    let x = pen.text(x, 0, &place, Role::Text);
    pen.text(x, 0, &remedy, Role::TextDim);
    if let Some((key, word)) = key.split_once(' ') {
        let from = pen.width().saturating_sub(width_of(key) + 1 + width_of(word));
        pen.target(from, 0, u16::MAX, ClickTarget::Hint(Action::Why));
        let x = pen.text(from, 0, key, Role::Key);
        pen.text(x + 1, 0, word, Role::TextDim);
    }
}

/// The mark: whether the server is down or limits the run, or the finding makes other figures doubtful.
fn status_of(finding: &Finding) -> Status {
    if matches!(finding, Finding::Outage(OutageFinding { since: Some(_), .. })) {
        return Status::Down;
    }
    let is_serious =
        matches!(finding, Finding::OwnMachine { .. } | Finding::LimitedUpstream { .. } | Finding::Forbidden { .. });
    if is_serious { Status::Limited } else { Status::Slow }
}

/// Draws the popup with the derivation. It scrolls if it does not fit.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    labelled::draw(
        screen,
        ("Working", ""),
        rows(scene.model, scene.ui.recording.as_deref()),
        scene.ui.working.unwrap_or(0),
    );
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, model: &Model, recording: Option<&str>) -> usize {
    labelled::last_row(area, rows(model, recording))
}

fn rows(model: &Model, recording: Option<&str>) -> Vec<LabelledRow> {
    let role = |label| if label == "verdict" { Role::Title } else { Role::Text };
    working(model, recording)
        .into_iter()
        .map(|(label, text)| LabelledRow::new(label, text).in_role(role(label)))
        .collect()
}
