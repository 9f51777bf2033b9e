//! Which keys make sense now? Also where questions are asked and remarks are made.

use crate::model::Stage;
use crate::tui::action::Action;
use crate::tui::keymap;
use crate::tui::keymap::table::Context;
use crate::tui::theme::role::Role;
use crate::tui::view::Scene;
use crate::tui::view::paint::{Pen, width_of};

/// A rule where there is room for one, and one line.
pub fn draw(pen: &mut Pen<'_>, scene: &Scene<'_>) {
    let y = pen.height().saturating_sub(1);
    if y > 0 {
        pen.rule(0);
    }
    line(pen, y, scene);
}

/// The line itself.
pub fn line(pen: &mut Pen<'_>, y: u16, scene: &Scene<'_>) {
    let ui = scene.ui;
    let x = match ui.context() {
        Context::Question => {
            let left = scene.model.in_flight();
            pen.text(0, y, &format!("{left} in flight, leave how?"), Role::Title) + 3
        }
        Context::Prompt => {
            let x = pen.text(0, y, "/", Role::Key);
            let style = pen.theme.style(Role::Text);
            let x = pen.foreign(x, y, ui.filter.value(), pen.width() / 2, style);
            let cursor = pen.theme.glyphs.bar_full.clone();
            pen.text(x, y, &cursor, Role::Accent) + 3
        }
        Context::Overview | Context::Help => 0,
    };
    let remark = remark(scene);
    let end = remark.as_ref().map_or(pen.width(), |(text, _)| pen.width().saturating_sub(width_of(text) + 2));
    hints(pen, x, y, end, scene);
    if let Some((text, role)) = remark {
        pen.right(pen.width(), y, &text, role);
    }
}

/// As many hints as fit, the most wanted first; what the source cannot do is faint.
fn hints(pen: &mut Pen<'_>, from: u16, y: u16, end: u16, scene: &Scene<'_>) {
    let is_over = matches!(scene.model.stage, Stage::Ended(_));
    let mut x = from;
    for hint in scene.keymap.footer(scene.ui.context()) {
        let works = |action: Action| {
            let is_late = is_over && matches!(action, Action::Pause | Action::LimitDown | Action::LimitUp);
            !is_late && keymap::entry(action).is_none_or(|entry| entry.needs.refusal(scene.can).is_none())
        };
        if is_over && !works(hint.action) {
            continue;
        }
        let label = match hint.action {
            Action::Pause if scene.model.is_paused => "resume",
            Action::Quit if is_over => "leave",
            _ => hint.label,
        };
        let width = width_of(&hint.keys) + 1 + width_of(label);
        if x + width > end {
            break;
        }
        let (key, word) =
            if works(hint.action) { (Role::Key, Role::TextDim) } else { (Role::TextFaint, Role::TextFaint) };
        let after = pen.text(x, y, &hint.keys, key);
        x = pen.text(after + 1, y, label, word) + 3;
    }
}

/// What was wished for and has not come true, or what there is to say.
fn remark(scene: &Scene<'_>) -> Option<(String, Role)> {
    use crate::control::Command;
    let waiting = match scene.ui.wish {
        Some(Command::Pause) => Some("pausing…"),
        Some(Command::Resume) => Some("resuming…"),
        Some(Command::Drain) => Some("draining…"),
        Some(Command::Cancel) => Some("cancelling…"),
        Some(Command::SetLimit { .. }) | None => None,
    };
    if let Some(waiting) = waiting {
        return Some((waiting.into(), Role::Accent));
    }
    if let Some((text, _)) = &scene.ui.remark {
        return Some((text.clone(), Role::Accent));
    }
    let filter = scene.ui.filter.value();
    if !filter.is_empty() && !scene.ui.is_typing {
        return Some((format!("filter /{}", crate::shown::shown(filter)), Role::Accent));
    }
    None
}
