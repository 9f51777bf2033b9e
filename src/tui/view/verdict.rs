//! The verdict: one line that interprets the numbers, and a popup with its derivation.
//!
//! Start at [`line()`].

use ratatui::layout::Rect;

use crate::event::Offset;
use crate::model::Model;
use crate::model::verdict::Gravity;
use crate::model::verdict::explanation::Press;
use crate::model::verdict::sentence::{BriefSentence, VerdictSentence};
use crate::model::verdict::working::{helpful_action, working};
use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::keymap::Keymap;
use crate::tui::state::UiState;
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
    let Some((sentence, gravity)) = scene.ui.headline.sentence() else { return };
    let key = scene.keymap.key(Action::Why).map(|key| format!("{key} why")).unwrap_or_default();
    // On a narrow screen, the sentence needs the room of the key.
    let key = if pen.width() < KEY_FROM { String::new() } else { key };
    let end = pen.width().saturating_sub(if key.is_empty() { 0 } else { width_of(&key) + 2 });
    // Jobs that failed are never well, even if the sentence is about something else.
    let is_mixed = gravity == Gravity::Good && scene.model.totals.jobs_failed > 0;
    draw_sentence(pen, sentence, if is_mixed { Status::Running } else { status_of(gravity) }, end);
    if let Some((key, word)) = key.split_once(' ') {
        let from = pen.width().saturating_sub(width_of(key) + 1 + width_of(word));
        pen.target(from, 0, u16::MAX, ClickTarget::Hint(Action::Why));
        let x = pen.text(from, 0, key, Role::Key);
        pen.text(x + 1, 0, word, Role::TextDim);
    }
}

/// Draws a sentence from the left edge to a column.
pub fn draw_sentence(pen: &mut Pen<'_>, sentence: VerdictSentence, status: Status, end: u16) {
    let glyph = pen.theme.glyph(status).to_owned();
    let ellipsis = pen.theme.glyphs.ellipsis.clone();
    let x = pen.text(0, 0, &glyph, status) + 1;
    let room = usize::from(end.saturating_sub(x));
    let (number, place, remedy) = fitted(made_safe(sentence, pen), room.saturating_sub(2));
    let x = pen.text(x, 0, &cut_end(&number, room, &ellipsis), Role::Title);
    let left = usize::from(end.saturating_sub(x + 2));
    if left == 0 {
        return;
    }
    let x = pen.text(x, 0, ": ", Role::TextDim);
    let place = cut_end(&place, left.saturating_sub(usize::from(width_of(&remedy))), &ellipsis).into_owned();
    let x = pen.text(x, 0, &place, Role::Text);
    pen.text(x, 0, &remedy, Role::TextDim);
}

/// The sentence without hosts and paths while they are hidden.
fn made_safe(sentence: VerdictSentence, pen: &Pen<'_>) -> VerdictSentence {
    let safe = |text: String| pen.safe(&text).into_owned();
    let VerdictSentence { number, place, remedy, brief, code } = sentence;
    let brief = BriefSentence { number: safe(brief.number), place: safe(brief.place), remedy: safe(brief.remedy) };
    VerdictSentence { number: safe(number), place: safe(place), remedy: safe(remedy), brief, code }
}

/// The number, the place and the remedy that fit: whole, shortened, or without the remedy. A remedy is never cut, but a
/// place may be. The popup shows all of them in full.
fn fitted(sentence: VerdictSentence, room: usize) -> (String, String, String) {
    let VerdictSentence { number, place, remedy, brief, .. } = sentence;
    let with_mark = |remedy: String| if remedy.is_empty() { remedy } else { format!("; {remedy}") };
    let (remedy, short_remedy) = (with_mark(remedy), with_mark(brief.remedy));
    let (short_number, short_place) = (brief.number, brief.place);
    let width = |text: &str| usize::from(width_of(text));
    let least = |place: &str| PLACE.min(width(place));
    // From the longest to the shortest, with the room that the place needs.
    let choices = [
        (&number, &place, &remedy, width(&place)),
        (&number, &place, &short_remedy, width(&place)),
        (&number, &short_place, &remedy, width(&short_place)),
        (&number, &short_place, &short_remedy, width(&short_place)),
        (&short_number, &short_place, &short_remedy, width(&short_place)),
        (&number, &short_place, &short_remedy, least(&short_place)),
        (&short_number, &short_place, &short_remedy, least(&short_place)),
        (&number, &place, &String::new(), width(&place)),
        (&number, &short_place, &String::new(), width(&short_place)),
    ];
    let fits =
        |(number, _, remedy, place): &(&String, _, &String, usize)| width(number) + place + width(remedy) <= room;
    match choices.iter().find(|choice| fits(choice)) {
        Some((number, place, remedy, _)) => ((*number).clone(), (*place).clone(), (*remedy).clone()),
        None => (short_number, short_place, String::new()),
    }
}

/// The mark of a finding.
pub fn status_of(gravity: Gravity) -> Status {
    match gravity {
        Gravity::Down => Status::Down,
        Gravity::Limited => Status::Limited,
        Gravity::Failed => Status::Failed,
        Gravity::Slow => Status::Slow,
        Gravity::Note => Status::Paused,
        Gravity::Good => Status::Ok,
    }
}

/// Draws the popup with the derivation. It scrolls if it does not fit.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let rows = rows(scene.model, scene.ui.recording.as_deref(), scene.now, scene.keymap);
    labelled::draw(screen, ("Working", ""), rows, scene.ui.working.unwrap_or(0));
}

/// The maximum scroll position on a screen of this size.
pub fn last_row(area: Rect, model: &Model, ui: &UiState, keymap: &Keymap) -> usize {
    labelled::last_row(area, rows(model, ui.recording.as_deref(), model.last, keymap), &ui.privacy)
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
