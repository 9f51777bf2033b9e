//! Who gets there first, and why? Lanes beside each other on one axis of time, and what came out.
//!
//! Start at [`render`]; a lane is drawn by `lane`, what came out by `outcome`.

pub mod foot;
pub mod head;
mod lane;
pub mod lesson;
mod outcome;
mod place;
mod pulse;
mod rows;
mod words;

use ratatui::Frame;
use ratatui::layout::Rect;

use crate::event::Offset;
use crate::model::Model;
use crate::model::race::{Figures, Race};
use crate::tui::click_targets::Targets;
use crate::tui::keymap::Keymap;
use crate::tui::keymap::entry::Context;
use crate::tui::state::race::RaceUi;
use crate::tui::theme::Theme;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::chrome::help;
use crate::tui::view::pen::Pen;
use crate::tui::view::pen::replace_non_ascii;
use crate::tui::view::race::lesson::Paragraph;
use crate::tui::view::race::place::Place;

/// Everything a picture of the lab depends on.
#[derive(Clone, Copy, Debug)]
pub struct Stage<'a> {
    /// What all lanes have come to.
    pub race: &'a Race,
    /// Each lane's model, in their order.
    pub models: &'a [&'a Model],
    /// Whether nothing starts.
    pub is_paused: bool,
    /// What is to be learned.
    pub lesson: &'a [Paragraph],
    /// What the person has chosen.
    pub ui: &'a RaceUi,
    /// What meanings look like.
    pub theme: &'a Theme,
    /// What keys mean.
    pub keymap: &'a Keymap,
    /// Which marks the terminal can show.
    pub charset: Charset,
    /// Now, since the lanes started.
    pub now: Offset,
}

/// A lane as it is drawn.
#[derive(Clone, Copy, Debug)]
struct Lane<'a> {
    letter: char,
    figures: &'a Figures,
    model: &'a Model,
    stage: &'a Stage<'a>,
}

/// Draws the whole screen, at any size.
pub fn render(frame: &mut Frame<'_>, stage: &Stage<'_>) {
    let area = frame.area();
    // Nothing of the lab is clicked.
    let mut targets = Targets::default();
    let mut screen = Pen::new(frame.buffer_mut(), &mut targets, area, stage.theme);
    screen.clear(Role::Bg);
    let place = Place::of(area, stage.race.lanes.len());
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
    if stage.charset == Charset::Ascii {
        replace_non_ascii(frame.buffer_mut());
    }
}

/// Rows of requests that a screen of this size has, so that paging knows its step.
pub fn rows_in_sight(area: Rect, lanes: usize) -> usize {
    let place = Place::of(area, lanes);
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

fn lanes<'a>(stage: &'a Stage<'a>) -> impl Iterator<Item = Lane<'a>> {
    let lettered = stage.race.lettered().zip(stage.models);
    lettered.map(move |((letter, figures), model)| Lane { letter, figures, model, stage })
}
