//! The footer: key hints, remarks, questions and the filter prompt.
//!
//! Start at [`line()`].

use crate::model::Stage;
use crate::text::units;
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::FooterHint;
use crate::tui::keymap::entry::Context;
use crate::tui::refusal::refusal;
use crate::tui::state::settings_menu::SUGGESTION;
use crate::tui::text_fit::{cut_end, cut_middle, width_of};
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::views::View;

/// Draws the footer: one line, below a rule if there is room.
pub fn draw(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let y = pen.height().saturating_sub(1);
    if y > 0 {
        pen.rule(0);
    }
    line(pen, y, scene);
}

/// Draws the footer's line.
pub fn line(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    match scene.ui.context() {
        Context::Question => {
            let in_flight = scene.model.in_flight();
            question(
                pen,
                y,
                scene,
                &[format!("{in_flight} in flight, how to quit?"), "how to quit?".into(), String::new()],
            );
        }
        Context::Confirm => question(pen, y, scene, &confirmation(scene)),
        Context::Prompt => prompt(pen, y, scene),
        Context::At(_)
        | Context::Race
        | Context::Help
        | Context::Palette
        | Context::Settings
        | Context::Card
        | Context::Compare
        | Context::Menu => {
            keys(pen, y, scene);
        }
    }
}

/// Whether the footer asks a question or takes input; then it is shown at every screen size.
pub fn is_wanted(scene: &ViewScene<'_>) -> bool {
    matches!(scene.ui.context(), Context::Question | Context::Confirm | Context::Prompt)
}

/// The question before an action that cannot be undone: long, short and shortest.
fn confirmation(scene: &ViewScene<'_>) -> [String; 3] {
    if let Some(why) = scene.ui.moot_question(scene.model) {
        return [why.clone(), why, String::new()];
    }
    if let Some(job) = scene.ui.job_to_cancel() {
        return [format!("cancel job #{} now?", job.0), format!("cancel #{}?", job.0), "cancel it?".into()];
    }
    if let Some((cause, group)) = scene.ui.cause_to_repeat().and_then(|cause| scene.model.incidents.by_cause(cause)) {
        let jobs = units::plural(group.left(), "job");
        return [format!("resend {jobs} that failed with {cause}?"), format!("resend {jobs}?"), "resend?".into()];
    }
    let name =
        scene.ui.endpoint_to_skip().and_then(|i| scene.model.endpoints.get(i)).map_or("", |endpoint| &*endpoint.name);
    let left = scene.ui.endpoint_to_skip().and_then(|i| scene.model.endpoints.get(i)?.left());
    let rest = left.map_or_else(|| "its other jobs".to_owned(), |left| format!("its {}", units::plural(left, "job")));
    let name = cut_middle(&scene.ui.privacy.safe(name), 40, &scene.theme.glyphs.ellipsis).into_owned();
    [format!("skip {name} and {rest}?"), format!("skip {name}?"), "skip it?".into()]
}

/// Draws a question and its answers. If space is short, the question is shortened, and never the answers.
fn question(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>, wordings: &[String; 3]) {
    let hints = shown_hints(scene);
    let fits = |question: &&String| {
        let lead = if question.is_empty() { 0 } else { width_of(question) + GAP };
        lead + width_of_all(&hints, GAP) <= pen.width()
    };
    let text = wordings.iter().find(fits).map_or("", String::as_str);
    let x = pen.text(0, y, text, Role::Title);
    let x = if text.is_empty() { 0 } else { x + GAP };
    let gap = if x + width_of_all(&hints, GAP) <= pen.width() { GAP } else { 1 };
    draw_hints(pen, (x, pen.width()), y, gap, &hints, |action| is_available(action, scene));
}

/// Draws the filter prompt.
fn prompt(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let hints = shown_hints(scene);
    let x = pen.text(0, y, "/", Role::Key);
    let room = pen.width().saturating_sub(width_of_all(&hints, GAP) + GAP + 2).max(pen.width() / 2);
    let style = pen.theme.style(Role::Text);
    let x = pen.foreign(x, y, scene.ui.typed_text(), room, style);
    let cursor = pen.theme.glyphs.levels[7];
    let x = pen.text(x, y, cursor, Role::Accent) + GAP;
    if scene.ui.typed_text().is_empty()
        && scene.ui.help.is_none()
        && x + width_of(GRAMMAR) + GAP + width_of_all(&hints, GAP) <= pen.width()
    {
        let end = pen.width().saturating_sub(width_of_all(&hints, GAP));
        pen.text(x, y, GRAMMAR, Role::TextFaint);
        return draw_hints(pen, (end, pen.width()), y, GAP, &hints, |action| is_available(action, scene));
    }
    draw_hints(pen, (x, pen.width()), y, GAP, &hints, |action| is_available(action, scene));
}

/// Draws the key hints. A remark covers their end for a while; a filter takes space from them.
fn keys(pen: &mut Pen<'_>, y: u16, scene: &ViewScene<'_>) {
    let mut hints = shown_hints(scene);
    let filter = filter_text(pen, scene);
    let room = pen.width().saturating_sub(filter.as_ref().map_or(0, |text| width_of(text) + GAP));
    // The last two hints, help and quit, are always kept.
    let gap = if pen.width() < 60 { GAP - 1 } else { GAP };
    while hints.len() > 2 && width_of_all(&hints, gap) > room {
        hints.remove(hints.len() - 3);
    }
    // An open popup always shows its keys.
    let remark = remark(scene)
        .map(|text| pen.safe(&text).into_owned())
        .filter(|_| scene.ui.context() != Context::Menu)
        .or(filter);
    // It is no news, so it covers no key.
    let suggests_exit = scene.ui.suggests_exit && matches!(scene.model.stage, Stage::Ended(_));
    let has_room = width_of_all(&hints, gap) + GAP + width_of(SUGGESTION) <= pen.width();
    let remark = remark.or_else(|| (suggests_exit && has_room).then(|| SUGGESTION.to_owned()));
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let remark = remark.map(|text| cut_end(&text, pen.width().into(), &ellipsis).into_owned());
    let end = remark.as_ref().map_or(pen.width(), |text| pen.width().saturating_sub(width_of(text) + 2));
    draw_hints(pen, (0, end), y, gap, &hints, |action| is_available(action, scene));
    if let Some(text) = remark {
        pen.right(pen.width(), y, &text, Role::Accent);
    }
}

/// The filter of this view, cut to a third of the line.
fn filter_text(pen: &Pen<'_>, scene: &ViewScene<'_>) -> Option<String> {
    let filter = scene.ui.list().filter.value();
    if filter.is_empty() || scene.ui.is_typing {
        return None;
    }
    let safe = pen.safe(filter);
    // A narrow line has no room for the label.
    let (word, share) = if pen.width() < 60 { ("", 4) } else { ("filter ", 3) };
    let room = usize::from(pen.width() / share).max(8);
    Some(format!("{word}/{}", cut_middle(&safe, room, &pen.theme.glyphs.ellipsis)))
}

/// The terms that a filter can have, shown while the prompt is empty.
const GRAMMAR: &str = "word  !word  status:5xx  ms>500  fail>3  host:  state:";
/// The space between two hints.
const GAP: u16 = 3;

/// The hints that apply now, with labels for the current state.
fn shown_hints(scene: &ViewScene<'_>) -> Vec<FooterHint> {
    let is_over = matches!(scene.model.stage, Stage::Ended(_));
    let mut hints = scene.keymap.footer(scene.ui.context());
    // Rerun is offered only after the run. Then actions that no longer work are hidden.
    hints.retain(|hint| match hint.action {
        Action::TryHost if !scene.ui.has_host_to_try(scene.model) => false,
        Action::Filter => scene.ui.context() != Context::Help || scene.ui.help.is_some(),
        Action::Copy if scene.ui.view == View::Hosts && !scene.ui.can_copy(scene.model) => false,
        Action::NextEvent | Action::Mark | Action::Compare if !scene.can.travel => false,
        Action::Compare if scene.ui.moments.is_empty() => false,
        Action::Confirm if scene.ui.moot_question(scene.model).is_some() => false,
        // A replay has no room for what it can never do.
        action if scene.can.travel && refusal(action, scene.model.stage, scene.can).is_some() => false,
        Action::Repeat if scene.ui.card.is_some() => is_available(Action::Repeat, scene),
        action if is_over => is_available(action, scene),
        action => action != Action::Rerun,
    });
    for hint in &mut hints {
        hint.label = match hint.action {
            Action::Pause if scene.can.travel => {
                let is_stopped = scene.ui.playback.is_some_and(|playback| playback.is_still());
                if is_stopped { "resume" } else { "pause" }
            }
            Action::Pause if scene.model.is_paused => "resume",
            Action::LimitDown | Action::LimitUp if matches!(scene.ui.view, View::Hosts | View::Endpoint) => {
                "limit here"
            }
            _ => hint.label,
        };
    }
    hints
}

/// Whether an action is available now.
fn is_available(action: Action, scene: &ViewScene<'_>) -> bool {
    let selected = scene.ui.list().selected_row();
    let has_object = match action {
        Action::Repeat => {
            let cause = scene.ui.selected_cause(scene.model);
            cause.and_then(|cause| scene.model.incidents.by_cause(cause)).is_some_and(|(_, group)| group.left() > 0)
        }
        Action::Open | Action::Copy => selected.is_some() || scene.ui.context() == Context::Card,
        _ => true,
    };
    has_object && refusal(action, scene.model.stage, scene.can).is_none()
}

fn width_of_hint(hint: &FooterHint) -> u16 {
    width_of(&hint.to_string())
}

/// The width of some hints with this gap between them.
pub fn width_of_all(hints: &[FooterHint], gap: u16) -> u16 {
    let gaps = gap * u16::try_from(hints.len().saturating_sub(1)).unwrap_or(0);
    hints.iter().map(width_of_hint).sum::<u16>() + gaps
}

/// Draws as many hints as fit between two columns; unavailable actions are faint. Each key is a click target.
pub fn draw_hints(
    pen: &mut Pen<'_>,
    (from, end): (u16, u16),
    y: u16,
    gap: u16,
    hints: &[FooterHint],
    is_available: impl Fn(Action) -> bool,
) {
    let mut x = from;
    for hint in hints {
        if x + width_of_hint(hint) > end {
            break;
        }
        let (key, word) =
            if is_available(hint.action) { (Role::Key, Role::TextDim) } else { (Role::TextFaint, Role::TextFaint) };
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
    let pending = match scene.ui.pending {
        Some(Command::Pause) => Some("pausing…"),
        Some(Command::Resume) => Some("resuming…"),
        Some(Command::Drain) => Some("draining…"),
        Some(Command::Cancel) => Some("cancelling…"),
        Some(Command::SkipEndpoint(_)) => Some("skipping…"),
        Some(Command::Quarantine(_)) => Some("setting the host aside…"),
        Some(Command::Release(_)) => Some("releasing the host…"),
        Some(
            Command::SetAdaptive(_)
            | Command::SetLimit { .. }
            | Command::CancelJob(_)
            | Command::PostponeJob(_)
            | Command::Repeat(_)
            | Command::Mark
            | Command::TryHost(_),
        )
        | None => None,
    };
    pending.map(str::to_owned).or_else(|| scene.ui.remark.as_ref().map(|(text, _)| text.clone()))
}
