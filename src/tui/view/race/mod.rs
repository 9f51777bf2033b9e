//! The lab's screen: lanes side by side on one time axis, and the result.
//!
//! `lane` draws a lane, and `outcome` the result. Start at [`render`].

pub mod foot;
pub mod head;
mod heartbeat;
mod lane;
mod layout;
pub mod lesson;
mod numbers;
mod outcome;
pub mod paragraph;
mod rows;
pub mod scene;
mod sentences;

use ratatui::layout::Rect;

use crate::model::race::Race;
use crate::model::verdict::Gravity;
use crate::model::verdict::headline::main_sentence;
use crate::tui::click_targets::ClickTargets;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::picture::Picture;
use crate::tui::state::race::RaceUi;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::chrome::help::HelpScene;
use crate::tui::view::chrome::{help, palette};
use crate::tui::view::pen::{Pen, replace_non_ascii};
use crate::tui::view::race::layout::LabLayout;
use crate::tui::view::race::paragraph::Paragraph;
use crate::tui::view::race::scene::{LabScene, LaneScene};
use crate::tui::view::verdict;

/// Draws the whole screen at any size, and returns its click targets.
pub fn render(picture: &mut Picture, scene: &LabScene<'_>) -> ClickTargets {
    let area = picture.area;
    let mut targets = ClickTargets::default();
    let mut screen = Pen::new(picture, &mut targets, area, scene.theme);
    screen.clear(Role::Bg);
    let place = LabLayout::new(area, scene.ui.n_shown(scene.race));
    head::draw(&mut screen.within(place.head), scene);
    if place.sentence.height > 0 {
        screen.within(place.sentence).text(0, 0, scene.race.sentence, Role::TextDim);
    }
    if place.verdict.height > 0 {
        headline(&mut screen.within(place.verdict), scene);
    }
    for (lane, at) in lanes(scene).filter(|lane| scene.ui.shows_lane(lane.index)).zip(&place.lanes) {
        lane::draw(&mut screen.within(*at), &lane, place.size);
    }
    outcome::draw(&mut screen.within(place.outcome), scene);
    foot::draw(&mut screen.within(place.foot), scene);
    if scene.ui.lesson.is_some() {
        lesson::draw(&mut screen, scene);
    }
    if let Some(list) = &scene.ui.help {
        help::draw(&mut screen, help_scene(scene.keymap), list);
    }
    if let Some(palette) = &scene.ui.palette {
        palette::draw(&mut screen, palette, scene.keymap);
    }
    if scene.charset == Charset::Ascii {
        replace_non_ascii(picture);
    }
    targets
}

/// Draws the verdict on the wrong program, or else how it is going.
fn headline(pen: &mut Pen<'_>, scene: &LabScene<'_>) {
    let Some(lane) = lanes(scene).find(|lane| !lane.figures.is_right).or_else(|| lanes(scene).next()) else { return };
    let blocked = sentences::blocked_from_the_start(&lane).map(|sentence| (sentence, Gravity::Failed));
    let (sentence, gravity) = blocked.unwrap_or_else(|| main_sentence(lane.model, None, scene.now));
    let from = pen.text(0, 0, &lane.letter.to_string(), Role::TextDim) + 1;
    let (width, height) = (pen.width(), pen.height());
    let mut rest = pen.part(from, 0, width.saturating_sub(from), height);
    let end = rest.width();
    verdict::draw_sentence(&mut rest, sentence, verdict::status_of(gravity), end);
}

/// The number of requests that a screen of this size shows.
pub fn visible_rows(area: Rect, race: &Race, ui: &RaceUi, charset: Charset) -> usize {
    let place = LabLayout::new(area, ui.n_shown(race));
    place.lanes.first().map_or(0, |at| lane::rows(*at, place.size, race.requests, charset))
}

/// The maximum scroll position of the open popup on a screen of this size.
pub fn popup_end(area: Rect, ui: &RaceUi, keymap: &Keymap, lesson: &[Paragraph]) -> usize {
    if let Some(list) = &ui.help {
        help::last_row(area, help_scene(keymap), list)
    } else {
        lesson::last_row(area, lesson)
    }
}

/// What the list of keys depends on.
fn help_scene(keymap: &Keymap) -> HelpScene<'_> {
    HelpScene { keymap, context: Context::Race, is_replay: false }
}

fn lanes<'a>(scene: &'a LabScene<'a>) -> impl Iterator<Item = LaneScene<'a>> {
    let lanes_with_models = scene.race.lettered().zip(scene.models).enumerate();
    lanes_with_models.map(move |(index, ((letter, figures), model))| LaneScene { index, letter, figures, model, scene })
}
