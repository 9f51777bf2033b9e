//! The lab's header: scenario, state and time.
//!
//! Start at [`draw`].

use crate::text::units;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::race::scene::LabScene;
use crate::tui::view::widgets::state_label;

/// Draws the header: the scenario and its settings on the left, the state in the middle, time on the right.
pub fn draw(pen: &mut Pen<'_>, scene: &LabScene<'_>) {
    let (status, word) = state(scene);
    let clock = units::clock(scene.now);
    let time = if pen.width() >= 76 { format!("{clock} elapsed") } else { clock };
    let time_at = pen.width().saturating_sub(width_of(&time));
    let state_width = width_of(&word) + 2;
    let after = pen.text(0, 0, "inflight", Role::TextDim);
    let after = pen.text(after + 2, 0, scene.race.name, Role::Title);
    let terms = scene.race.terms();
    let room = time_at.saturating_sub(after + 2 + state_width + 4);
    let after = if width_of(&terms) <= room { pen.text(after + 2, 0, &terms, Role::Text) } else { after };
    // The position does not depend on the time, so that the state does not move.
    let state_at = (after + 3).max(pen.width() / 2).min(time_at.saturating_sub(state_width + 2));
    state_label::draw(pen, state_at, 0, status, &word);
    pen.text(time_at, 0, &time, Role::TextDim);
}

/// The race's state: its mark and its text.
pub(super) fn state(scene: &LabScene<'_>) -> (Status, String) {
    let race = scene.race;
    let in_flight: u32 = race.lanes.iter().map(|lane| lane.in_flight).sum();
    if race.is_over() {
        return (Status::Ok, "FINISHED".to_owned());
    }
    match (scene.is_paused, in_flight) {
        (true, 0) => (Status::Paused, "PAUSED".to_owned()),
        (true, _) => (Status::Paused, format!("PAUSED, {in_flight} draining")),
        (false, _) => (Status::Running, "RACING".to_owned()),
    }
}
