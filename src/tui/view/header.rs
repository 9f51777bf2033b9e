//! What is running, what is it doing, and how long will it take?

use crate::event::RunEnd;
use crate::model::{Model, Stage};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, width_of};
use crate::units;

/// One line: name on the left, state in the middle, time on the right.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let model = scene.model;
    let time = match time_left(scene) {
        Some(left) => format!("{} elapsed   {left}", elapsed(scene)),
        None => format!("{} elapsed", elapsed(scene)),
    };
    let (status, word) = state(scene);
    let state_width = width_of(&word) + 2;
    let time_at = pen.width().saturating_sub(width_of(&time));
    // Under the numbers that belong to the run, unless the line is short.
    let state_at = (pen.width() * 3 / 8).min(time_at.saturating_sub(state_width + 2));

    let after = pen.text(0, 0, "inflight", Role::TextDim);
    let room = state_at.saturating_sub(after + 3);
    let name = pen.theme.style(Role::Title);
    pen.foreign(after + 2, 0, &model.name, room, name);
    let glyph = pen.theme.glyph(status).to_owned();
    let after = pen.text(state_at, 0, &glyph, status);
    let gap = if status == Status::Paused { pen.text(after, 0, " ", status) } else { after + 1 };
    let after = pen.text(gap, 0, &word, status);
    if let Some(at) = scene.ui.frozen {
        let badge = format!("FROZEN {}", units::clock(at));
        if after + 2 + width_of(&badge) < time_at {
            pen.text(after + 2, 0, &badge, Role::Accent);
        }
    }
    pen.right(pen.width(), 0, &time, Role::TextDim);
}

/// The state in one glyph and one word.
pub fn state(scene: &Scene<'_>) -> (Status, String) {
    let model = scene.model;
    let in_flight = model.in_flight();
    match model.stage {
        Stage::Ready => (Status::Queued, "STARTING".into()),
        Stage::Running if model.is_paused && in_flight > 0 => (Status::Paused, format!("PAUSED, {in_flight} draining")),
        Stage::Running if model.is_paused => (Status::Paused, "PAUSED".into()),
        Stage::Running => match model.cooldown(scene.now) {
            Some((_, until)) if in_flight == 0 => {
                let left = units::countdown(until.since(scene.now));
                (Status::Limited, format!("LIMITED, resumes in {left}"))
            }
            _ => (Status::Running, "RUNNING".into()),
        },
        Stage::Draining => (Status::Limited, format!("DRAINING {in_flight}")),
        Stage::Cancelling => (Status::Cancelled, "CANCELLING".into()),
        Stage::Ended(how) => ended(model, how),
    }
}

fn ended(model: &Model, how: RunEnd) -> (Status, String) {
    let failed = model.totals.jobs_failed;
    match how {
        RunEnd::Finished if failed == 0 => (Status::Ok, "FINISHED".into()),
        RunEnd::Finished => (Status::Failed, format!("FINISHED, {} failed", units::count(failed))),
        RunEnd::Drained => (Status::Cancelled, "STOPPED".into()),
        RunEnd::Cancelled => (Status::Cancelled, "CANCELLED".into()),
        RunEnd::FailedFast => (Status::Failed, "STOPPED at the first failure".into()),
    }
}

/// Time of the run so far; it stands still once it is over.
pub fn elapsed(scene: &Scene<'_>) -> String {
    units::clock(scene.model.ended.unwrap_or(scene.now))
}

/// About how long it will take, or why that cannot be said.
fn time_left(scene: &Scene<'_>) -> Option<String> {
    let model = scene.model;
    if model.is_paused && model.stage == Stage::Running {
        return None;
    }
    model.time_left(scene.now).map(|left| format!("about {} left", units::roughly(left)))
}
