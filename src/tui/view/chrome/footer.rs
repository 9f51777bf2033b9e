//! Which keys make sense now? Also where questions are asked and remarks are made.

use crate::model::Stage;
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::FooterHint;
use crate::tui::keymap::entry::Context;
use crate::tui::refusal::refusal;
use crate::tui::text_fit::{cut_end, cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::views::View;

/// A rule where there is room for one, and one line.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let y = pen.height().saturating_sub(1);
    if y > 0 {
        pen.rule(0);
    }
    line(pen, y, scene);
}

/// The line itself.
pub fn line(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    match scene.ui.context() {
        Context::Question => {
            let in_flight = scene.model.in_flight();
            question(
                pen,
                y,
                scene,
                &[format!("{in_flight} in flight, leave how?"), "leave how?".into(), String::new()],
            );
        }
        Context::Confirm => question(pen, y, scene, &sure(scene)),
        Context::Prompt => prompt(pen, y, scene),
        Context::At(_) | Context::Race | Context::Help | Context::Palette | Context::Example | Context::Menu => {
            keys(pen, y, scene);
        }
    }
}

/// Whether the footer asks a question or takes input; then it is shown at every screen size.
pub fn is_wanted(scene: &ViewScene<'_>) -> bool {
    matches!(scene.ui.context(), Context::Question | Context::Confirm | Context::Prompt)
}

/// Is it really to be done?
fn sure(scene: &ViewScene<'_>) -> [String; 3] {
    if let Some(job) = scene.ui.cancelling() {
        return [format!("cancel job #{} now?", job.0), format!("end job #{}?", job.0), "end it?".into()];
    }
    if let Some((cause, group)) = scene.ui.repeating().and_then(|cause| scene.model.incidents.by_cause(cause)) {
        let jobs = units::plural(group.left(), "job");
        return [format!("send {jobs} again, after {cause}?"), format!("send {jobs} again?"), "again?".into()];
    }
    let name = scene.ui.skipping().and_then(|i| scene.model.endpoints.get(i)).map_or("", |endpoint| &*endpoint.name);
    let left = scene.ui.skipping().and_then(|i| scene.model.endpoints.get(i)?.left());
    let what = left.map_or_else(|| "the rest of it".to_owned(), |left| format!("its {}", units::plural(left, "job")));
    let name = cut_middle(&crate::text::sanitize::sanitize(name), 40, &scene.theme.glyphs.ellipsis).into_owned();
    [format!("skip {name}, {what} left?"), format!("skip {name}?"), "skip it?".into()]
}

/// What to do? The answers come before the words of the question.
fn question(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>, asked: &[String; 3]) {
    let hints = shown_hints(scene);
    let fits = |asked: &&String| {
        let lead = if asked.is_empty() { 0 } else { width_of(asked) + GAP };
        lead + width_of_all(&hints, GAP) <= pen.width()
    };
    let asked = asked.iter().find(fits).map_or("", String::as_str);
    let x = pen.text(0, y, asked, Role::Title);
    let x = if asked.is_empty() { 0 } else { x + GAP };
    let gap = if x + width_of_all(&hints, GAP) <= pen.width() { GAP } else { 1 };
    draw_hints(pen, x, y, pen.width(), gap, &hints, scene);
}

/// Which rows? The end of what is typed stays in sight.
fn prompt(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let hints = shown_hints(scene);
    let x = pen.text(0, y, "/", Role::Key);
    let room = pen.width().saturating_sub(width_of_all(&hints, GAP) + GAP + 2).max(pen.width() / 2);
    let style = pen.theme.style(Role::Text);
    let x = pen.foreign(x, y, scene.ui.list().filter.value(), room, style);
    let cursor = pen.theme.glyphs.bar_full.clone();
    let x = pen.text(x, y, &cursor, Role::Accent) + GAP;
    if scene.ui.list().filter.value().is_empty()
        && x + width_of(GRAMMAR) + GAP + width_of_all(&hints, GAP) <= pen.width()
    {
        let end = pen.width().saturating_sub(width_of_all(&hints, GAP));
        pen.text(x, y, GRAMMAR, Role::TextFaint);
        return draw_hints(pen, end, y, pen.width(), GAP, &hints, scene);
    }
    draw_hints(pen, x, y, pen.width(), GAP, &hints, scene);
}

/// Which keys? A remark lies over their end for a while, and moves none of them; a filter stays, and
/// takes its room from them.
fn keys(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let mut hints = shown_hints(scene);
    let filter = standing_filter(pen, scene);
    let room = pen.width().saturating_sub(filter.as_ref().map_or(0, |text| width_of(text) + GAP));
    // Help and the way out are the last of them, and the last to go.
    let gap = if pen.width() < 60 { GAP - 1 } else { GAP };
    while hints.len() > 2 && width_of_all(&hints, gap) > room {
        hints.remove(hints.len() - 3);
    }
    // An open popup always shows its keys.
    let remark = remark(scene).filter(|_| scene.ui.context() != Context::Menu).or(filter);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let remark = remark.map(|text| cut_end(&text, pen.width().into(), &ellipsis).into_owned());
    let end = remark.as_ref().map_or(pen.width(), |text| pen.width().saturating_sub(width_of(text) + 2));
    draw_hints(pen, 0, y, end, gap, &hints, scene);
    if let Some(text) = remark {
        pen.right(pen.width(), y, &text, Role::Accent);
    }
}

/// The filter that narrows this view down, cut to a third of the line.
fn standing_filter(pen: &Pen<'_>, scene: &ViewScene<'_>) -> Option<String> {
    let filter = scene.ui.list().filter.value();
    if filter.is_empty() || scene.ui.is_typing {
        return None;
    }
    let safe = crate::text::sanitize::sanitize(filter);
    // A narrow line has no room for the word.
    let (word, share) = if pen.width() < 60 { ("", 4) } else { ("filter ", 3) };
    let room = usize::from(pen.width() / share).max(8);
    Some(format!("{word}/{}", cut_middle(&safe, room, &pen.theme.glyphs.ellipsis)))
}

/// What can be typed, while nothing is.
const GRAMMAR: &str = "word  !word  status:5xx  ms>500  host:  state:";
/// Between two hints.
const GAP: u16 = 3;

/// The hints that mean something now, in today's words.
fn shown_hints(scene: &ViewScene<'_>) -> Vec<FooterHint> {
    let is_over = matches!(scene.model.stage, Stage::Ended(_));
    let mut hints = scene.keymap.footer(scene.ui.context());
    // What sends everything again is offered when there is nothing else to do.
    hints.retain(|hint| if is_over { works(hint.action, scene) } else { hint.action != Action::Rerun });
    for hint in &mut hints {
        hint.label = match hint.action {
            Action::Pause if scene.can.travel => {
                let is_stopped = scene.ui.playback.is_some_and(|playback| playback.is_paused || playback.is_at_end);
                if is_stopped { "go on" } else { "hold" }
            }
            Action::Pause if scene.model.is_paused => "resume",
            Action::LimitDown | Action::LimitUp if matches!(scene.ui.view, View::Hosts | View::Endpoint) => {
                "limit here"
            }
            Action::Quit if is_over || scene.can.travel => "leave",
            _ => hint.label,
        };
    }
    hints
}

/// Whether a key does anything now.
fn works(action: Action, scene: &ViewScene<'_>) -> bool {
    let chosen = scene.ui.list().chosen();
    let has_object = match action {
        Action::Repeat => {
            chosen.and_then(|row| scene.model.incidents.nth(row)).is_some_and(|(_, group)| group.left() > 0)
        }
        Action::Open | Action::Copy => chosen.is_some() || scene.ui.context() == Context::Example,
        _ => true,
    };
    has_object && refusal(action, scene.model.stage, scene.can).is_none()
}

fn width_of_hint(hint: &FooterHint) -> u16 {
    width_of(&hint.to_string())
}

fn width_of_all(hints: &[FooterHint], gap: u16) -> u16 {
    let gaps = gap * u16::try_from(hints.len().saturating_sub(1)).unwrap_or(0);
    hints.iter().map(width_of_hint).sum::<u16>() + gaps
}

/// As many as fit before `end`; what the source cannot do is faint.
fn draw_hints(pen: &mut Pen<'_>, from: u16, y: u16, end: u16, gap: u16, hints: &[FooterHint], scene: &ViewScene<'_>) {
    let mut x = from;
    for hint in hints {
        if x + width_of_hint(hint) > end {
            break;
        }
        let (key, word) =
            if works(hint.action, scene) { (Role::Key, Role::TextDim) } else { (Role::TextFaint, Role::TextFaint) };
        pen.target(x, y, width_of_hint(hint), ClickTarget::Hint(hint.action));
        for (action, text) in hint.keys() {
            pen.target(x, y, width_of(text), ClickTarget::Hint(action));
            x = pen.text(x, y, text, key) + 1;
        }
        x = pen.text(x, y, hint.label, word) + gap;
    }
}

/// The pending command, or the current remark.
fn remark(scene: &ViewScene<'_>) -> Option<String> {
    use crate::control::Command;
    let waiting = match scene.ui.pending {
        Some(Command::Pause) => Some("pausing…"),
        Some(Command::Resume) => Some("resuming…"),
        Some(Command::Drain) => Some("draining…"),
        Some(Command::Cancel) => Some("cancelling…"),
        Some(Command::SkipEndpoint(_)) => Some("skipping…"),
        Some(Command::Quarantine(_)) => Some("putting the host aside…"),
        Some(Command::Release(_)) => Some("releasing the host…"),
        Some(
            Command::SetAdaptive(_)
            | Command::SetLimit { .. }
            | Command::CancelJob(_)
            | Command::PostponeJob(_)
            | Command::Repeat(_),
        )
        | None => None,
    };
    waiting.map(str::to_owned).or_else(|| scene.ui.remark.as_ref().map(|(text, _)| text.clone()))
}
