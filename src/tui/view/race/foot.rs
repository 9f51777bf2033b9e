//! The lab's footer: key hints and remarks.
//!
//! Start at [`draw`].

use crate::tui::action::Action;
use crate::tui::keymap::FooterHint;
use crate::tui::state::race::RaceUi;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::chrome::footer;
use crate::tui::view::pen::Pen;
use crate::tui::view::race::scene::LabScene;

/// The space between two hints.
const GAP: u16 = 3;
/// The hints that are dropped first where space is short.
const DROPPED: [Action; 3] = [Action::Export, Action::DelayDown, Action::Lane(0)];

/// Draws the footer: one line, below a rule if there is room.
pub fn draw(pen: &mut Pen<'_>, scene: &LabScene<'_>) {
    if pen.height() == 0 {
        return;
    }
    let y = pen.height() - 1;
    if y > 0 {
        pen.rule(0);
    }
    let mut hints = hints(scene);
    // The last three hints are always kept: lesson, help and quit.
    while hints.len() > 3 && footer::width_of_all(&hints, GAP) > pen.width() {
        let dropped = DROPPED.iter().find_map(|action| hints.iter().position(|hint| hint.action == *action));
        hints.remove(dropped.unwrap_or(hints.len() - 4));
    }
    let remark = scene.ui.remark.as_ref().map(|(text, _)| text.clone());
    let end = remark.as_ref().map_or(pen.width(), |text| pen.width().saturating_sub(width_of(text) + 2));
    footer::draw_hints(pen, (0, end), y, GAP, &hints, |action| RaceUi::refusal(action, scene.race).is_none());
    if let Some(text) = remark {
        pen.right(pen.width(), y, &text, Role::Accent);
    }
}

/// The hints that apply now, with labels for the current state.
fn hints(scene: &LabScene<'_>) -> Vec<FooterHint> {
    let mut hints = scene.keymap.footer(scene.ui.context());
    let is_over = scene.race.is_over();
    hints.retain(|hint| match hint.action {
        Action::Pause => !is_over,
        Action::LimitDown | Action::LimitUp => scene.race.limit.is_some(),
        // The lesson cannot be searched.
        Action::Filter => scene.ui.help.is_some(),
        Action::Lane(_) => scene.race.lanes.len() > 1,
        _ => true,
    });
    for hint in &mut hints {
        let is_there =
            |action: Action| !matches!(action, Action::Lane(lane) if usize::from(lane) >= scene.race.lanes.len());
        hint.others.retain(|(action, _)| is_there(*action));
        if hint.action == Action::Pause && scene.is_paused {
            hint.label = "resume";
        }
    }
    hints
}
