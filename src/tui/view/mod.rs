//! The drawing of one picture. It reads no clock and changes no state.
//!
//! Each view and each panel has its own file. Start at [`render`], and for a new view at [`page()`].

pub mod card;
pub mod chrome;
pub mod comparison;
pub mod endpoint;
pub mod failures;
pub mod findings;
pub mod hosts;
pub mod in_flight;
pub mod layout;
pub mod log;
pub mod output;
pub mod overview;
pub mod page;
pub mod pen;
pub mod race;
pub mod scene;
pub mod verdict;
pub mod waterfall;
pub mod widgets;

use ratatui::layout::Rect;

use crate::model::Model;
use crate::tui::click_targets::ClickTargets;
use crate::tui::keymap::Keymap;
use crate::tui::picture::Picture;
use crate::tui::state::{Fit, UiState};
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::chrome::help::HelpScene;
use crate::tui::view::chrome::{footer, header, help, menu, palette, scrub_bar, settings, tabs};
use crate::tui::view::layout::Layout;
use crate::tui::view::overview::compact;
use crate::tui::view::page::page;
use crate::tui::view::pen::{Pen, replace_non_ascii};
use crate::tui::view::scene::ViewScene;
use crate::tui::views::View;

/// Draws the whole screen at any size, and returns its click targets.
pub fn render(picture: &mut Picture, scene: &ViewScene<'_>) -> ClickTargets {
    // Time stops at the end of the run, so that times relative to now stop too.
    let scene = &ViewScene { now: scene.model.ended.unwrap_or(scene.now), ..*scene };
    let area = picture.area;
    let mut targets = ClickTargets::default();
    let mut screen = Pen::new(picture, &mut targets, area, scene.theme).with_privacy(&scene.ui.privacy);
    screen.clear(Role::Bg);
    let page = page(scene.ui.view);
    match Layout::new(area, scene.ui.playback.is_some()) {
        Layout::Full(shell) => {
            header::draw(&mut screen.within(shell.header), scene);
            tabs::draw(&mut screen.within(shell.tabs), scene);
            page.draw(&mut screen.within(shell.body), scene);
            scrub_bar::draw(&mut screen.within(shell.scrub_bar), scene);
            footer::draw(&mut screen.within(shell.footer), scene);
        }
        Layout::Compact(shell) => {
            compact::head(&mut screen.within(shell.whole), scene);
            page.draw_compact(&mut screen.within(shell.body), scene);
            scrub_bar::draw(&mut screen.within(shell.scrub_bar), scene);
            footer::line(&mut screen.within(shell.whole), area.height - 1, scene);
        }
        Layout::Line(area) => compact::line(&mut screen.within(area), scene),
        Layout::Nothing => {}
    }
    if let Some(card) = &scene.ui.card {
        card::draw(&mut screen, card, scene);
    }
    if let Some(shown) = &scene.ui.comparison {
        comparison::draw(&mut screen, shown, scene);
    }
    if scene.ui.working.is_some() {
        verdict::draw(&mut screen, scene);
    }
    if scene.ui.has_export_menu {
        menu::draw(&mut screen, scene);
    }
    if let Some(settings) = &scene.ui.settings {
        settings::draw(&mut screen, settings);
    }
    if let Some(list) = &scene.ui.help {
        help::draw(&mut screen, help_scene(scene.ui, scene.keymap), list);
    }
    if let Some(palette) = &scene.ui.palette {
        palette::draw(&mut screen, palette, scene.keymap);
    }
    if scene.charset == Charset::Ascii {
        replace_non_ascii(picture);
    }
    targets
}

/// Measures how much fits on a screen of this size, for [`UiState::fit`].
pub fn measure(ui: &UiState, keymap: &Keymap, model: &Model, area: Rect) -> Fit {
    // Only the width of texts could depend on the time, and texts of times do not wrap.
    let now = model.last;
    Fit {
        rows: visible_rows(area, ui, model),
        help_end: ui.help.as_ref().map_or(0, |list| help::last_row(area, help_scene(ui, keymap), list)),
        working_end: ui.working.map_or(0, |_| verdict::last_row(area, model, ui, keymap)),
        card_end: ui.card.as_ref().map_or(0, |card| card::last_row(area, card, model, now, &ui.privacy)),
        slow_rows: if ui.view == View::Endpoint { slow_rows(area, ui) } else { 0 },
        comparison_end: ui.comparison.as_ref().map_or(0, |shown| comparison::last_row(area, shown, model, ui)),
    }
}

/// What the list of keys depends on.
fn help_scene<'a>(ui: &UiState, keymap: &'a Keymap) -> HelpScene<'a> {
    HelpScene { keymap, context: ui.place(), is_replay: ui.playback.is_some() }
}

/// The number of rows of a view's table that a screen of this size shows.
fn visible_rows(area: Rect, ui: &UiState, model: &Model) -> usize {
    match Layout::new(area, ui.playback.is_some()) {
        Layout::Full(shell) => page(ui.view).rows_in(shell.body, model, ui),
        Layout::Compact(shell) => page(ui.view).compact_rows_in(shell.body, model, ui),
        Layout::Line(_) | Layout::Nothing => 0,
    }
}

/// The number of an endpoint's slowest attempts that a screen of this size shows.
fn slow_rows(area: Rect, ui: &UiState) -> usize {
    match Layout::new(area, ui.playback.is_some()) {
        Layout::Full(shell) => endpoint::slow_rows_in(shell.body),
        Layout::Compact(_) | Layout::Line(_) | Layout::Nothing => 0,
    }
}
