//! The lab's screen: lanes side by side on one time axis, and the result.
//!
//! Start at [`render`]; a lane is drawn by `lane`, what came out by `outcome`.

pub mod foot;
pub mod head;
mod lane;
mod layout;
pub mod lesson;
mod outcome;
pub mod paragraph;
mod pulse;
mod rows;
pub mod scene;
mod words;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::tui::click_targets::ClickTargets;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::race::RaceUi;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::chrome::{help, palette};
use crate::tui::view::pen::{Pen, replace_non_ascii};
use crate::tui::view::race::layout::LabLayout;
use crate::tui::view::race::paragraph::Paragraph;
use crate::tui::view::race::scene::{LabScene, LaneScene};

/// Draws the whole screen, at any size; returns what can be clicked.
pub fn render(frame: &mut Frame<'_>, stage: &LabScene<'_>) -> ClickTargets {
    let area = frame.area();
    let mut targets = ClickTargets::default();
    let mut screen = Pen::new(frame.buffer_mut(), &mut targets, area, stage.theme);
    screen.clear(Role::Bg);
    let place = LabLayout::of(area, stage.race.lanes.len());
    head::draw(&mut screen.within(place.head), stage);
    if place.sentence.height > 0 {
        screen.within(place.sentence).text(0, 0, stage.race.sentence, Role::TextDim);
    }
    for (lane, at) in lanes(stage).zip(&place.lanes) {
        lane::draw(&mut screen.within(*at), &lane, place.face);
    }
    outcome::draw(&mut screen.within(place.outcome), stage);
    foot::draw(&mut screen.within(place.foot), stage);
    if stage.ui.lesson.is_some() {
        lesson::draw(&mut screen, stage);
    }
    if let Some(from) = stage.ui.help {
        help::sheet(&mut screen, &stage.keymap.rows_at(Context::Race), from);
    }
    if let Some(palette) = &stage.ui.palette {
        palette::draw(&mut screen, palette, stage.keymap, |action| RaceUi::refusal(action, stage.race));
    }
    if stage.charset == Charset::Ascii {
        replace_non_ascii(frame.buffer_mut());
    }
    targets
}

/// Rows of requests that a screen of this size has, so that paging knows its step.
pub fn rows_in_sight(area: Rect, lanes: usize) -> usize {
    let place = LabLayout::of(area, lanes);
    place.lanes.first().map_or(0, |at| lane::rows(*at, place.face))
}

/// The furthest that what lies open can be scrolled on a screen of this size.
pub fn sheet_end(area: Rect, ui: &RaceUi, keymap: &Keymap, lesson: &[Paragraph]) -> usize {
    if ui.help.is_some() {
        help::last_row_of(area, &keymap.rows_at(Context::Race))
    } else {
        lesson::last_row(area, lesson)
    }
}

fn lanes<'a>(stage: &'a LabScene<'a>) -> impl Iterator<Item = LaneScene<'a>> {
    let lettered = stage.race.lettered().zip(stage.models);
    lettered.map(move |((letter, figures), model)| LaneScene { letter, figures, model, stage })
}
