//! Draws one picture of the model. Knows no clock, changes nothing.
//!
//! Each panel answers one question and has its own file. Start at [`render`].

pub mod compact;
pub mod digits;
pub mod endpoints;
pub mod events;
pub mod flight;
pub mod footer;
pub mod header;
pub mod help;
pub mod kpi;
pub mod latency;
pub mod layout;
pub mod paint;

use ratatui::Frame;

use crate::control::Abilities;
use crate::event::Offset;
use crate::model::Model;
use crate::tui::keymap::Keymap;
use crate::tui::state::UiState;
use crate::tui::theme::Theme;
use crate::tui::theme::glyphs::Charset;
use crate::tui::theme::role::Role;
use crate::tui::view::layout::Layout;
use crate::tui::view::paint::Pen;

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

/// Draws the whole screen, at any size.
pub fn render(frame: &mut Frame<'_>, scene: &Scene<'_>) {
    let area = frame.area();
    let mut screen = Pen::new(frame.buffer_mut(), area, scene.theme);
    screen.clear(Role::Bg);
    match Layout::of(area, scene.ui.order.len()) {
        Layout::Full(sections) => {
            let mut part = |r: ratatui::layout::Rect| Pen::new(frame.buffer_mut(), r, scene.theme);
            header::draw(&mut part(sections.header), scene);
            let rule = ratatui::layout::Rect { y: sections.header.y + 1, ..sections.header };
            part(rule).rule(0);
            kpi::draw(&mut part(sections.kpis), scene, sections.kpis_are_large);
            endpoints::draw(&mut part(sections.endpoints), scene);
            latency::draw(&mut part(sections.latency), scene);
            flight::draw(&mut part(sections.flight), scene);
            events::draw(&mut part(sections.events), scene);
            footer::draw(&mut part(sections.footer), scene);
        }
        Layout::Compact(area) => compact::draw(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene),
        Layout::Line(area) => compact::line(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene),
        Layout::Nothing => {}
    }
    if scene.ui.help.is_some() {
        help::draw(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene);
    }
}

/// Rows of the table that a screen of this size has, so that paging knows its step.
pub fn table_rows(area: ratatui::layout::Rect, endpoints: usize) -> usize {
    match Layout::of(area, endpoints) {
        Layout::Full(sections) => usize::from(sections.endpoints.height.saturating_sub(2)),
        Layout::Compact(area) => usize::from(area.height.saturating_sub(5)),
        Layout::Line(_) | Layout::Nothing => 0,
    }
}
