//! The verdict: one line that interprets the numbers, and a popup with its derivation.
//!
//! Start at [`line()`].

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::model::Model;
use crate::model::verdict::explanation::Press;
use crate::model::verdict::headline::{has_failed, headline};
use crate::model::verdict::rules::held_back::long_wait::{LongWaitFinding, WaitFate};
use crate::model::verdict::rules::refusals::RefusalFinding;
use crate::model::verdict::sentences::{VerdictSentence, sentence_of};
use crate::model::verdict::working::{helpful_action, working};
use crate::model::verdict::{Finding, OutageFinding, findings};
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::Keymap;
use crate::tui::text_fit::{cut_end, width_of};
use crate::tui::theme::role::{Role, Status};
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;
use crate::tui::view::widgets::labelled::{self, LabelledRow};
use crate::tui::views::View;

/// The minimum width of the verdict's place, if it is cut to make room for the remedy.
const PLACE: usize = 24;
/// The minimum width of the line with the key for the details.
const KEY_FROM: u16 = 56;

/// Draws the verdict, or else the headline: the number, the place, and the remedy if it fits uncut.
pub fn line(pen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let finding = findings(scene.model).into_iter().next();
    let verdict = match &finding {
        Some(finding) => sentence_of(finding, scene.model, scene.ui.recording.as_deref()),
        None => headline(scene.model, scene.now),
    };
    let key = scene.keymap.key(Action::Why).map(|key| format!("{key} why")).unwrap_or_default();
    // On a narrow screen, the sentence needs the room of the key.
    let key = if pen.width() < KEY_FROM { String::new() } else { key };
    let end = pen.width().saturating_sub(if key.is_empty() { 0 } else { width_of(&key) + 2 });
    // Jobs that failed are never well, even if the sentence is about something else.
    let usual = match scene.model.totals.jobs_failed {
        0 => Status::Ok,
        _ if has_failed(scene.model) => Status::Failed,
        _ => Status::Running,
    };
    let status = finding.as_ref().map_or(usual, status_of);
    let glyph = pen.theme.glyph(status).to_owned();
    let x = pen.text(0, 0, &glyph, status) + 1;
    let x = pen.text(x, 0, &verdict.number, Role::Title);
    let x = pen.text(x, 0, ": ", Role::TextDim);
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let room = usize::from(end.saturating_sub(x));
    let (place, remedy) = fitted(verdict, room);
    let place = cut_end(&place, room - usize::from(width_of(&remedy)), &ellipsis).into_owned();
    let x = pen.text(x, 0, &place, Role::Text);
    pen.text(x, 0, &remedy, Role::TextDim);
    if let Some((key, word)) = key.split_once(' ') {
        let from = pen.width().saturating_sub(width_of(key) + 1 + width_of(word));
        pen.target(from, 0, u16::MAX, ClickTarget::Hint(Action::Why));
        let x = pen.text(from, 0, key, Role::Key);
        pen.text(x + 1, 0, word, Role::TextDim);
    }
}

/// The place and the remedy that fit: whole, shortened, or the place alone. A remedy is never cut, but a place may
/// be. The popup shows both in full.
fn fitted(verdict: VerdictSentence, room: usize) -> (String, String) {
    let VerdictSentence { place, remedy, brief, .. } = verdict;
    let (short_place, short_remedy) = brief.unwrap_or_else(|| (place.clone(), remedy.clone()));
    let with_mark = |remedy: &str| if remedy.is_empty() { String::new() } else { format!("; {remedy}") };
    let (remedy, short_remedy) = (with_mark(&remedy), with_mark(&short_remedy));
    let width = |text: &str| usize::from(width_of(text));
    let fits = |place: &str, remedy: &str| width(place) + width(remedy) <= room;
    if fits(&place, &remedy) {
        (place, remedy)
    } else if fits(&place, &short_remedy) {
        (place, short_remedy)
    } else if fits(&short_place, &remedy) {
        (short_place, remedy)
    } else if PLACE.min(width(&short_place)) + width(&short_remedy) <= room {
        (short_place, short_remedy)
    } else if fits(&place, "") {
        (place, String::new())
    } else {
        (short_place, String::new())
    }
}

/// The mark: whether the server is down or limits the run, or the finding makes other figures doubtful.
fn status_of(finding: &Finding) -> Status {
    if matches!(finding, Finding::Outage(OutageFinding { since: Some(_), .. })) {
        return Status::Down;
    }
    if matches!(finding, Finding::LongWait(LongWaitFinding { fate: WaitFate::GivenUp { .. }, .. })) {
        return Status::Failed;
    }
    if matches!(finding, Finding::LimitedUpstream(RefusalFinding { clean: Some(_), .. })) {
        return Status::Slow;
    }
    match finding {
        Finding::OwnMachine { .. }
        | Finding::LimitedUpstream(_)
        | Finding::LongWait(_)
        | Finding::Forbidden { .. }
        | Finding::HeldBack(_) => Status::Limited,
        Finding::Failures(_) | Finding::UnknownName(_) => Status::Failed,
        Finding::Outage(_)
        | Finding::Burst(_)
        | Finding::Retries { .. }
        | Finding::Timeouts(_)
        | Finding::Queue(_)
        | Finding::Experiment(_)
        | Finding::Change(_)
        | Finding::Pauses(_)
        | Finding::SlowPlace(_)
        | Finding::SlowPhase(_)
        | Finding::Convoy { .. }
        | Finding::Serial { .. }
        | Finding::Waves { .. }
        | Finding::Stragglers { .. }
        | Finding::Churn { .. } => Status::Slow,
    }
}

/// Draws the popup with the derivation. It scrolls if it does not fit.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let rows = rows(scene.model, scene.ui.recording.as_deref(), scene.now, scene.keymap);
    labelled::draw(screen, ("Working", ""), rows, scene.ui.working.unwrap_or(0));
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, model: &Model, recording: Option<&str>, keymap: &Keymap) -> usize {
    labelled::last_row(area, rows(model, recording, model.last, keymap))
}

fn rows(model: &Model, recording: Option<&str>, now: Offset, keymap: &Keymap) -> Vec<LabelledRow> {
    let role = |label| if label == "verdict" { Role::Title } else { Role::Text };
    let mut lines = working(model, recording, now);
    if let Some(press) = helpful_action(model).and_then(|press| press_text(press, keymap)) {
        // After the explanation, before the use of the slots.
        let at = lines.iter().position(|(label, text)| label.is_empty() && text.is_empty()).unwrap_or(lines.len());
        lines.insert(at, ("press", press));
    }
    lines.into_iter().map(|(label, text)| LabelledRow::new(label, text).in_role(role(label))).collect()
}

/// The key of an action that helps, and what it does.
fn press_text(press: Press, keymap: &Keymap) -> Option<String> {
    let (action, what) = match press {
        Press::HalveLimit => (Action::LimitHalf, "allows half as many in flight"),
        Press::DoubleLimit => (Action::LimitDouble, "allows twice as many in flight"),
        Press::Adapt => (Action::LimitAuto, "adapts the limit to each host"),
        Press::Failures => (Action::Show(View::Failures), "shows the failures"),
        Press::Hosts => (Action::Show(View::Hosts), "shows what each host allows"),
        Press::InFlight => (Action::Show(View::InFlight), "shows what is in flight, the oldest first"),
    };
    keymap.key(action).map(|key| format!("{key} {what}"))
}
