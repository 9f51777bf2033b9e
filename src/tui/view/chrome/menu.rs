//! The export menu: what can be saved, and with which key.
//!
//! Start at [`draw`].

use ratatui::layout::Rect;

use crate::tui::action::Action;
use crate::tui::click_targets::ClickTarget;
use crate::tui::text_fit::width_of;
use crate::tui::theme::role::Role;
use crate::tui::view::pen::Pen;
use crate::tui::view::scene::ViewScene;

/// A small sheet above the footer, a line for each thing.
pub fn draw(screen: &mut Pen<'_>, scene: &ViewScene<'_>) {
    let rows = scene.keymap.menu();
    let words = |help: &'static str| help.split_once(": ").map_or(help, |(_, words)| words);
    let keys = rows.iter().map(|row| width_of(&row.keys)).max().unwrap_or(0);
    let text = rows.iter().map(|row| width_of(words(row.help))).max().unwrap_or(0);
    let screen_area = screen.area;
    let height =
        u16::try_from(rows.len()).unwrap_or(u16::MAX).saturating_add(3).min(screen_area.height.saturating_sub(1));
    let width = (keys + text + 8).min(screen_area.width);
    let Rect { width: across, height: down, .. } = screen_area;
    let mut paper = screen.part((across - width) / 2, down.saturating_sub(height + 2), width, height);
    paper.clear(Role::Surface);
    paper.target_all(ClickTarget::Sheet);
    let mut inner = paper.part(3, 1, width.saturating_sub(6), height.saturating_sub(1));
    inner.section(0, "Export", "");
    for (y, row) in (1..).zip(&rows) {
        let is_there = row.action != Action::SaveCurl || scene.ui.has_command(scene.model);
        let (key, word) = if is_there { (Role::Key, Role::Text) } else { (Role::TextFaint, Role::TextFaint) };
        inner.target(0, y, u16::MAX, ClickTarget::Hint(row.action));
        inner.right(keys, y, &row.keys, key);
        inner.text(keys + 2, y, words(row.help), word);
    }
    let surface = paper.theme.style(Role::Surface);
    if let Some(ground) = surface.bg {
        paper.ground(ground);
    }
}
