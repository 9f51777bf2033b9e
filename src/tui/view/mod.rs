//! Draws one picture of the model. Knows no clock, changes nothing.
//!
//! Each view and each panel answers one question and has its own file. Start at [`render`], and for a
//! new view at [`page`].

pub mod compact;
pub mod digits;
pub mod endpoint;
pub mod endpoints;
pub mod events;
pub mod facts;
pub mod failures;
pub mod flight;
pub mod footer;
pub mod header;
pub mod help;
pub mod hosts;
pub mod in_flight;
pub mod kpi;
pub mod labelled;
pub mod latency;
pub mod layout;
pub mod log;
pub mod menu;
pub mod overview;
pub mod page;
pub mod paint;
pub mod palette;
pub mod race;
pub mod sheet;
pub mod table;
pub mod tabs;
pub mod targets;
pub mod verdict;
pub mod waterfall;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::control::Abilities;
use crate::event::Offset;
use crate::model::Model;
use crate::tui::keymap::Keymap;
use crate::tui::state::UiState;
use crate::tui::theme::Theme;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::layout::Layout;
use crate::tui::view::page::View;
use crate::tui::view::paint::Pen;
use crate::tui::view::targets::Targets;

/// Everything a picture depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What the facts add up to.
    pub model: &'a Model,
    /// What the person has chosen.
    pub ui: &'a UiState,
    /// What meanings look like.
    pub theme: &'a Theme,
    /// What keys mean.
    pub keymap: &'a Keymap,
    /// What the source can do.
    pub can: Abilities,
    /// Which marks the terminal can show.
    pub charset: Charset,
    /// Now, since the run started.
    pub now: Offset,
}

/// A panel draws itself into its area.
pub type Panel = fn(&mut Pen<'_>, &Scene<'_>);

/// Draws the whole screen, at any size; gives back what can be clicked on it.
pub fn render(frame: &mut Frame<'_>, scene: &Scene<'_>) -> Targets {
    // Time ends with the run: what looks back from now stands still as well.
    let scene = &Scene { now: scene.model.ended.unwrap_or(scene.now), ..*scene };
    let area = frame.area();
    let mut targets = Targets::default();
    let mut screen = Pen::new(frame.buffer_mut(), &mut targets, area, scene.theme);
    screen.clear(Role::Bg);
    let page = scene.ui.view.page();
    match Layout::of(area) {
        Layout::Full(shell) => {
            header::draw(&mut screen.within(shell.header), scene);
            tabs::draw(&mut screen.within(shell.tabs), scene);
            page.draw(&mut screen.within(shell.body), scene);
            footer::draw(&mut screen.within(shell.footer), scene);
        }
        Layout::Compact(area) => {
            compact::head(&mut screen.within(area), scene);
            page.compact(&mut screen.within(compact_body(area)), scene);
            footer::line(&mut screen.within(area), area.height - 1, scene);
        }
        Layout::Line(area) => compact::line(&mut screen.within(area), scene),
        Layout::Nothing => {}
    }
    if scene.ui.example.is_some() {
        failures::example::draw(&mut screen, scene);
    }
    if scene.ui.working.is_some() {
        verdict::draw(&mut screen, scene);
    }
    if scene.ui.has_export_menu {
        menu::draw(&mut screen, scene);
    }
    if scene.ui.help.is_some() {
        help::draw(&mut screen, scene);
    }
    if scene.ui.palette.is_some() {
        palette::draw(&mut screen, scene);
    }
    if scene.charset == Charset::Ascii {
        spell_out(frame.buffer_mut());
    }
    targets
}

/// Leaves nothing but ASCII, whoever wrote it: names and remarks as well as our own words.
fn spell_out(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        let plain = match cell.symbol() {
            symbol if symbol.is_ascii() => continue,
            "–" | "—" | "─" => "-",
            "…" => "~",
            "→" => ">",
            "µ" => "u",
            "×" => "x",
            _ => "?",
        };
        cell.set_symbol(plain);
    }
}

/// Rows of a view's table that a screen of this size has, so that paging knows its step.
pub fn rows_in_sight(area: Rect, view: View, model: &Model) -> usize {
    match Layout::of(area) {
        Layout::Full(shell) => view.page().room(shell.body, model),
        Layout::Compact(area) => view.page().compact_room(compact_body(area), model),
        Layout::Line(_) | Layout::Nothing => 0,
    }
}

/// What lies between the first line and the keys of a small terminal.
fn compact_body(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area }
}
