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

/// A panel draws itself into its area.
pub type Panel = fn(&mut Pen<'_>, &Scene<'_>);

/// Draws the whole screen, at any size.
pub fn render(frame: &mut Frame<'_>, scene: &Scene<'_>) {
    // Time ends with the run: what looks back from now stands still as well.
    let scene = &Scene { now: scene.model.ended.unwrap_or(scene.now), ..*scene };
    let area = frame.area();
    let mut screen = Pen::new(frame.buffer_mut(), area, scene.theme);
    screen.clear(Role::Bg);
    // By all endpoints: sections do not move while a filter is typed.
    match Layout::of(area, scene.model.endpoints.len()) {
        Layout::Full(sections) => {
            let rule = Rect { y: sections.header.y + 1, ..sections.header };
            Pen::new(frame.buffer_mut(), rule, scene.theme).rule(0);
            let panels: [(Rect, Panel); 7] = [
                (sections.header, header::draw),
                (sections.kpis, if sections.kpis_are_large { kpi::large } else { kpi::small }),
                (sections.endpoints, endpoints::draw),
                (sections.latency, latency::draw),
                (sections.flight, flight::draw),
                (sections.events, events::draw),
                (sections.footer, footer::draw),
            ];
            for (area, draw) in panels {
                draw(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene);
            }
        }
        Layout::Compact(area) => compact::draw(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene),
        Layout::Line(area) => compact::line(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene),
        Layout::Nothing => {}
    }
    if scene.ui.help.is_some() {
        help::draw(&mut Pen::new(frame.buffer_mut(), area, scene.theme), scene);
    }
    if scene.charset == Charset::Ascii {
        spell_out(frame.buffer_mut());
    }
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

/// Rows of the table that a screen of this size has, so that paging knows its step.
pub fn table_rows(area: Rect, endpoints: usize) -> usize {
    match Layout::of(area, endpoints) {
        Layout::Full(sections) => usize::from(sections.endpoints.height.saturating_sub(2)),
        Layout::Compact(area) => usize::from(area.height.saturating_sub(5)),
        Layout::Line(_) | Layout::Nothing => 0,
    }
}
